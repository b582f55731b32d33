#!/usr/bin/env python3
"""What Hard Target costs a month, as the README's tables, the second for the ledger: `packaging/cost.py`.

Prices are AWS's public list prices in US dollars for us-east-1 (N. Virginia), Linux, without any free tier,
credit or discount. They are of 2026-11-21: from documentation and third-party pages where `seen` is true, else
from memory. Check what matters to you against
https://aws.amazon.com/pricing/ and change it here; the README's table is tested against this file.

Python's standard library only.
"""

import argparse
from dataclasses import dataclass

MONTH = 730 * 3600  # seconds, as AWS counts a month
MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """US dollars for one unit."""

    dollars: float
    unit: str
    seen: bool


PRICES = {
    "t4g.micro": Price(0.0084, "hour", False),
    "t3.micro": Price(0.0104, "hour", False),
    # Spot prices move; this is an order of magnitude.
    "t4g.micro Spot": Price(0.0030, "hour", False),
    # What an instance in unlimited mode, the default of T4g and T3, uses beyond what it has earned. A new one
    # has earned nothing. Charged when it ends: EC2 User Guide, "Unlimited mode for burstable performance instances".
    "surplus t4g": Price(0.04, "vCPU-hour", False),
    "surplus t3": Price(0.05, "vCPU-hour", True),
    "gp3": Price(0.08, "GB-month", False),
    "S3 PUT": Price(0.005 / 1000, "request", False),
    "S3 GET": Price(0.0004 / 1000, "request", False),
    "S3 storage": Price(0.023, "GB-month", False),
    "Lambda request": Price(0.20 / MILLION, "request", True),
    "Lambda arm64": Price(0.0000133334, "GB-second", True),
    "Lambda ephemeral storage": Price(0.0000000309, "GB-second", False),
    "SQS FIFO": Price(0.50 / MILLION, "request", False),
    "SQS": Price(0.40 / MILLION, "request", False),
    # On demand, as it has been since November 2024. A write unit is 1 KB, a strongly consistent read unit 4 KB.
    "DynamoDB write": Price(0.625 / MILLION, "unit", False),
    "DynamoDB read": Price(0.125 / MILLION, "unit", False),
    "DynamoDB storage": Price(0.25, "GB-month", False),
    "DynamoDB point-in-time recovery": Price(0.20, "GB-month", False),
    "SNS": Price(0.50 / MILLION, "request", False),
    # One for each message at most: SNS keeps a key for minutes.
    "KMS": Price(0.03 / 10_000, "request", False),
    # AMI and Image Builder events are management events and free. Those of S3 are opt-in data events;
    # third-party pages disagree whether they cost anything: the dearer answer counts here.
    "EventBridge S3 event": Price(1.00 / MILLION, "event", False),
    "CloudWatch Logs": Price(0.50, "GB", False),
    "CloudWatch metric": Price(0.30, "metric", False),
    "CloudWatch alarm": Price(0.10, "alarm", False),
}

# One assessment. Seconds on EC2 are an assumption: boot, download, scan, upload, power-off; `--seconds` and
# `--cpu-seconds` take what you measured.
SECONDS = 120
CPU_SECONDS = 60
BASELINE = 12 / 60  # credits (vCPU-minutes) that a micro instance earns a minute
VOLUME_GB = 8
# Launch record, three files of the scan, report as JSON and HTML, what changed, what is known of the AMI twice, and the
# listing that finds what to compare with.
OBJECTS = 10
READS = 12
REPORT_GB = 0.0005  # both forms of the report, kept
RAW_GB = 0.0005  # files of the scan, deleted after 30 days
LAMBDA_SECONDS = 4  # launch and tag, two events a launch
LAMBDA_REQUESTS = 3
LAMBDA_GB = 192 / 1024
QUEUE_REQUESTS = 6
S3_EVENTS = 13  # everything created in the bucket and, later, expired from it
LOG_GB = 10e-6

