"""The fleet's page: it appears, is rewritten on each change, and shows the newest state whoever writes last."""

import json
import re
from datetime import UTC, datetime, timedelta

from lab import reports

WEB, NEXT, OTHER = "ami-0c1f3a9b27d5e8846", "ami-03cf127a11d2b7c40", "ami-0d9e8f7a6b5c4d3e2"
NOW = datetime.now(UTC).replace(microsecond=0)


def before(**past):
    return NOW - timedelta(**past)


def stamp(at):
    return at.strftime("%Y%m%dT%H%M%SZ")


def rfc3339(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def families(page):
    """What the page has of each family: its markup, and its images' ids, and their scores as differences."""
    rows = re.findall(r'<li class="family.*?</script></li>', page, re.DOTALL)
    found = {}
    for row in rows:
        markup, data = row.removesuffix("</script></li>").split('<script type="application/json">')
        data = json.loads(data)
        images = [(data["q"] + rest, score) for rest, score in zip(data["a"].split(","), data["i"], strict=True)]
        found[re.search(r'data-name="([^"]*)"', markup)[1]] = (markup, images)
    return found


def test_the_page_appears_with_the_first_report_and_grows(ledger):
    assert ledger.page() is None
    first = ledger.put_report("web", WEB, before(days=2), image={"created": rfc3339(before(days=2))})
    ledger.settle()
    markup, images = families(ledger.page())["web"]
    assert f'href="{first.replace("report.json", "report.html")}"' in markup
    assert images == [(WEB, reports.load()["score"]["index"])]

    second = ledger.put_report("web", NEXT, before(days=1), "spotless")
    ledger.put_report("db", OTHER, before(hours=1), "vulnerable")
    ledger.settle()
    found = families(ledger.page())
    assert list(found) == ["db", "web"], "the worse one first"
    markup, images = found["web"]
    assert [ami for ami, _ in images] == [WEB, NEXT]
    assert second.replace(".json", ".html") in markup
    assert ledger.errors() == []
    [headers] = [ledger.s3.head_object(Bucket=ledger.stack.bucket, Key="fleet.html")]
    assert headers["ContentType"] == "text/html; charset=utf-8"


def test_the_same_report_twice_is_one_image(ledger):
    key = ledger.put_report("web", WEB, before(days=1))
    ledger.settle()
    ledger.put(key, ledger.read(key))
    ledger.settle()
    assert len(families(ledger.page())["web"][1]) == 1
    assert len(ledger.fleet()["web"]["assessments"]) == 1


def test_an_ami_that_is_being_assessed_or_failed_shows_with_the_reason(ledger):
    ledger.put_image("web", WEB, "assessing", since=rfc3339(before(hours=3)))
    ledger.put_image("db", OTHER, "failed", reason="No <b>instance</b> could be launched.", since=rfc3339(before(hours=5)))
    ledger.settle()
    page = ledger.page()
    found = families(page)
    assert ">assessing</span> since " in found["web"][0]
    assert "No &lt;b&gt;instance&lt;/b&gt; could be launched." in found["db"][0]
    assert "data-failed" in found["db"][0] and "data-failed" not in found["web"][0]
    assert "of db, failed" in page, "the oldest that is not assessed"

    ledger.put_report("web", WEB, before(minutes=2), image={"status": "assessed"})
    ledger.settle()
    assert "assessing" not in families(ledger.page())["web"][0]


def test_an_older_status_that_comes_late_changes_nothing(ledger):
    ledger.put_image("web", WEB, "failed", reason="It is out of order.", since=rfc3339(before(hours=1)))
    ledger.settle()
    ledger.put_image("web", WEB, "assessing", since=rfc3339(before(hours=2)))
    ledger.settle()
    assert "It is out of order." in families(ledger.page())["web"][0]


def test_what_cannot_be_read_is_left_out_and_said(ledger):
    ledger.put_report("web", WEB, before(days=1))
    ledger.settle()
    ledger.put(f"reports/db/{OTHER}/{stamp(before(hours=1))}/report.json", {"nothing": "of ours"})
    ledger.put(f"reports/db/{OTHER}/image.json", [])
    ledger.settle()
    assert list(families(ledger.page())) == ["web"]
    assert [len(queue.dead()) for queue in ledger.queues.values()] == [0, 0], "it would come no better"
    assert ledger.errors() != []


def test_a_page_that_is_older_when_it_lands_is_written_again(ledger):
    """One function has read the table and is about to write; meanwhile another adds a family and writes."""
    slow, fast = ledger.function("ledger", 1), ledger.function("ledger", 2)
    keys = [ledger.put_image("web", WEB, since=rfc3339(before(hours=1)))]
    keys.append(ledger.put_image("db", OTHER, since=rfc3339(before(hours=1))))
    events = [
        {"source": "aws.s3", "detail-type": "Object Created", "detail": {"object": {"key": key}}} for key in keys
    ]
    written = []

    def watch(call):
        if call.action == "PutObject" and call.key == "fleet.html":
            by = call.headers["authorization"]
            written.append("slow" if slow.env["AWS_ACCESS_KEY_ID"] in by else "fast")
            if written == ["slow"]:
                assert fast.invoke(events[1]).error is None

    ledger.aws.wire.watchers.append(watch)
    try:
        slow.start()
        fast.start()
        assert slow.invoke(events[0]).error is None
    finally:
        slow.stop()
        fast.stop()
    assert written == ["slow", "fast", "slow"], "the slow one saw that it was late"
    assert sorted(families(ledger.page())) == ["db", "web"]


def test_two_at_once_end_with_the_newest_state(ledger):
    for number in range(3):
        pair = [ledger.put_image(f"family-{number}{side}", WEB, since=rfc3339(before(hours=1))) for side in "ab"]
        events = [
            {"source": "aws.s3", "detail-type": "Object Created", "detail": {"object": {"key": key}}} for key in pair
        ]
        done = ledger.two_at_once(*events, meet=("s3", "PutObject"))
        assert [one.error for one in done] == [None, None]
        assert len(families(ledger.page())) == 2 * number + 2


def test_what_another_is_writing_at_this_moment_is_joined(ledger):
    """What S3 answers to a write on a condition while another is under way: this one shall come again."""
    conflict = {"code": "ConditionalRequestConflict", "status": 409}
    ledger.fail("s3", "PutObject", times=2, when=lambda call: call.key == "fleet.json", **conflict)
    ledger.put_report("web", WEB, before(days=1))
    ledger.settle()
    assert list(families(ledger.page())) == ["web"] and ledger.errors() == []


def test_a_page_that_cannot_be_written_comes_again(ledger):
    ledger.put_report("web", WEB, before(days=1))
    ledger.fail("s3", "PutObject", times=20, when=lambda call: call.key == "fleet.html")
    ledger.queues["ledger"].round(lambda event: ledger.invoke("ledger", event))
    assert ledger.page() is None
    ledger.heal()
    ledger.settle()
    assert list(families(ledger.page())) == ["web"]
