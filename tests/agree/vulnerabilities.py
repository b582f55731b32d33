#!/usr/bin/env python3
"""Which vulnerabilities packages have by an OSV feed: the yardstick for what the agent finds.

    vulnerabilities.py FEED.zip RELEASE PACKAGES.json

FEED.zip holds OSV records, RELEASE is debian:12, almalinux:9 or the like, PACKAGES.json a report of the agent
or a list of {name, version, source, source_version, module}. Prints a line for each CVE and package, sorted:

    CVE package version-that-repairs-it

with `none` where nothing repairs it yet and `wont-fix` where nothing will.

It shares no code with the program that it measures, and compares versions with dpkg's Perl library and
with rpm itself. What it computes is the schema's rule (a version is affected where it lies in any range) and:
  - of several advisories on one CVE and package the highest fix counts,
  - a module is rebuilt for each minor release: of one advisory's fixes that differ after `.module` only, the
    lowest counts,
  - an advisory for a module's stream is about packages of that stream only (title, or what versions begin with).
"""

import collections
import json
import re
import subprocess
import sys
import tempfile
import zipfile

ECOSYSTEMS = {
    "debian": ("Debian:{}", "source", "deb"),
    "ubuntu": ("Ubuntu:{}", "source", "deb"),
    "almalinux": ("AlmaLinux:{}", "binary", "rpm"),
    "rocky": ("Rocky Linux:{}", "source", "rpm"),
    "rhel": ("Red Hat:enterprise_linux:{}", "binary", "rpm"),
}
WONT_FIX = {"unimportant", "end-of-life", "ignored", "deferred", "wont-fix", "won't fix", "will not fix", "out of support scope"}
NO_SECURITY = re.compile(r"(AL|RH|RL|EL)(BA|EA)-")
STREAM = re.compile(r"^([\w.+-]+:[\w.+-]+)[,;.]*$")


class Order:
    """dpkg's or rpm's order, asked for many pairs at once."""

    def __init__(self, kind):
        self.kind = kind
        self.known = {}

    def learn(self, pairs):
        pairs = sorted({pair for pair in pairs if pair not in self.known})
        if not pairs:
            return
        with tempfile.NamedTemporaryFile("w") as file:
            file.writelines(f"{a}\t{b}\n" for a, b in pairs)
            file.flush()
            if self.kind == "deb":
                script = r'while (<>) { chomp; my ($a, $b) = split /\t/; print version_compare($a, $b), "\n" }'
                command = ["perl", "-MDpkg::Version", "-e", script, file.name]
            else:
                script = (
                    '%{lua:for line in io.lines("' + file.name + '") do '
                    r'local a, b = line:match("^(.*)\t(.*)$"); io.write(rpm.vercmp(a, b), "\n") end}'
                )
                command = ["rpm", "--eval", script]
            answers = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        self.known.update(zip(pairs, map(int, answers), strict=True))

    def __call__(self, a, b):
        self.learn([(a, b)])
        return self.known[a, b]


def records(feed):
    with zipfile.ZipFile(feed) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                yield json.loads(archive.read(name))


def issues(record):
    """The CVEs that a record is about, else its own id; nothing for bug fixes."""
    found = lambda *lists: {
        cve for field in lists for text in record.get(field) or [] for cve in re.findall(r"CVE-\d{4}-\d{4,}", text)
    }
    ids = found("upstream", "aliases")
    if "CVE-" in record["id"]:
        ids |= set(re.findall(r"CVE-\d{4}-\d{4,}", record["id"]))
    ids = ids or found("related")
    if not ids and not NO_SECURITY.match(record["id"]):
        ids = {record["id"]}
    return ids


def ranges(affected):
    """(first, last or None, kind): kind tells whether the last version is fixed, affected, or there is none."""
    specific = [affected.get("ecosystem_specific") or {}, affected.get("database_specific") or {}]
    never = any(str(each.get(field, "")).lower() in WONT_FIX for each in specific for field in ("urgency", "status", "state", "resolution"))
    found, seen = [], False
    for each in affected.get("ranges") or []:
        if each.get("type", "ECOSYSTEM") != "ECOSYSTEM":
            continue
        seen, first = True, None
        for event in each["events"]:
            if "introduced" in event:
                first = event["introduced"]
            elif "fixed" in event:
                found.append((first or "0", event["fixed"], "fixed"))
                first = None
            elif "last_affected" in event:
                found.append((first or "0", event["last_affected"], "last"))
                first = None
        if first is not None:
            found.append((first, None, "wont-fix" if never else "none"))
    if not seen:
        found = [(version, version, "last") for version in affected.get("versions") or []]
    return [each for each in found if not (each[0] == "0" and each[1] == "0")]


