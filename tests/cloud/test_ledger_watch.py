"""What the ledger watches besides reports: Systems Manager's compliance items and InSpec's own reports."""

import hashlib

import pytest

from lab import events, inspec

WEB, DB = "i-0aaaaaaaaaaaaaaa1", "i-0bbbbbbbbbbbbbbb2"
OTHER = "Custom:Other"


def key(instance, title):
    """How such tools key what they find."""
    return hashlib.md5(f"{instance}{title}".encode()).hexdigest()


def states(ledger, instance):
    """The state of each entry of an instance, by its title."""
    return {row["fault"]["title"]: row["newest"]["state"] for row in ledger.entries(f"instance:{instance}")}


def told(change, what):
    return [one["title"] for one in change[what]]


@pytest.fixture
def two_types(deploy_ledger):
    """The ledger, with a second type of items."""
    return deploy_ledger(HARDTARGET_COMPLIANCE_TYPES=f"Custom:Inspec, {OTHER}")


def test_what_is_not_compliant_is_an_entry_whatever_page_it_is_on(ledger):
    item = ledger.compliance.item
    items = [item(f"control {number}", "CRITICAL" if number == 5 else "UNSPECIFIED") for number in range(7)]
    ledger.compliance.items[WEB] = [*items, item("fine", status="COMPLIANT"), item("of another type", type=OTHER)]
    ledger.association_ran(WEB)
    ledger.settle()
    assert states(ledger, WEB) == {f"control {number}": "open" for number in range(7)}
    entry = ledger.entries(f"instance:{WEB}")[0]
    assert entry["sk"] == "F#" + key(WEB, entry["fault"]["title"])
    [change] = ledger.changes()
    assert (change["source"], change["instance"], change["target"]) == ("ssm", WEB, f"instance:{WEB}")
    assert told(change, "new")[0] == "control 5"
    assert (change["open"]["critical"], change["open"]["medium"]) == (1, 6)
    assert ledger.errors() == []


def test_what_is_compliant_again_is_fixed_and_other_types_are_left_alone(two_types):
    ledger, item = two_types, two_types.compliance.item
    ledger.compliance.items[WEB] = [item("telnet"), item("ssh"), item("ours", type=OTHER)]
    ledger.association_ran(WEB)
    ledger.settle()
    assert set(states(ledger, WEB).values()) == {"open"} and len(states(ledger, WEB)) == 3
    ledger.compliance.items[WEB] = [item("telnet"), item("ssh", status="COMPLIANT")]
    ledger.association_ran(WEB)
    ledger.settle()
    assert states(ledger, WEB) == {"telnet": "open", "ssh": "fixed", "ours": "open"}
    assert [told(change, "fixed") for change in ledger.changes()].count(["ssh"]) == 1


def test_an_instance_without_items_was_not_looked_at(ledger):
    ledger.compliance.items[WEB] = [ledger.compliance.item("telnet")]
    ledger.association_ran(WEB)
    ledger.settle()
    ledger.compliance.items[WEB] = []
    ledger.association_ran(WEB)
    ledger.association_ran(DB)
    ledger.settle()
    assert states(ledger, WEB) == {"telnet": "open"}
    assert ledger.rows(pk=f"instance:{DB}") == []
    assert len(ledger.changes()) == 1


def test_an_association_for_tags_looks_at_all_instances_with_items(ledger):
    instances = [f"i-0{number:016x}" for number in range(5)]
    for instance in instances:
        ledger.compliance.items[instance] = [ledger.compliance.item("telnet")]
    ledger.compliance.items["i-0/../odd"] = [ledger.compliance.item("telnet")]
    ledger.bus.put(events.association([], targets=[{"key": "tag:Name", "values": ["web"]}]))
    ledger.settle()
    assert [states(ledger, instance) for instance in instances] == [{"telnet": "open"}] * 5
    asked = [call.params["ResourceIds"] for call in ledger.calls("ssm", "ListComplianceItems")]
    assert sorted(asked) == [[instance] for instance in instances]


def test_an_association_that_names_its_instances_looks_at_those(ledger):
    for instance in (WEB, DB):
        ledger.compliance.items[instance] = [ledger.compliance.item("telnet")]
    ledger.bus.put(events.association([DB]))
    ledger.bus.put(events.association([WEB], status="Pending"))
    ledger.settle()
    assert (states(ledger, WEB), states(ledger, DB)) == ({}, {"telnet": "open"})


def test_throttling_loses_nothing(ledger):
    ledger.compliance.items[WEB] = [ledger.compliance.item(f"control {number}") for number in range(7)]
    throttled = ledger.fail("ssm", "ListComplianceItems", code="ThrottlingException", status=400, skip=1, times=2)
    ledger.association_ran(WEB)
    ledger.settle()
    assert throttled.hits == 2
    assert len(states(ledger, WEB)) == 7 and len(ledger.changes()) == 1


