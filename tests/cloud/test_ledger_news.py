"""From a published report to what people read: the ledger and the telling function together, with Slack and Security
Hub."""

import csv
import io

import pytest
from moto.securityhub.models import securityhub_backends

from lab import ACCOUNT, REGION, reports

FIRST, NEXT = "ami-0c1f3a9b27d5e8846", "ami-0d2e4b8c36a7f9957"


@pytest.fixture
def everybody(tell):
    """The ledger with all channels."""
    return tell(HARDTARGET_SECURITY_HUB="true")


def states():
    """The findings of Security Hub by their check, `ACTIVE` or `ARCHIVED`."""
    held = [one.data for one in securityhub_backends[ACCOUNT][REGION].findings]
    return {one["ProductFields"]["hardtarget/id"]: one["RecordState"] for one in held}


def rows(message):
    [file] = message.files
    return list(csv.DictReader(io.StringIO(file.body.decode("utf-8-sig"), newline="")))


def report(numbers):
    """A report that has these findings, and looked for all of the first ten."""
    found = [reports.finding(number, "high", subject=f"/etc/{number}") for number in numbers]
    whole = reports.with_findings(reports.load("spotless"), found)
    [native] = [engine for engine in whole["engines"] if engine["engine"] == "native"]
    native["checks"] += [native["checks"][0] | {"id": f"LAB-{number:06}"} for number in range(10)]
    return whole


def test_the_first_report_the_next_one_and_the_same_again(everybody, slack):
    everybody.put_report("web", FIRST, "2026-11-20T06:15:01Z", report([1, 2]))
    everybody.settle()
    [first] = slack.messages
    assert first.shown.startswith("*web*: seen for the first time, 2 open")
    assert {row["id"] for row in rows(first)} == {"LAB-000001", "LAB-000002"}
    assert states() == {"LAB-000001": "ACTIVE", "LAB-000002": "ACTIVE"}
    key = everybody.put_report("web", NEXT, "2026-11-21T06:15:01Z", report([2, 3]))
    everybody.settle()
    _, second = slack.messages
    assert second.shown.startswith("*web*: 1 new, 1 fixed\n")
    assert f"AMI `{NEXT}`" in second.shown and key.replace(".json", ".html") in second.shown
    assert [(row["status"], row["id"]) for row in rows(second)] == [("new", "LAB-000003")]
    assert states() == {"LAB-000001": "ARCHIVED", "LAB-000002": "ACTIVE", "LAB-000003": "ACTIVE"}
    everybody.put(key, everybody.read(key))
    everybody.settle()
    assert len(slack.messages) == 2 and len(everybody.published()) == 2
    assert everybody.errors() == []


def test_a_hostile_report_calls_nobody(everybody, slack):
    everybody.put_report("web", FIRST, "2026-11-20T06:15:01Z", "hostile")
    everybody.settle()
    [message] = slack.messages
    assert message.calls == [] and "```" not in message.text
    for row in rows(message):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    assert everybody.errors() == []


def test_more_than_sns_takes_is_one_message(everybody, slack):
    found = [reports.finding(number, "low") for number in range(1200)]
    many = reports.with_findings(reports.load("spotless"), found)
    everybody.put_report("web", FIRST, "2026-11-20T06:15:01Z", many)
    everybody.settle()
    [message] = slack.messages
    assert len(rows(message)) == 1200
    assert len(states()) == 1200 and len(everybody.calls("securityhub", by="tell")) == 12
    [published] = everybody.published()
    assert published["truncated"]["new"] > 0
    assert published["truncated"]["new"] + len(published["new"]) == 1200