# What is there without any AMI.
REAPS = MONTH / 600
REAP_SECONDS = 1
REAP_LOG_GB = 1e-6
# Lambda long-polls an idle queue with up to 5 receives at a time, and may go down to 2 (Lambda Developer Guide,
# "Configuring scaling behavior for SQS event source mappings"; said of standard queues). 20 s each.
IDLE_RECEIVES = 5 * MONTH / 20
METRICS = 5
ALARMS = 7
# The advisories, once a day. How long that takes is an assumption: the feeds were out of reach where this was written.
REFRESHES = MONTH / 86_400
REFRESH_SECONDS = 300
REFRESH_GB = 2
REFRESH_DISK_GB = 4 - 0.5  # half a GB costs nothing
ADVISORIES_GB = 0.1

# The ledger, all of it, with a golden run once a day; what that assesses costs as any AMI does, see above.
# How much a report says is an assumption, the rest is what the functions do.
FINDINGS = 150  # entries that a report touches: findings and vulnerabilities
ENTRY_KB = 0.8  # of the largest half; one write unit each
WRITES = 4  # beside its entries: looks, and what was told
DRAWINGS = 3  # of the page for each AMI: launched, assessed, reported; with each, what it is made of is read and written
FLEET_KB = 0.45  # of what the page is made of, for each AMI
PAGE_KB = 0.05  # of the page likewise
FLEET_DAYS = 2  # until a version that is not the newest any more is gone: one day, and S3's time to notice
LEDGER_SECONDS = 3  # at 1 GB: two events of the AMI, one of its report
LEDGER_GB = 1
TELL_SECONDS = 2
TELL_GB = 512 / 1024
LEDGER_LOG_GB = 10e-6
LEDGER_EVENTS = 2 + 2 * DRAWINGS  # put in the bucket for each AMI: what is to be told, what changed, the page twice over
LEDGER_OBJECTS = 1 + 2 * DRAWINGS
LEDGER_READS = 6 + 2 * DRAWINGS
CHECKS = MONTH / 900  # of golden runs; a month and its days beside them count for nothing
# Both queues are standard ones, each polled as above.
LEDGER_RECEIVES = 2 * IDLE_RECEIVES
LEDGER_ALARMS = 3


def price(name):
    return PRICES[name].dollars


def instance(kind, seconds, cpu_seconds):
    """Dollars for one instance: its time, its surplus credits, its volume."""
    family = kind.split(".")[0]
    surplus = max(0.0, cpu_seconds / 60 - BASELINE * seconds / 60)
    return {
        "instance": price(kind) * seconds / 3600,
        "surplus CPU credits": price(f"surplus {family}") * surplus / 60,
        "volume": price("gp3") * VOLUME_GB * seconds / MONTH,
    }


def month(amis, seconds, cpu_seconds):
    """Dollars by service for the first month with so many AMIs."""
    one = instance("t4g.micro", seconds, cpu_seconds)
    return {
        "EC2: t4g.micro, on demand": amis * one["instance"],
        "EC2: surplus CPU credits": amis * one["surplus CPU credits"],
        "EBS: 8 GB gp3 while it runs": amis * one["volume"],
        "S3: requests": amis * (OBJECTS * price("S3 PUT") + READS * price("S3 GET")),
        "S3: storage": amis * (REPORT_GB + RAW_GB) * price("S3 storage"),
        "Lambda": (amis * LAMBDA_REQUESTS + REAPS) * price("Lambda request")
        + (amis * LAMBDA_SECONDS + REAPS * REAP_SECONDS) * LAMBDA_GB * price("Lambda arm64"),
        "Advisories, refreshed once a day": REFRESHES
        * (
            price("Lambda request")
            + price("S3 PUT")
            + REFRESH_SECONDS * REFRESH_GB * price("Lambda arm64")
            + REFRESH_SECONDS * REFRESH_DISK_GB * price("Lambda ephemeral storage")
        )
        + ADVISORIES_GB * price("S3 storage"),
        "SQS (Lambda polls, AMIs or not)": (amis * QUEUE_REQUESTS + IDLE_RECEIVES) * price("SQS FIFO"),
        "EventBridge: S3 events": amis * S3_EVENTS * price("EventBridge S3 event"),
        "CloudWatch: logs": (amis * LOG_GB + REAPS * REAP_LOG_GB) * price("CloudWatch Logs"),
        f"CloudWatch: {METRICS} metrics, {ALARMS} alarms": METRICS * price("CloudWatch metric") + ALARMS * price("CloudWatch alarm"),
    }


