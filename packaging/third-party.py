#!/usr/bin/env python3
"""The licences of what others wrote.

    third-party.py --check     every crate in Cargo.lock has a licence that we accept
    third-party.py LYNIS-DIR   prints THIRD-PARTY.txt for the release binaries

Python's standard library only, and no network: licence texts come from the crates' own packages.
"""

import json
import pathlib
import re
import subprocess
import sys

# What we accept, by SPDX identifier: licences that let the binary be passed on under MIT OR Apache-2.0.
ACCEPTED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}

TEXTS = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense)", re.IGNORECASE)

# The targets of the release; what others are for (Windows, wasm) is not in the binaries.
TARGETS = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"]

MUSL = """\
Copyright © 2005-2020 Rich Felker, et al.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense,
and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN
NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY,
WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def accepted(expression):
    """Whether an SPDX expression can be satisfied with licences that we accept."""
    tokens = re.findall(r"[()]|[^\s()/]+", expression.replace("/", " OR "))
    position = 0

    def peek():
        return tokens[position] if position < len(tokens) else None

    def take():
        nonlocal position
        position += 1
        return tokens[position - 1]

    def atom():
        if peek() == "(":
            take()
            value = either()
            if take() != ")":
                raise ValueError(expression)
            return value
        name = take()
        if peek() == "WITH":
            take()
            name = f"{name} WITH {take()}"
        return name in ACCEPTED

    def both():
        value = atom()
        while peek() == "AND":
            take()
            value = atom() and value
        return value

    def either():
        value = both()
        while peek() == "OR":
            take()
            value = both() or value
        return value

    value = either()
    if peek() is not None:
        raise ValueError(expression)
    return value


def packages():
    """All packages of Cargo.lock, by (name, version)."""
    metadata = json.loads(
        subprocess.run(
            ["cargo", "metadata", "--locked", "--format-version=1"],
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
    )
    return {(package["name"], package["version"]): package for package in metadata["packages"]}


def shipped():
    """(name, version) of the crates that are linked into a release binary."""
    crates = set()
    for target in TARGETS:
        tree = subprocess.run(
            ["cargo", "tree", "--locked", "-p", "hardtarget-agent", "-e", "normal,no-proc-macro",
             "--target", target, "--prefix", "none", "--format", "{p}"],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        for line in tree.splitlines():
            name, version = line.split()[:2]
            crates.add((name, version.removeprefix("v")))
    return crates


def check():
    """Says which crates may not be used, and returns the exit code."""
    refused = []
    every = [package for package in packages().values() if package["source"]]
    for package in every:
        licence = package["license"]
        if not package["source"].startswith("registry+https://github.com/rust-lang/crates.io-index"):
            refused.append(f"{package['name']} {package['version']} is not from crates.io: {package['source']}")
        elif licence is None or not accepted(licence):
            refused.append(f"{package['name']} {package['version']} has a licence we do not accept: {licence}")
    for line in refused:
        print(line, file=sys.stderr)
    if not refused:
        print(f"licences of {len(every)} crates: all accepted")
    return 1 if refused else 0


def heading(text):
    rule = "=" * 80
    return f"{rule}\n{text}\n{rule}\n"


def lynis_version(directory):
    for line in (directory / "lynis").read_text(errors="replace").splitlines():
        match = re.match(r'\s*PROGRAM_VERSION="([^"]+)"', line)
        if match:
            return match.group(1)
    raise SystemExit(f"no version of Lynis in {directory}/lynis")


def third_party(lynis):
    """Prints the document."""
    every = packages()
    crates = sorted(key for key in shipped() if every[key]["source"])
    print("What others wrote and hardtarget-agent carries.\n")
    print("1. Lynis, a program of its own that travels inside the binary as an archive and runs as a")
    print("   separate process. GPL-3.0; what is packed is its source.")
    print("2. The Rust standard library (MIT OR Apache-2.0; https://github.com/rust-lang/rust), with LLVM's")
    print("   libunwind (Apache-2.0 WITH LLVM-exception), and musl libc (MIT), linked in.")
    print(f"3. {len(crates)} Rust crates, linked in:\n")
    for name, version in crates:
        print(f"   {name} {version}: {every[name, version]['license']}")
    print()
    print(heading(f"Lynis {lynis_version(lynis)}, https://cisofy.com/lynis/, GPL-3.0"))
    print((lynis / "copyright").read_text())
    print((pathlib.Path(__file__).parent / "GPL-3.0.txt").read_text())
    print(heading("musl libc, https://musl.libc.org/, MIT"))
    print(MUSL)

    # Many crates have the very same text: each is printed once, under all their names.
    owners = {}
    for key in crates:
        package = every[key]
        directory = pathlib.Path(package["manifest_path"]).parent
        found = sorted(
            path for path in directory.iterdir() if path.is_file() and TEXTS.match(path.name)
        )
        label = f"{key[0]} {key[1]}"
        if not found:
            owners.setdefault(f"The package has no licence file; it declares: {package['license']}\n", []).append(label)
        for path in found:
            owners.setdefault(path.read_text(errors="replace").strip() + "\n", []).append(label)
    for text, names in sorted(owners.items(), key=lambda item: item[1]):
        print(heading("\n".join(names)))
        print(text)


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(check())
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    third_party(pathlib.Path(sys.argv[1]))