def test_what_broke_off_half_way_is_told_when_it_comes_again(ledger):
    ledger.compliance.items[WEB] = [ledger.compliance.item(f"control {number}") for number in range(7)]
    ledger.kill_at("dynamodb", "PutItem", skip=4)
    ledger.association_ran(WEB)
    ledger.settle()
    ledger.settle()
    [change] = ledger.changes()
    assert len(change["new"]) == 7 and change["first"]


def test_two_associations_at_once_tell_each_item_once(ledger):
    ledger.compliance.items[WEB] = [ledger.compliance.item(f"control {number}") for number in range(7)]
    pair = [events.instance_association(WEB, document=document) for document in ("A", "B")]
    done = ledger.two_at_once(*pair, meet=("dynamodb", "Query"))
    assert [one.error for one in done] == [None, None]
    new = [title for change in ledger.changes() for title in told(change, "new")]
    assert sorted(new) == [f"control {number}" for number in range(7)]
    assert set(states(ledger, WEB).values()) == {"open"}


def test_an_event_that_cannot_be_read_is_said_and_does_not_come_again(ledger):
    odd = events.instance_association("i-nonsense")
    ledger.bus.put(odd)
    ledger.settle()
    assert "no instance id" in ledger.errors()[0]["why"]
    assert len(ledger.queues["ledger"]) == 0 and ledger.calls("ssm", by="ledger") == []


def test_controls_that_failed_are_open_until_they_pass(ledger):
    failed = inspec.control("ssh-01", impact=0.9), inspec.control("ssh-02", "passed"), inspec.control("ssh-03")
    inspec.put(ledger, WEB, "2026-11-01T06:00:00Z", *failed, file="first")
    ledger.settle()
    assert states(ledger, WEB) == {"Title of ssh-01": "open", "Title of ssh-03": "open"}
    [change] = ledger.changes()
    assert [(one["id"], one["severity"]) for one in change["new"]] == [("ssh-01", "critical"), ("ssh-03", "high")]
    assert (change["source"], change["instance"], change["report"]) == ("inspec", WEB, None)
    assert change["new"][0]["key"] == key(WEB, "Title of ssh-01")
    # One passes, one is skipped: nothing is known of it.
    later = inspec.control("ssh-01", "passed"), inspec.control("ssh-03", "skipped")
    inspec.put(ledger, WEB, "2026-11-02T06:00:00Z", *later, file="second")
    ledger.settle()
    assert states(ledger, WEB) == {"Title of ssh-01": "fixed", "Title of ssh-03": "open"}
    assert told(ledger.changes()[1], "fixed") == ["Title of ssh-01"]


def test_a_report_of_inspec_that_comes_late_changes_nothing_that_a_newer_one_told(ledger):
    passed = inspec.control("ssh-01", "passed")
    inspec.put(ledger, "build", "2026-11-02T06:00:00Z", passed, file="new")
    ledger.settle()
    inspec.put(ledger, "build", "2026-11-01T06:00:00Z", inspec.control("ssh-01"), file="old")
    ledger.settle()
    assert states(ledger, "build") == {"Title of ssh-01": "fixed"}
    assert [told(change, "new") for change in ledger.changes()] in ([[]], [[], []])


def test_inspec_and_systems_manager_do_not_close_each_others_entries(ledger):
    ledger.compliance.items[WEB] = [ledger.compliance.item("telnet")]
    ledger.association_ran(WEB)
    inspec.put(ledger, WEB, "2026-11-02T06:00:00Z", inspec.control("ssh-01"))
    ledger.settle()
    ledger.association_ran(WEB)
    ledger.settle()
    assert states(ledger, WEB) == {"telnet": "open", "Title of ssh-01": "open"}


@pytest.mark.parametrize(
    "file, body",
    [
        ("inspec/web/a.json", "{"),
        ("inspec/web/a.json", "[]"),
        ("inspec/web/a.json", '{"profiles": [{"controls": [{"title": 7}]}]}'),
        ("inspec/we b/a.json", inspec.report(inspec.control("a"))),
        ("inspec/a.json", inspec.report(inspec.control("a"))),
        ("inspec/web/a.json", b"\xff\xfe" * 100),
        ("inspec/web/a.json", b"[" * 2_000_000),
        ("inspec/web/a.json", b" " * (33 << 20)),
    ],
)
def test_what_is_no_report_of_inspec_is_said_and_does_not_come_again(ledger, file, body):
    ledger.put(file, body)
    ledger.settle()
    assert len(ledger.errors()) == 1
    assert len(ledger.queues["ledger"]) == 0 and ledger.rows() == [] and ledger.changes() == []
