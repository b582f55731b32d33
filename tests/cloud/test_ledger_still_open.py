"""Security Hub forgets what it has not heard of for 90 days: each month it is told again what is open."""

from datetime import UTC, datetime, timedelta

import pytest

from lab import inspec, news, reports, security_hub
from lab.ledger import ago
from lab.security_hub import findings, states
from lab.snoozes import Cli, today

AMI = "ami-0c1f3a9b27d5e8846"


@pytest.fixture
def hub(deploy_ledger):
    return deploy_ledger(HARDTARGET_SECURITY_HUB="true")


def still_open(hub):
    hub.fire("still-open")
    hub.settle()


def age(days):
    """All that Security Hub has was told so long ago."""
    for one in findings().values():
        one["UpdatedAt"] = ago(days=days)


def grown_old(hub, days):
    """So many days have gone by, in the ledger too."""
    age(days)
    for row in hub.rows():
        if row["sk"].startswith("F#"):
            hub.dynamodb.update_item(
                TableName=hub.stack.ledger_table,
                Key={"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}},
                UpdateExpression="SET changed_at = :at",
                ExpressionAttributeValues={":at": {"S": ago(days=days)}},
            )


def test_what_is_open_for_a_year_is_there_for_a_year(hub):
    inspec.put(hub, "web", "2026-01-01T06:00:00Z", inspec.control("ssh-01"), inspec.control("ssh-02"))
    hub.settle()
    inspec.put(hub, "web", "2026-01-02T06:00:00Z", inspec.control("ssh-02", "passed"), file="later")
    hub.settle()
    grown_old(hub, 60)
    still_open(hub)
    security_hub.forget(days=60)
    assert states() == {"Title of ssh-01": "ACTIVE"}, "what is fixed is forgotten"
    security_hub.forget(days=91)
    assert states() == {}, "the lab forgets as the real one does"
    assert hub.errors() == [] and hub.published()[-1]["kind"] == "change", "it is no news"


def test_it_is_the_finding_that_it_was(hub):
    """Its image, its report and what to do about it are told again as they were told first."""
    hub.put_report("web", AMI, ago(days=9), "vulnerable", image={"created": ago(days=9)})
    hub.settle()
    inspec.failed(hub, "db", "ssh-01")
    hub.compliance.items["i-0123456789abcdef0"] = [hub.compliance.item("sshd", "HIGH")]
    hub.association_ran("i-0123456789abcdef0")
    hub.settle()
    before = {title: dict(one) for title, one in findings().items()}
    assert len(before) > 20 and {one["Resources"][0]["Type"] for one in before.values()} == {"AwsEc2Instance", "Other"}
    grown_old(hub, 60)
    still_open(hub)
    after = findings()
    told = datetime.now(UTC) - timedelta(minutes=12)
    assert all(security_hub.updated(one) > told for one in after.values())
    for finding in (*before.values(), *after.values()):
        finding.pop("UpdatedAt")
    assert after == before


def test_what_security_hub_forgot_is_there_again(hub):
    inspec.failed(hub, "web", "ssh-01")
    grown_old(hub, 91)
    security_hub.forget()
    assert states() == {}
    still_open(hub)
    assert states() == {"Title of ssh-01": "ACTIVE"}
    assert findings()["Title of ssh-01"]["Workflow"] == {"Status": "NEW"}


def test_what_is_waived_or_snoozed_does_not_come_back(hub, ledger_program):
    waiver = {"reason": "it waits", "owner": "ops", "expires": str(today() + timedelta(days=99)), "expired": False}
    all = [reports.finding(number) for number in range(3)]
    report = reports.with_findings(reports.load(), all)
    waived = report | {"findings": [{**all[0], "waiver": waiver}, *all[1:]], "waived": 1}
    waived["counts"] = waived["counts"] | {"low": 2}
    for day, one in ((9, report), (8, waived)):
        hub.put_report("web", AMI, ago(days=day), one)
        hub.settle()
    assert sorted(states().values()) == ["ACTIVE", "ACTIVE", "ARCHIVED"]
    Cli(ledger_program, hub).snooze("web", all[1]["id"])
    grown_old(hub, 60)
    still_open(hub)
    security_hub.forget(days=60)
    assert states() == {all[2]["title"]: "ACTIVE"}


def test_what_is_fixed_while_it_is_told_again_stays_archived(hub):
    """The list is read, then the fix is told, then the list."""
    inspec.failed(hub, "web", "ssh-01")
    grown_old(hub, 60)
    hub.fire("still-open")
    hub.queues["ledger"].round(lambda event: hub.invoke("ledger", event))
    [late] = [key for key in hub.keys("changes/") if "still-open" in key]
    body = hub.read(late)
    inspec.put(hub, "web", "2026-11-02T06:00:00Z", inspec.control("ssh-01", "passed"), file="later")
    hub.settle()
    assert states() == {"Title of ssh-01": "ARCHIVED"}
    hub.put(late.replace("still-open", "again"), body)
    hub.settle()
    assert states() == {"Title of ssh-01": "ARCHIVED"}


def test_the_same_day_writes_it_once_and_a_crash_leaves_nothing_out(hub):
    for number in range(20):
        inspec.put(hub, f"web-{number}", "2026-11-01T06:00:00Z", inspec.control(f"ssh-{number}"))
    hub.settle()
    grown_old(hub, 60)
    killed = hub.kill_at("s3", "PutObject", skip=4)
    still_open(hub)
    assert killed.hits == 1
    still_open(hub)
    written = [call.key for call in hub.calls("s3", "PutObject") if "still-open" in call.key and call.status == 200]
    assert len(written) == len(set(written))
    security_hub.forget(days=60)
    assert list(states().values()) == ["ACTIVE"] * 20


def test_it_is_told_of_nobody_but_security_hub_and_not_if_it_is_not_wanted(tell, slack):
    ledger = tell()
    inspec.failed(ledger, "web", "ssh-01")
    before = len(slack.messages), len(ledger.published())
    still_open(ledger)
    assert (len(slack.messages), len(ledger.published())) == before
    assert ledger.calls("securityhub") == [] and ledger.errors() == []


def test_what_it_refuses_is_told_again_where_it_broke_off(hub):
    for number in range(6):
        inspec.failed(hub, f"web-{number}", f"ssh-{number}")
    grown_old(hub, 60)
    why = {"code": "InternalException", "status": 500, "message": "down", "times": 1000}
    hub.fail("securityhub", "*", **why)
    hub.fire("still-open")
    hub.settle(rounds=2)
    assert hub.queues["tell"].bodies()
    hub.heal()
    hub.settle()
    security_hub.forget(days=60)
    assert list(states().values()) == ["ACTIVE"] * 6
    assert hub.queues["tell"].bodies() == []


def test_news_of_what_is_still_open_is_taken_as_it_is(hub):
    """What the function that tells reads, in full."""
    at = "2026-11-21T06:05:00Z"
    of_web = {"target": "family:web", "source": "report", "ami": AMI, "ami_name": "web", "instance": None}
    open = [{**news.told(number), "changed": at} for number in range(250)]
    found = [{**of_web, "report": news.REPORT, "open": open}]
    hub.put("changes/2026/11/still-open-2026-11-21-00.json", {"kind": "still-open", "version": 1, "at": at, "found": found})
    hub.settle()
    assert set(states().values()) == {"ACTIVE"} and len(states()) == 250
    assert len(hub.calls("securityhub", by="tell")) == 3