def streams(record):
    return {match[1] for word in record.get("summary", "").split() if (match := STREAM.match(word))}


def of_stream(wanted, fixed, package):
    """Whether a fix for some streams is for a package."""
    installed, label = package["version"], package.get("module")
    modular = bool(label) or ".module" in installed
    if modular != (".module" in fixed):
        return False
    if not modular:
        return True
    label = label and ":".join(label.split(":")[:2])
    if label and wanted:
        return label in wanted
    begins = lambda version, stream: re.match(rf"(\d+:)?{re.escape(stream)}(?!\d)", version)
    numeric = lambda name: re.fullmatch(r"\d[\d.]*", name.split(":")[1])
    candidates = {label} if label else wanted
    return not candidates or any(
        not numeric(name) or (begins(fixed, name.split(":")[1]) and begins(installed, name.split(":")[1]))
        for name in candidates
    )


def main(feed, release, packages):
    system, number = release.split(":", 1)
    pattern, by, kind = ECOSYSTEMS[system]
    wanted = pattern.format(number)
    belongs = lambda name: name == wanted or name == f"{wanted}:LTS" or name.startswith((f"{wanted}::", f"{wanted}.")) and system == "rhel"
    with open(packages) as file:
        installed = json.load(file)
    if isinstance(installed, dict):
        installed = installed["packages"]
    installed = [each for each in installed if each.get("kind", kind) == kind]
    by_name = collections.defaultdict(list)
    for package in installed:
        by_name[(package.get("source") or package["name"]) if by == "source" else package["name"]].append(package)

    def version(package):
        if by == "source" and package.get("source_version"):
            own = package["source_version"]
            epoch, colon, _ = package["version"].partition(":")
            return f"{epoch}:{own}" if kind == "rpm" and colon and ":" not in own else own
        return package["version"]

    # What may be: record, package, range.
    order = Order(kind)
    candidates = []
    for record in records(feed):
        ids = issues(record)
        if record.get("withdrawn") or not ids:
            continue
        spans = collections.defaultdict(set)
        for affected in record.get("affected") or []:
            if belongs(affected["package"]["ecosystem"]):
                spans[affected["package"]["name"]] |= set(ranges(affected))
        for name, all_spans in spans.items():
            for package in by_name.get(name, []):
                candidates.append((record["id"], ids, streams(record), package, all_spans))
    order.learn((version(package), bound) for *_, package, spans in candidates for first, last, _ in spans for bound in (first, last) if bound)
    order.learn((a, b) for *_, spans in candidates for _, a, _ in spans for _, b, _ in spans if a and b and ".module" in a and a != b)

    found = collections.defaultdict(set)
    for _, ids, modules, package, spans in candidates:
        lowest = {}
        for first, last, how in spans:
            key = (first, last.split(".module")[0], how) if last and ".module" in last else (first, last, how)
            if key not in lowest or order(last, lowest[key][1]) < 0:
                lowest[key] = (first, last, how)
        for first, last, how in lowest.values():
            if first != "0" and order(version(package), first) < 0:
                continue
            if last and order(version(package), last) >= (0 if how == "fixed" else 1):
                continue
            if kind == "rpm" and last and not of_stream(modules, last, package):
                continue
            for cve in ids:
                found[cve, package["name"]].add(last if how == "fixed" else "wont-fix" if how == "wont-fix" else "none")

    rows = []
    order.learn((a, b) for fixes in found.values() for a in fixes for b in fixes if a != b)
    for (cve, name), fixes in found.items():
        versions = [fix for fix in fixes if fix not in ("none", "wont-fix")]
        best = versions[0] if versions else "wont-fix" if "wont-fix" in fixes else "none"
        for fix in versions:
            if order(fix, best) > 0:
                best = fix
        rows.append(f"{cve} {name} {best}")
    print("\n".join(sorted(rows)))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