def ledger_month(amis, findings=FINDINGS):
    """Dollars by service for the ledger's first month with so many AMIs."""
    read = amis * findings * ENTRY_KB / 4
    written = amis * (findings + WRITES)
    stored = amis * findings * ENTRY_KB / MILLION
    # Half of the month's AMIs are on the page on average.
    versions = amis * DRAWINGS * amis / 2 * (FLEET_KB + PAGE_KB) / MILLION
    return {
        "DynamoDB: writes, one a finding and report": written * price("DynamoDB write"),
        "DynamoDB: reads": read * price("DynamoDB read"),
        "DynamoDB: storage, and setting it back": stored
        * (price("DynamoDB storage") + price("DynamoDB point-in-time recovery")),
        "Lambda": (amis * 4 + CHECKS) * price("Lambda request")
        + (amis * (LEDGER_SECONDS * LEDGER_GB + TELL_SECONDS * TELL_GB) + CHECKS * 0.2) * price("Lambda arm64"),
        "SQS (Lambda polls, AMIs or not)": (amis * 8 + LEDGER_RECEIVES) * price("SQS"),
        "SNS": amis * (price("SNS") + price("KMS")),
        "S3: requests": amis * (LEDGER_OBJECTS * price("S3 PUT") + LEDGER_READS * price("S3 GET")),
        "S3: the page's older versions": versions * FLEET_DAYS * 86_400 / MONTH * price("S3 storage"),
        "EventBridge: S3 events": amis * LEDGER_EVENTS * price("EventBridge S3 event"),
        "CloudWatch: logs": (amis * LEDGER_LOG_GB + CHECKS * REAP_LOG_GB) * price("CloudWatch Logs"),
        f"CloudWatch: {LEDGER_ALARMS} alarms": LEDGER_ALARMS * price("CloudWatch alarm"),
    }


COUNTS = (1, 100, 10_000)


def ledger_table(counts=COUNTS):
    """The Markdown table of the ledger."""
    return markdown(counts, [ledger_month(count) for count in counts])


def table(seconds=SECONDS, cpu_seconds=CPU_SECONDS, counts=COUNTS):
    """The Markdown table."""
    return markdown(counts, [month(count, seconds, cpu_seconds) for count in counts])


def markdown(counts, months):
    """A table with a column for each month."""
    lines = [
        "| USD a month | " + " | ".join(f"{count:,} AMI{'s' if count > 1 else ''}" for count in counts) + " |",
        "|---|" + "--:|" * len(counts),
    ]
    for name in months[0]:
        lines.append(f"| {name} | " + " | ".join(f"{one[name]:.2f}" for one in months) + " |")
    lines.append("| **all** | " + " | ".join(f"**{sum(one.values()):.2f}**" for one in months) + " |")
    return "\n".join(lines)


def compute(seconds=SECONDS, cpu_seconds=CPU_SECONDS):
    """One sentence on what one AMI costs on EC2."""
    kinds = ("t4g.micro", "t3.micro", "t4g.micro Spot")
    each = [sum(instance(kind, seconds, cpu_seconds).values()) for kind in kinds]
    ended = sum(instance("t4g.micro", 1800 + 600, 2 * (1800 + 600)).values())
    return (
        f"One AMI's {seconds} seconds on EC2, {cpu_seconds} of them CPU, come to USD {each[0]:.5f} on a t4g.micro, "
        f"{each[1]:.5f} on a t3.micro and about {each[2]:.5f} on Spot; one that hangs at full load "
        f"until the reaper ends it, to {ended:.3f}."
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Prints what Hard Target costs a month, as a Markdown table.")
    arguments.add_argument("--seconds", type=int, default=SECONDS, help="seconds that one instance runs (%(default)s)")
    arguments.add_argument(
        "--cpu-seconds", type=int, default=CPU_SECONDS, help="seconds of one vCPU it uses (%(default)s)"
    )
    given = arguments.parse_args()
    print(table(given.seconds, given.cpu_seconds))
    print()
    print(compute(given.seconds, given.cpu_seconds))
    print()
    print(ledger_table())
