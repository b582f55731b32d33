#!/usr/bin/env python3
"""Measures the function against the same launch and tag handlers in Python with boto3, in turn, on the same
simulated AWS and behind the same local Runtime API. Prints a Markdown table.

    bench.py --glue BOOTSTRAP [--package ZIP] [--runs 5] [--messages 40]
"""

import argparse
import json
import pathlib
import statistics
import sys
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/cloud"))

from lab import REGION, Aws, Lab, events  # noqa: E402

PYTHON = [sys.executable, HERE / "runtime.py"]
BATCH = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--glue", required=True, help="the function's released binary")
    parser.add_argument("--package", help="its Lambda package, for its size")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--messages", type=int, default=40, help="launches and tags in each run")
    args = parser.parse_args()
    aws = Aws()
    ours, python = [], []
    for run in range(args.runs):
        print(f"run {run + 1} of {args.runs}", file=sys.stderr)
        ours.append(measure(aws, [args.glue], args.messages))
        python.append(measure(aws, PYTHON, args.messages))
    table(args, ours, python)


def measure(aws, argv, messages):
    """One cold start, `messages` launches and as many tags."""
    settings = {
        "HARDTARGET_MAX_CONCURRENT_SCANS": "1000",
        "HARDTARGET_USER_DATA": str(ROOT / "user-data/scan.sh"),
        # Lambda sets it as well as AWS_REGION; boto3 knows this one only.
        "AWS_DEFAULT_REGION": REGION,
    }
    lab = Lab(argv, aws, **settings)
    try:
        began = time.monotonic()
        lab.function.start()
        found = {"start": time.monotonic() - began, "idle": lab.function.memory()["VmRSS"]}
        amis = [lab.image() for _ in range(messages)]
        began = time.monotonic()
        first = None
        for at in range(0, messages, BATCH):
            done = lab.function.invoke(batch(amis[at : at + BATCH]))
            first = first or found["start"] + done.seconds
            assert done.error is None and not done.response["batchItemFailures"], done
        found |= {"launches": messages / (time.monotonic() - began), "first": first}
        for guest in lab.guests():
            guest.hand_in()
        began = time.monotonic()
        while lab.later:
            event, _ = lab.later.popleft()
            done = lab.function.invoke(event)
            assert done.error is None, done
        found["tags"] = messages / (time.monotonic() - began)
        found["peak"] = lab.function.memory()["VmHWM"]
        assert all(lab.status(ami) == "assessed" for ami in amis) and not lab.guests()
        return found
    finally:
        lab.close()


def batch(amis):
    records = [
        {
            "messageId": str(uuid.uuid4()),
            "eventSource": "aws:sqs",
            "body": json.dumps(events.ami_available(ami)),
        }
        for ami in amis
    ]
    return {"Records": records}


def table(args, ours, python):
    def median(runs, name):
        return statistics.median(run[name] for run in runs)

    def ratio(name):
        return statistics.median(one[name] / other[name] for one, other in zip(ours, python, strict=True))

    def row(what, target, name, shown, at_most=None):
        value = ratio(name)
        verdict = "" if at_most is None else "met" if value <= at_most else "missed"
        print(f"| {what} | {target} | {value:.2f} ({shown(median(ours, name))} / {shown(median(python, name))}) | {verdict} |")

    print("| the function / the same in Python with boto3 | target | measured | |")
    print("|---|---|---|---|")
    row("cold start: process to the first event asked for", "≤ 0.15", "start", lambda value: f"{value * 1000:.0f} ms", 0.15)
    row("cold start with the first batch of launches", "", "first", lambda value: f"{value * 1000:.0f} ms")
    row("peak memory, launches and tags", "≤ 0.40", "peak", lambda value: f"{value / 1024:.1f} MiB", 0.40)
    row("memory before the first event", "", "idle", lambda value: f"{value / 1024:.1f} MiB")
    row("launches a second against moto", "", "launches", lambda value: f"{value:.1f}/s")
    row("tags a second against moto", "", "tags", lambda value: f"{value:.1f}/s")
    if args.package:
        print(f"| Lambda package | | {pathlib.Path(args.package).stat().st_size / 1e6:.1f} MB | |")


if __name__ == "__main__":
    main()
