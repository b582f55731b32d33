#!/usr/bin/env python3
"""Measures the agent against its targets and prints a Markdown table.

Where a target is a ratio, two commands run in turn, several times, and the median of the ratios
counts: what else a machine does then falls on both. CPU is user and system time of a command and of
all that it started. Started by packaging/bench.sh, as root. Python's standard library only.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C"}


def run(command, cwd=None, codes=(0,)):
    """Runs a command to its end: (seconds, CPU seconds)."""
    before = time.perf_counter()
    child = subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        env=CLEAN,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - before
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes:
        sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}: {said.decode(errors='replace')}")
    return seconds, usage.ru_utime + usage.ru_stime


def peak(command):
    """Runs a command to its end: (seconds, peak resident size in MiB)."""
    before = time.perf_counter()
    child = subprocess.Popen([str(word) for word in command], env=CLEAN, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - before
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}")
    return seconds, usage.ru_maxrss / 1024


def descendants(pid):
    """A process and all below it."""
    found = [pid]
    for each in found:
        try:
            for task in os.listdir(f"/proc/{each}/task"):
                children = pathlib.Path(f"/proc/{each}/task/{task}/children").read_text()
                found.extend(int(child) for child in children.split())
        except OSError:
            pass
    return found


def own_peak(command, program):
    """The sum of the peak resident sizes (VmHWM) of all processes of one program, in KiB."""
    child = subprocess.Popen(
        [str(word) for word in command], env=CLEAN,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    peaks = {}
    while child.poll() is None:
        for pid in descendants(child.pid):
            try:
                if os.path.samefile(f"/proc/{pid}/exe", program):
                    status = pathlib.Path(f"/proc/{pid}/status").read_text()
                    peaks[pid] = max(
                        peaks.get(pid, 0),
                        *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")),
                    )
            except (OSError, TypeError):
                pass
        time.sleep(0.002)
    return sum(peaks.values())


def ratios(runs, first, second):
    """Two measurements in turn: (median of the ratios, median of the first, median of the second)."""
    pairs = []
    for number in range(runs):
        pair = (first(), second())
        pairs.append(pair)
        print(f"  {number + 1} of {runs}: {pair[0]:.2f} s / {pair[1]:.2f} s", file=sys.stderr)
    return (
        statistics.median(a / b for a, b in pairs),
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
    )


def report_of_150_kb(source, target):
    """A real report, its list lines repeated until it has 150 kB."""
    lines = source.read_bytes().splitlines(keepends=True)
    lists = [line for line in lines if b"[]=" in line]
    more, size = [], sum(map(len, lines))
    while lists and size < 150_000:
        line = lists[len(more) % len(lists)]
        more.append(line)
        size += len(line)
    # `finish=true` stays the last line.
    target.write_bytes(b"".join(lines[:-1] + more + lines[-1:]))


class Bench:
    def __init__(self, options, work):
        self.agent = pathlib.Path(options.agent)
        self.lynis = pathlib.Path(options.lynis)
        self.debian = pathlib.Path(options.debian_root)
        self.runs = options.runs
        self.work = work
        self.out = work / "out"
        self.rows = []

    def row(self, what, target, measured, met):
        print(f"{what}: {measured}", file=sys.stderr)
        self.rows.append(f"| {what} | {target} | {measured} | {'met' if met else 'missed'} |")

    def scan(self, *options):
        """A scan: (seconds, CPU seconds). One that is partial counts: what it leaves out is in no ratio."""
        shutil.rmtree(self.out, ignore_errors=True)
        return run(
            [self.agent, "--dry-run", "--quiet", "--output", self.out, *options], codes=(0, 3)
        )

    def plain_lynis(self):
        """One plain Lynis of the same tree, with files of its own."""
        return run(
            ["sh", "./lynis", "audit", "system", "--quick", "--usecwd",
             "--plugindir", self.lynis / "plugins",
             "--quiet", "--no-colors",
             "--report-file", self.work / "plain.dat", "--logfile", self.work / "plain.log"],
            cwd=self.lynis,
        )

    def scans(self):
        for name, options, most in [("default scan", [], 0.35), ("scan with `--stock-lynis`", ["--stock-lynis"], 0.65)]:
            ratio, scan, plain = ratios(
                self.runs, lambda options=options: self.scan(*options)[0], lambda: self.plain_lynis()[0]
            )
            self.row(
                f"{name} / plain `lynis audit system --quick`, {os.cpu_count()} cores",
                f"≤ {most:.2f}", f"{ratio:.2f} ({scan:.1f} s / {plain:.1f} s)", ratio <= most,
            )

    def native(self):
        native = lambda: self.scan("--engine", "native")[1]
        find = lambda: run(["find", "/", "-xdev", "-type", "f", "-perm", "/6000"], codes=(0, 1))[1]
        native(), find()
        files = subprocess.run(
            "find / -xdev -type f -printf x 2>/dev/null | wc -c", shell=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip()
        ratio, ours, theirs = ratios(max(self.runs, 5), native, find)
        self.row(
            f"native engine, CPU / `find / -xdev -type f -perm /6000`, CPU, {int(files):,} files",
            "≤ 2.00", f"{ratio:.2f} ({ours:.2f} s / {theirs:.2f} s)", ratio <= 2,
        )
        peak = max(
            own_peak([self.agent, "--dry-run", "--quiet", "--engine", "native", "--output", self.out], self.agent)
            for _ in range(3)
        ) / 1024
        self.row("native engine there: peak memory of the agent's processes together", "< 40 MiB", f"{peak:.1f} MiB", peak < 40)

    def native_on_debian(self):
        shutil.copy(self.agent, self.debian / "hardtarget-agent")
        live = lambda: run(
            ["unshare", "--mount", "--pid", "--fork", "--root", self.debian, "--mount-proc=/proc", "/hardtarget-agent",
             "--dry-run", "--quiet", "--engine", "native", "--output", "/tmp/scan"], codes=(0, 3),
        )[1]
        live()
        cpu = statistics.median(live() for _ in range(max(self.runs, 5)))
        self.row("native engine in a minimal Debian root, CPU", "< 0.70 s", f"{cpu:.2f} s", cpu < 0.7)
        shutil.rmtree(self.debian / "tmp/scan", ignore_errors=True)

    def small_things(self):
        report = self.work / "report-150k.dat"
        report_of_150_kb(self.work / "plain.dat", report)
        for what, command, most in [
            (f"`render` of a Lynis report of {report.stat().st_size // 1000} kB to JSON",
             [self.agent, "render", report, "--format", "json"], 20),
            ("start to `--version`", [self.agent, "--version"], 5),
        ]:
            run(command)
            milliseconds = 1000 * statistics.median(run(command)[0] for _ in range(50))
            self.row(what, f"< {most} ms", f"{milliseconds:.1f} ms", milliseconds < most)

    def advisories(self, program, feed):
        """The whole feed of AlmaLinux, and 2,000 packages that have everything it knows."""
        file = self.work / "advisories.htadv"
        measured = [peak([program, "build", "--quiet", "--output", file, feed]) for _ in range(self.runs)]
        seconds, memory = map(max, zip(*measured))
        size = file.stat().st_size / 2**20
        self.row(
            "building the advisories of AlmaLinux's whole feed", "< 20 s, < 300 MiB, file < 10 MiB",
            f"{seconds:.1f} s, {memory:.0f} MiB, file {size:.1f} MiB",
            seconds < 20 and memory < 300 and size < 10,
        )
        names = set()
        with zipfile.ZipFile(feed) as archive:
            for name in archive.namelist():
                if name.endswith(".json"):
                    affected = json.loads(archive.read(name))["affected"]
                    names |= {each["package"]["name"] for each in affected if each["package"]["ecosystem"] == "AlmaLinux:9"}
        packages = self.work / "packages.json"
        packages.write_text(json.dumps([{"name": name, "version": "0-0"} for name in sorted(names)[:2000]]))
        command = [program, "match", file, "--os", "almalinux:9", packages]
        milliseconds = 1000 * statistics.median(run(command)[0] for _ in range(10))
        self.row(
            f"matching {min(len(names), 2000):,} packages against it", "< 200 ms", f"{milliseconds:.0f} ms", milliseconds < 200
        )

    def fleet(self, page):
        """The fleet page of 500 families with 50 images each, in Chromium."""
        draw = pathlib.Path(__file__).with_name("draw.mjs")
        said = subprocess.run(["node", draw, str(2 * self.runs + 1), page], stdout=subprocess.PIPE, text=True, check=True)
        measured = json.loads(said.stdout)
        self.row(
            f"fleet page of 500 families with 50 images each ({page.stat().st_size / 1e6:.1f} MB) in Chromium, by the clock",
            "< 200 ms",
            f"{measured['drawn']:.0f} ms, an empty page {measured['empty']:.0f} ms ({measured['cpu']:.0f} ms CPU with all that follows)",
            measured["drawn"] < 200,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--agent", required=True, help="the static binary, Lynis inside")
    parser.add_argument("--lynis", required=True, help="the same Lynis, unpacked")
    parser.add_argument("--debian-root", required=True, help="a minimal Debian root")
    parser.add_argument("--advisories", help="the program that builds files of advisories")
    parser.add_argument("--feed", help="AlmaLinux's whole OSV feed")
    parser.add_argument("--fleet", type=pathlib.Path, help="the fleet page of 500 families with 50 images each")
    parser.add_argument("--runs", type=int, default=5, help="how often each pair of scans runs")
    with tempfile.TemporaryDirectory() as work:
        options = parser.parse_args()
        bench = Bench(options, pathlib.Path(work))
        bench.scans()
        bench.native()
        bench.native_on_debian()
        bench.small_things()
        if options.advisories:
            bench.advisories(options.advisories, options.feed)
        if options.fleet:
            bench.fleet(options.fleet)
    print("| what | target | measured | |")
    print("|---|---|---|---|")
    print("\n".join(bench.rows))


if __name__ == "__main__":
    main()
