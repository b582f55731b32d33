#!/usr/bin/env python3
"""Compares what the agent says with what others say of the same machines, and writes the README's table.

    agree.py --agent BINARY --stream DATASTREAM [--feed ZIP --advisories BINARY] [--write README.md] [--only NAME]

What is compared: native checks with OpenSCAP's rules for the same section of the CIS benchmark; lists of
files with `find`; checks of sshd by its files with the same by `sshd -T`; vulnerabilities with
vulnerabilities.py. Each disagreement has its reason in explained.toml; one without ends this with 1.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib

import box

HERE = pathlib.Path(__file__).resolve().parent
BEGIN, END = "<!-- agree: written by make agree -->", "<!-- end of agree -->"
BENCHMARK = "CIS Debian Linux 12 "

#: Below these the native checks look for no files: what is there is gone with the next boot.
TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/", "/run/", "/proc/", "/sys/")

BOXES = [
    ("Debian 11, plain", "bullseye", "plain", "/dev/null"),
    ("Debian 11, hardened", "bullseye", "hardened", HERE / "harden.sh"),
    ("Debian 12, plain", "bookworm", "plain", "/dev/null"),
    ("Debian 12, hardened", "bookworm", "hardened", HERE / "harden.sh"),
    ("Debian 12, files planted", "bookworm", "plain", HERE / "plant.sh"),
]


class Disagreement:
    """Two that say different things of one section or file."""

    def __init__(self, box_name, what, ours, theirs, detail):
        self.box, self.what, self.ours, self.theirs, self.detail = box_name, what, ours, theirs, detail
        self.reason = None

    def __str__(self):
        return f"{self.box}: {self.what}: ours {self.ours}, theirs {self.theirs} ({self.detail})"


def main():
    options = parse()
    explained = tomllib.loads((HERE / "explained.toml").read_text()).get("disagreement", [])
    sections = sections_of(options.agent)
    rows, found = [], []
    box.CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="agree-", dir=box.CACHE) as work:
        work = pathlib.Path(work)
        tools = {"agent": options.agent, "stream": options.stream, "oscap": box.oscap(work / "oscap")}
        for name, suite, kind, prepare in BOXES:
            if options.only and options.only not in name:
                continue
            one = box.scan(name, suite, kind, prepare, tools, work)
            parts = [by_section(one, sections), sshd(one)]
            parts.append(files(one) if "planted" in name else empty_lists(one))
            if options.feed and "plain" in name:
                parts.append(vulnerabilities(one, suite, options, work))
            for what, compared, disagreements in parts:
                explain(disagreements, explained)
                found += disagreements
                rows.append((name, what, compared, disagreements))
    text = table(rows, found)
    print(text)
    unexplained = [one for one in found if not one.reason]
    for one in unexplained:
        print(f"UNEXPLAINED {one}", file=sys.stderr)
    for entry in explained:
        if not options.only and not entry.get("used"):
            print(f"explained.toml: {entry['what']} ({entry['ours']}) was not needed", file=sys.stderr)
    if options.write:
        write(options.write, text)
    return 1 if unexplained else 0


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--agent", type=pathlib.Path, required=True)
    parser.add_argument("--stream", type=pathlib.Path, required=True)
    parser.add_argument("--feed", type=pathlib.Path, help="OSV records of Debian, as a zip")
    parser.add_argument("--advisories", type=pathlib.Path, help="the program hardtarget-advisories")
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--only")
    return parser.parse_args()


def sections_of(agent):
    """The native checks of each section of the CIS benchmark of Debian 12."""
    said = subprocess.run([agent, "checks", "--format", "json"], check=True, capture_output=True, text=True)
    sections = {}
    for check in json.loads(said.stdout):
        for reference in check["references"]:
            if reference["name"].startswith(BENCHMARK):
                sections.setdefault(reference["name"].split(", ")[1], []).append(check["id"])
    return sections


def verdict(words):
    """What several checks or rules say together; nothing where none of them could tell."""
    words = set(words)
    if "fail" in words:
        return "fail"
    # What could not be told may hide a fault.
    if words & {"unknown", "error"} or not words & {"pass", "fixed"}:
        return None
    return "pass"


def by_section(one, sections):
    """Native checks and OpenSCAP's rules on the same section."""
    rules = {}
    for rule, numbers in one.rules.items():
        for number in numbers:
            rules.setdefault(number, []).append(rule)
    compared, disagreements = 0, []
    for section in sorted(sections, key=lambda text: [int(part) for part in text.split(".")]):
        mine = {check: one.native.get(check) for check in sections[section]}
        theirs = {rule: one.results[rule] for rule in rules.get(section, []) if rule in one.results}
        ours, other = verdict(mine.values()), verdict(theirs.values())
        if ours is None or other is None:
            continue
        compared += 1
        if ours != other:
            deciding = [rule for rule, word in theirs.items() if word == other]
            checks = [check for check, word in mine.items() if word == ours]
            detail = f"{', '.join(checks)} and {', '.join(deciding)}"
            disagreements.append(Disagreement(one.name, f"CIS {section}", ours, other, detail))
    return "native checks and OpenSCAP's rules, by CIS section", compared, disagreements


