"""A report is compared with the last complete one: `diff.json`, two tags, and a section of the page."""

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest

from lab import reports

PREFIX = "hardtarget:"
# What the function gets in the template at least, in KiB, and the longest report that others are held against.
SMALL = 192 * 1024
LARGEST_BASE = 16 << 20
# When the scans ended, but for their minute. The function does not believe what is a day from its own time.
HOUR_AGO = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)


def at(report, minute):
    """The report, as if its scan had ended so many minutes after an hour ago."""
    report = copy.deepcopy(report)
    ended = (HOUR_AGO + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
    report["scan"]["started"] = report["scan"]["finished"] = ended
    return report


def report(*numbers, minute, name="spotless", **more):
    """A report with these findings, whose checks ran. Its minute sorts it among the others."""
    sample = reports.load(name)
    found = [reports.finding(number, **more) for number in numbers]
    native = next(one for one in sample["engines"] if one["engine"] == "native")
    known = [{"id": f"LAB-{number:06}", "outcome": "fail" if number in numbers else "pass"} for number in range(10)]
    native["checks"] = native["checks"] + [{"why": None, **one} for one in known]
    return at(reports.with_findings(sample, found), minute)


def assess(lab, ami, handed_in):
    """The whole way of one AMI, whatever was on it before; gives what was compared, or None."""
    before = set(lab.keys("reports/"))
    lab.invoke({"ami-id": ami, "again": True})
    [guest] = [one for one in lab.guests() if one.ami == ami]
    guest.hand_in(handed_in)
    lab.settle()
    assert lab.given_up == []
    new = [key for key in lab.keys("reports/") if key not in before]
    [key] = [key for key in new if key.endswith("/report.json")]
    compared = key.replace("report.json", "diff.json")
    return json.loads(lab.read(compared)) if compared in new else None


def tags(lab, ami):
    return tuple(lab.tags(ami).get(PREFIX + name) for name in ("new-findings", "fixed-findings"))


def page(lab, ami):
    [*_, key] = sorted(key for key in lab.keys("reports/") if ami in key and key.endswith("report.html"))
    return lab.read(key).decode()


def test_the_first_of_its_family_has_nothing_to_be_compared_with(lab):
    ami = lab.image("web-1")
    assert assess(lab, ami, report(1, 2, minute=1)) is None
    assert tags(lab, ami) == (None, None), "that is not 0"
    assert "What changed" not in page(lab, ami)


def test_the_next_image_of_the_family_is_compared_with_the_last(lab):
    first, second, other = lab.image("web-1"), lab.image("web-2"), lab.image("db-1")
    assess(lab, first, report(1, 2, 3, minute=1))
    diff = assess(lab, second, report(3, 4, 5, 6, minute=2))
    assert (diff["old_scan"]["ami"], diff["new_scan"]["ami"]) == (first, second)
    assert [one["finding"]["id"] for one in diff["new"]] == ["LAB-000004", "LAB-000005", "LAB-000006"]
    assert [one["id"] for one in diff["fixed"]] == ["LAB-000001", "LAB-000002"]
    assert tags(lab, second) == ("3", "2")
    html = page(lab, second)
    assert "What changed" in html and first in html
    assert html.index("What changed") < html.index('id="findings"')
    assert assess(lab, other, report(1, minute=3)) is None, "another family"


def test_the_diff_is_there_before_the_page_and_the_report_comes_last(lab):
    assess(lab, lab.image("web-1"), report(1, minute=1))
    assess(lab, lab.image("web-2"), report(2, minute=2))
    written = [call.key.rsplit("/", 1)[1] for call in lab.calls("s3", "PutObject") if call.key.startswith("reports/")]
    first = ["image.json", "report.html", "report.json", "image.json"]
    assert written == first + ["image.json", "diff.json", "report.html", "report.json", "image.json"]


def test_an_image_assessed_again_is_compared_with_itself(lab):
    first, second = lab.image("web-1"), lab.image("web-2")
    assess(lab, first, report(1, 2, minute=1))
    assess(lab, second, report(3, minute=2))
    diff = assess(lab, first, report(1, minute=3))
    assert diff["old_scan"]["ami"] == first
    assert tags(lab, first) == ("0", "1")


def test_a_report_that_comes_late_is_compared_with_what_was_before_it(lab):
    assess(lab, lab.image("web-1"), report(1, minute=1))
    assess(lab, lab.image("web-3"), report(5, 6, minute=9))
    late = lab.image("web-2")
    diff = assess(lab, late, report(1, 2, minute=5))
    assert [one["finding"]["id"] for one in diff["new"]] == ["LAB-000002"]


def test_only_a_complete_report_is_a_base_and_a_partial_one_is_compared(lab):
    first = lab.image("web-1")
    assess(lab, first, report(1, 2, minute=1))
    partial = lab.image("web-2")
    diff = assess(lab, partial, at(reports.load("partial"), 2))
    assert diff["old_scan"]["ami"] == first and diff["new_scan"]["status"] == "partial"
    assert None not in tags(lab, partial)
    third = lab.image("web-3")
    assert assess(lab, third, report(2, minute=3))["old_scan"]["ami"] == first


def test_a_scan_that_failed_is_compared_with_nothing_and_takes_the_tags_away(lab):
    ami = lab.image("web-1")
    assess(lab, ami, report(1, minute=1))
    assess(lab, ami, report(2, minute=2))
    assert tags(lab, ami) == ("1", "1")
    assert assess(lab, ami, at(reports.load("failed"), 3)) is None
    assert tags(lab, ami) == (None, None)
    assert "What changed" not in page(lab, ami)


@pytest.mark.parametrize("body", [b"no report", b"{}", b" " * (LARGEST_BASE + 1)], ids=["text", "object", "large"])
def test_a_base_that_cannot_be_read_is_passed_over(lab, body):
    first, second = lab.image("web-1"), lab.image("web-2")
    assess(lab, first, report(1, minute=1))
    assess(lab, second, report(2, minute=2))
    [spoilt] = [key for key in lab.keys("reports/") if second in key and key.endswith("report.json")]
    lab.s3.put_object(Bucket=lab.stack.bucket, Key=spoilt, Body=body)
    assert assess(lab, lab.image("web-3"), report(3, minute=3))["old_scan"]["ami"] == first
    assert [line for line in lab.lines() if line.get("level") == "WARN" and line.get("key") == spoilt]


def test_reports_that_may_not_be_listed_cost_only_the_comparison(lab):
    assess(lab, lab.image("web-1"), report(1, minute=1))
    lab.fail("s3", "ListObjectsV2", code="AccessDenied", status=403, times=1)
    ami = lab.image("web-2")
    lab.invoke({"ami-id": ami})
    lab.guests()[0].hand_in(report(2, minute=2))
    lab.settle()
    assert lab.status(ami) == "assessed" and tags(lab, ami) == (None, None)


@pytest.mark.parametrize("action", ["ListObjectsV2", "GetObject", "PutObject"])
def test_what_could_not_be_compared_now_is_compared_later(lab, action):
    assess(lab, lab.image("web-1"), report(1, minute=1))
    ami = lab.image("web-2")
    lab.invoke({"ami-id": ami})
    files = ("diff.json", "00Z/report.json")
    about = lambda call: action == "ListObjectsV2" or call.key.endswith(files)  # noqa: E731
    fault = lab.fail("s3", action, times=4, when=about)
    lab.guests()[0].hand_in(report(2, minute=2))
    lab.run_later()
    lab.heal()
    lab.settle()
    assert fault.hits == 4
    assert lab.status(ami) == "assessed" and tags(lab, ami) == ("1", "1")
    assert lab.metrics("Assessments") == [1, 1]


def test_what_could_not_be_seen_before_does_not_count_as_new(lab):
    without = at(reports.load("spotless"), 1) | {"advisories": None, "vulnerability_counts": None}
    assess(lab, lab.image("web-1"), without)
    vulnerable = reports.with_vulnerabilities(report(1, minute=2), ["critical", "high"])
    ami = lab.image("web-2")
    diff = assess(lab, ami, vulnerable)
    assert diff["summary"]["newly_looked_at"] == 1
    assert diff["vulnerabilities"]["summary"]["newly_looked_at"] == 2
    assert tags(lab, ami) == ("0", "0")
    again = reports.with_vulnerabilities(report(1, minute=3), ["critical", "high", "low"])
    later = lab.image("web-3")
    assess(lab, later, again)
    assert tags(lab, later) == ("1", "0")


def test_the_largest_report_is_compared_in_the_memory_there_is(lab):
    """As large as `test_reports.py` has it, with the largest base that is read, and nothing in common."""
    for minute in range(2):
        ami = lab.image(f"web-{minute}")
        many = [reports.finding(minute * 100_000 + one) for one in range(31_000)]
        large = at(reports.with_findings(reports.load("spotless"), many), minute)
        lab.invoke({"ami-id": ami})
        lab.guests()[0].hand_in(json.dumps(large, separators=(",", ":")).encode())
        lab.settle()
        assert lab.status(ami) == "assessed", lab.tags(ami)
        if minute == 0:
            swell(lab)
    assert PREFIX + "new-findings" in lab.tags(ami)
    assert lab.function.memory()["VmHWM"] < SMALL


def swell(lab):
    """Makes the one published report almost as long as is read of it."""
    [key] = [key for key in lab.keys("reports/") if key.endswith("report.json")]
    base = json.loads(lab.read(key))
    for finding in base["findings"]:
        finding["evidence"] = ["x" * 160]
    body = json.dumps(base, indent=2).encode()
    assert LARGEST_BASE * 15 // 16 < len(body) < LARGEST_BASE, len(body)
    lab.s3.put_object(Bucket=lab.stack.bucket, Key=key, Body=body)
