"""Instances that are terminated: what was open on them is closed as what it is, told on one line, and stays closed
whatever comes in what order."""

from datetime import UTC, datetime, timedelta

import pytest
from moto.securityhub.models import securityhub_backends

from lab import ACCOUNT, REGION, events, inspec
from lab.ledger import ago

WEB, OTHER = "i-0aaaaaaaaaaaaaaa1", "i-0bbbbbbbbbbbbbbb2"
TARGET = f"instance:{WEB}"


@pytest.fixture
def told(deploy_ledger, slack):
    """The ledger with Slack and Security Hub, and two items open on an instance."""
    ledger = deploy_ledger(slack_url=slack.url, HARDTARGET_SECURITY_HUB="true")
    ledger.compliance.items[WEB] = [ledger.compliance.item("telnet", "HIGH"), ledger.compliance.item("motd", "LOW")]
    ledger.association_ran(WEB)
    ledger.settle()
    return ledger


def states(ledger, target=TARGET):
    """The state of each entry of a target, by its title."""
    return {row["fault"]["title"]: row["newest"]["state"] for row in ledger.entries(target)}


def when(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def active():
    """The titles of what is active in Security Hub."""
    held = securityhub_backends[ACCOUNT][REGION].findings
    return {one.data["Title"] for one in held if one.data["RecordState"] == "ACTIVE"}


def test_what_was_open_is_gone_and_kept_as_history(told):
    told.compliance.items[OTHER] = [told.compliance.item("telnet")]
    told.association_ran(OTHER)
    told.settle()
    told.terminated(WEB)
    told.settle()
    assert states(told) == {"telnet": "gone", "motd": "gone"}
    assert states(told, f"instance:{OTHER}") == {"telnet": "open"}
    after = datetime.now(UTC) + timedelta(days=399)
    assert all(row["expires"] > after.timestamp() for row in told.entries(TARGET))
    told.fire("monthly")
    told.settle()
    [csv] = told.keys("monthly/")
    assert OTHER in told.read(csv).decode() and WEB not in told.read(csv).decode()
    assert told.errors() == []


def test_it_is_told_on_one_line_and_not_as_fixed(told, slack):
    before = len(slack.messages)
    told.terminated(WEB, at="2026-11-21T06:14:50Z")
    told.settle()
    [line] = [one.text for one in slack.messages[before:]]
    assert line == f"{WEB} was terminated 2026-11-21 06:14 UTC: what was open there is off the list (1 high, 1 low)"
    [envelope] = [one for one in told.envelopes() if "terminated" in one["Subject"]]
    assert envelope["Subject"] == f"Hard Target: {WEB}: terminated, 2 open there"
    assert envelope["MessageAttributes"]["worst"]["Value"] == "none"
    change = told.changes()[-1]
    assert (change["source"], change["instance"], change["fixed"], change["new"]) == ("ec2", WEB, [], [])
    assert [one["title"] for one in change["gone"]] == ["telnet", "motd"]
    assert sum(change["open"].values()) == 0


def test_security_hub_archives_it_though_the_event_is_older_than_the_look(told):
    assert active() == {"telnet", "motd"}
    told.terminated(WEB, at=ago(minutes=5))
    told.settle()
    assert active() == set()
    seen = max(when(row["last_seen"]) for row in told.entries(TARGET))
    for one in securityhub_backends[ACCOUNT][REGION].findings:
        # What is not newer is ignored.
        assert when(one.data["UpdatedAt"]) > seen


def test_an_instance_of_which_nothing_is_known_costs_a_write_and_two_queries(ledger):
    ledger.terminated(WEB)
    done = ledger.settle()
    assert [one.error for one in done] == [None]
    calls = [(call.service, call.action) for call in ledger.calls(by="ledger")]
    # Of the snoozes, its own, and of what is open there.
    assert calls == [("dynamodb", "Query"), ("dynamodb", "PutItem"), ("dynamodb", "Query")]
    assert ledger.changes() == [] and ledger.entries(TARGET) == []
    [end] = ledger.rows(pk=TARGET)
    assert end["source"] == "ec2" and end["expires"]


def test_twice_is_once(told):
    event = events.instance_state(WEB)
    again = {**event, "id": "7bf73129-1428-4cd3-a780-95db273d1602", "time": ago(minutes=1)}
    for one in (event, event, again):
        told.bus.put(one)
        told.settle()
    assert len([one for one in told.changes() if one["gone"]]) == 1
    assert set(states(told).values()) == {"gone"}


def test_what_comes_after_the_end_opens_nothing(ledger):
    """Made before, told later: an association's event that waited, and a report that S3 got afterwards."""
    ledger.terminated(WEB, at=ago(minutes=10))
    ledger.settle()
    ledger.compliance.items[WEB] = [ledger.compliance.item("telnet")]
    ledger.association_ran(WEB)
    inspec.put(ledger, WEB, ago(minutes=20), inspec.control("ssh-01"), file="before")
    inspec.put(ledger, WEB, ago(minutes=1), inspec.control("ssh-02"), file="after")
    ledger.settle()
    assert set(states(ledger).values()) == {"gone"} and len(states(ledger)) == 3
    assert all(row["expires"] for row in ledger.entries(TARGET))
    assert ledger.changes() == [] and ledger.errors() == []


def test_what_was_open_does_not_open_again(told):
    told.terminated(WEB)
    told.settle()
    many = len(told.changes())
    told.association_ran(WEB)
    told.compliance.items[WEB] = [told.compliance.item("motd", status="COMPLIANT")]
    told.association_ran(WEB)
    told.settle()
    assert "open" not in states(told).values() and len(told.changes()) == many
    assert active() == set()


def test_an_end_and_a_look_at_once_leave_nothing_open(ledger):
    ledger.compliance.items[WEB] = [ledger.compliance.item(f"control {number}") for number in range(7)]
    pair = events.instance_association(WEB), events.instance_state(WEB)
    done = ledger.two_at_once(*pair, meet=("dynamodb", "Query"))
    assert [one.error for one in done] == [None, None]
    assert set(states(ledger).values()) <= {"gone"}


def test_an_end_that_broke_off_half_way_is_told_whole_when_it_comes_again(ledger):
    ledger.compliance.items[WEB] = [ledger.compliance.item(f"control {number}") for number in range(7)]
    ledger.association_ran(WEB)
    ledger.settle()
    ledger.kill_at("dynamodb", "PutItem", skip=4)
    ledger.terminated(WEB)
    ledger.settle()
    ledger.settle()
    assert len(ledger.changes()[-1]["gone"]) == 7
    assert set(states(ledger).values()) == {"gone"}


def test_what_was_fixed_stays_fixed(told):
    told.compliance.items[WEB] = [told.compliance.item("telnet", "HIGH")]
    told.association_ran(WEB)
    told.terminated(WEB)
    told.settle()
    assert states(told) == {"telnet": "gone", "motd": "fixed"}
    assert [one["title"] for one in told.changes()[-1]["gone"]] == ["telnet"]


def test_what_inspec_found_goes_with_the_id_and_stays_under_another_name(ledger):
    for name in (WEB, "web-1"):
        inspec.failed(ledger, name, "ssh-01")
    ledger.terminated(WEB)
    ledger.settle()
    assert states(ledger) == {"Title of ssh-01": "gone"}
    assert states(ledger, "instance:web-1") == {"Title of ssh-01": "open"}


def test_by_hand_without_a_time(told):
    """As `aws lambda invoke` does it, where EC2's event got lost."""
    event = {
        "detail-type": "EC2 Instance State-change Notification",
        "detail": {"instance-id": WEB, "state": "terminated"},
    }
    assert told.invoke("ledger", event).error is None
    assert set(states(told).values()) == {"gone"}


@pytest.mark.parametrize("instance", ["web-1", "", "i-0/../odd", "i-0aaaaaaaaaaaaaaa1#F"])
def test_an_event_that_cannot_be_read_is_said_and_does_not_come_again(ledger, instance):
    ledger.terminated(instance)
    ledger.settle()
    assert "no instance id" in ledger.errors()[0]["why"]
    assert len(ledger.queues["ledger"]) == 0 and ledger.rows() == []