def sshd(one):
    """Checks of sshd where it is asked itself, and where only its files are read."""
    checks = [check for check in one.native if check.startswith("HT-SSH-")]
    told = [check for check in checks if one.native_by_files.get(check) in ("pass", "fail")]
    disagreements = [
        Disagreement(one.name, check, one.native_by_files[check], one.native[check], "by files and by sshd -T")
        for check in told
        if one.native[check] != one.native_by_files[check]
    ]
    return "checks of sshd, by its files and by `sshd -T`", len(told), disagreements


def files(one):
    """The lists of the planted files, ours and those of `find`."""
    hidden = {path + "/" for path in one.lines("private")}

    def seen(paths):
        return {path for path in paths if not path.startswith(TEMPORARY)}

    def open_to_others(paths):
        return {path for path in seen(paths) if not path.startswith(tuple(hidden))}

    lists = [
        ("set-id programs", one.subjects("HT-FS-001"), one.lines("set-id") - one.lines("set-id-before")),
        ("world-writable files", one.subjects("HT-FS-002"), open_to_others(one.lines("writable"))),
        ("world-writable directories", one.subjects("HT-FS-003"), open_to_others(one.lines("unsticky"))),
        ("files without owner", one.subjects("HT-FS-006"), seen(one.lines("unowned"))),
    ]
    return "planted files, by `find`", sum(len(theirs) for _, _, theirs in lists), differences(one, lists)


def empty_lists(one):
    """The same lists where nothing was planted: ours names nothing that the distribution ships."""
    lists = [
        ("world-writable files", one.subjects("HT-FS-002"), {p for p in one.lines("writable") if not p.startswith(TEMPORARY)}),
        ("world-writable directories", one.subjects("HT-FS-003"), {p for p in one.lines("unsticky") if not p.startswith(TEMPORARY)}),
        ("files without owner", one.subjects("HT-FS-006"), one.lines("unowned")),
    ]
    return "lists of files, by `find`", len(lists), differences(one, lists)


def differences(one, lists):
    return [
        Disagreement(one.name, f"{what}: {path}", word(path in ours), word(path in theirs), "ours and find")
        for what, ours, theirs in lists
        for path in sorted(ours ^ theirs)
    ]


def word(listed):
    return "listed" if listed else "not listed"


def vulnerabilities(one, suite, options, work):
    """What the agent finds with a file of advisories, and what vulnerabilities.py computes from the feed, where two of
    three packages are older than any fix: a root that was made today has no known vulnerability."""
    file = work / "advisories.htadv"
    if not file.exists():
        subprocess.run([options.advisories, "build", "-o", file, options.feed], check=True, capture_output=True)
    packages = work / f"{suite}-packages.json"
    aged = box.aged(box.root(suite, "plain"), work / f"{suite}-aged")
    command = [options.agent, "--root", aged, "--dry-run", "--format", "json"]
    command += ["--engine", "packages", "--advisories", file]
    packages.write_bytes(subprocess.run(command, capture_output=True).stdout)
    release = {"bullseye": "debian:11", "bookworm": "debian:12"}[suite]
    computed = subprocess.run(
        [sys.executable, HERE / "vulnerabilities.py", options.feed, release, packages],
        check=True, capture_output=True, text=True,
    ).stdout.splitlines()
    ours = {
        f"{row['id']} {row['package']} {row['fixed'] or row['fix']}"
        for row in json.loads(packages.read_text())["vulnerabilities"]
    }
    theirs = {line for line in computed if line}
    return "vulnerabilities, by the feed itself", len(theirs), differences(one, [("vulnerability", ours, theirs)])


def explain(disagreements, explained):
    """Gives the disagreements that explained.toml knows their reasons."""
    for one in disagreements:
        for entry in explained:
            where = entry.get("box", "")
            if entry["what"] == one.what and entry["ours"] == one.ours and where in one.box:
                one.reason = entry["reason"]
                entry["used"] = True


def table(rows, found):
    """The README's table, and the reasons under it."""
    text = ["| machine | what was compared | compared | agree | explained | unexplained |", "|---|---|---|---|---|---|"]
    for name, what, compared, disagreements in rows:
        explained = sum(1 for one in disagreements if one.reason)
        counts = f"{compared} | {compared - len(disagreements)} | {explained} | {len(disagreements) - explained}"
        text.append(f"| {name} | {what} | {counts} |")
    reasons = {}
    for one in found:
        if one.reason:
            reasons.setdefault((one.what, one.ours, one.theirs, one.reason), []).append(one.box)
    if reasons:
        text += ["", "| where they differ | ours | theirs | why | on |", "|---|---|---|---|---|"]
        for (what, ours, theirs, reason), boxes in reasons.items():
            text.append(f"| {what} | {ours} | {theirs} | {reason} | {'; '.join(boxes)} |")
    return "\n".join(text) + "\n"


def write(readme, text):
    """Puts the table between its marks."""
    whole = readme.read_text()
    before, rest = whole.split(BEGIN + "\n", 1)
    _, after = rest.split(END, 1)
    readme.write_text(f"{before}{BEGIN}\n{text}{END}{after}")


if __name__ == "__main__":
    sys.exit(main())
