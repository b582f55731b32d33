"""What the ledger watches besides reports: Systems Manager's compliance items and InSpec's own reports."""

import hashlib

import pytest

from lab import events, inspec, ledger_stack

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
    return deploy_ledger(HARDTARGET_COMPLIANCE_TYPES=f"Custom:InSpec, {OTHER}")


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
    asked = {instance for call in ledger.calls("ssm", "ListComplianceItems") for instance in call.params["ResourceIds"]}
    assert sorted(asked) == instances


def test_each_of_many_instances_is_a_message_of_its_own(ledger):
    """So that thousands fit into a function's three minutes, and what fails comes again by itself."""
    instances = [f"i-0{number:016x}" for number in range(25)]
    for instance in instances:
        ledger.compliance.items[instance] = [ledger.compliance.item("telnet")]
    throttled = ledger.fail("ssm", "ListComplianceItems", code="ThrottlingException", status=400, times=5)
    ledger.bus.put(events.association([], targets=[{"key": "InstanceIds", "values": ["*"]}]))
    ledger.settle()
    assert throttled.hits == 5
    assert [states(ledger, instance) for instance in instances] == [{"telnet": "open"}] * 25
    batches = [len(call.params["Entries"]) for call in ledger.calls("sqs", "SendMessageBatch", by="ledger")]
    assert batches == [10, 10, 5]
    assert len(ledger.changes()) == 25


def test_what_is_put_on_the_queue_half_way_comes_again_and_is_told_once(ledger):
    instances = [f"i-0{number:016x}" for number in range(12)]
    for instance in instances:
        ledger.compliance.items[instance] = [ledger.compliance.item("telnet")]
    ledger.kill_at("sqs", "SendMessageBatch")
    ledger.bus.put(events.association(instances))
    ledger.settle()
    ledger.settle()
    assert len(ledger.calls("sqs", "SendMessageBatch", by="ledger")) == 3
    assert sorted(change["instance"] for change in ledger.changes()) == instances


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


def test_what_comes_up_after_an_event_was_told_is_left_to_the_next_though_the_first_comes_again(two_types):
    """Its second type of items is throttled for long; meanwhile there is something new of the first."""
    ledger, item = two_types, two_types.compliance.item
    ledger.compliance.items[WEB] = [item("telnet"), item("ours", type=OTHER)]
    throttled = ledger.fail("ssm", "ListComplianceItems", code="ThrottlingException", status=400, skip=1, times=4)
    ledger.association_ran(WEB)
    ledger.queues["ledger"].round(lambda event: ledger.invoke("ledger", event))
    assert throttled.hits == 4 and states(ledger, WEB) == {"telnet": "open"}
    ledger.compliance.items[WEB] = [item("ssh", "CRITICAL"), item("ours", type=OTHER)]
    ledger.settle()
    assert states(ledger, WEB) == {"telnet": "open", "ours": "open"}
    ledger.association_ran(WEB)
    ledger.settle()
    assert states(ledger, WEB) == {"telnet": "fixed", "ours": "open", "ssh": "open"}
    changes = ledger.changes()
    assert [told(change, "new") for change in changes] == [["telnet"], ["ours"], ["ssh"]]
    assert [told(change, "fixed") for change in changes] == [[], [], ["telnet"]]


def test_an_event_that_comes_twice_is_told_once_and_what_it_missed_by_the_next(ledger):
    event = events.instance_association(WEB)
    # It was in another month that it happened.
    event["time"] = "2026-10-31T23:59:59Z"
    ledger.compliance.items[WEB] = [ledger.compliance.item("telnet")]
    ledger.bus.put(event)
    ledger.settle()
    ledger.compliance.items[WEB] = [ledger.compliance.item("telnet"), ledger.compliance.item("ssh")]
    ledger.bus.put(event)
    ledger.settle()
    assert states(ledger, WEB) == {"telnet": "open"}
    ledger.association_ran(WEB)
    ledger.settle()
    assert [told(change, "new") for change in ledger.changes()] == [["telnet"], ["ssh"]]


def test_what_was_changed_before_it_broke_off_is_told_with_what_came_up_since(ledger):
    """Both are its own: nothing was told by its id before."""
    ledger.compliance.items[WEB] = [ledger.compliance.item("telnet"), ledger.compliance.item("ftp")]
    event = events.instance_association(WEB)
    event["time"] = "2026-10-31T23:59:59Z"
    away = ledger.fail("s3", "PutObject", times=4)
    ledger.bus.put(event)
    ledger.queues["ledger"].round(lambda event: ledger.invoke("ledger", event))
    assert away.hits == 4 and ledger.changes() == [] and len(states(ledger, WEB)) == 2
    ledger.compliance.items[WEB] = [ledger.compliance.item("telnet"), ledger.compliance.item("ssh")]
    ledger.settle()
    [change] = ledger.changes()
    assert sorted(told(change, "new")) == ["ssh", "telnet"] and told(change, "fixed") == []
    assert states(ledger, WEB) == {"telnet": "open", "ssh": "open", "ftp": "fixed"}
    # Where it is looked for when the event comes again.
    assert [key.split("/")[1:3] for key in ledger.keys("changes/")] == [["2026", "10"]]


def test_a_run_that_found_what_is_known_writes_nothing(ledger):
    """Two kinds of event come with each run, half-hourly on each instance."""
    ledger.compliance.items[WEB] = [ledger.compliance.item(f"control {number}") for number in range(7)]
    ledger.association_ran(WEB)
    ledger.settle()
    rows, written = ledger.rows(), len(ledger.calls("dynamodb", "PutItem"))
    for _ in range(3):
        ledger.association_ran(WEB)
        ledger.settle()
    assert len(ledger.calls("dynamodb", "PutItem")) == written
    assert ledger.rows() == rows and len(ledger.looks(f"instance:{WEB}")) == 1
    # With something else all is written anew, in the place of what was.
    ledger.compliance.items[WEB].append(ledger.compliance.item("one more"))
    ledger.association_ran(WEB)
    ledger.settle()
    assert len(ledger.looks(f"instance:{WEB}")) == 1
    assert len({row["last_seen"] for row in ledger.entries(f"instance:{WEB}")}) == 1


def test_two_spellings_of_a_type_are_one(ledger):
    """AWS's script puts Custom:InSpec, AWS's manual says Custom:Inspec."""
    item = ledger.compliance.item
    ledger.compliance.items[WEB] = [item("telnet", type="Custom:Inspec"), item("ssh", type="Custom:Inspec")]
    ledger.association_ran(WEB)
    ledger.settle()
    assert states(ledger, WEB) == {"telnet": "open", "ssh": "open"}
    ledger.compliance.items[WEB] = [item("ssh", type="Custom:InSpec")]
    ledger.association_ran(WEB)
    ledger.settle()
    assert states(ledger, WEB) == {"telnet": "fixed", "ssh": "open"}
    assert len(ledger.looks(f"instance:{WEB}")) == 1


def test_associations_of_named_documents_alone_are_listened_to(deploy_ledger):
    documents = "Ours,AWS-RunInspecChecks"
    ledger = deploy_ledger(
        deployed=lambda aws, **given: ledger_stack.from_template(aws, **given, ComplianceDocuments=documents)
    )
    ledger.compliance.items |= {one: [ledger.compliance.item("telnet")] for one in (WEB, DB)}
    ledger.bus.put(events.instance_association(WEB, document="AWS-GatherSoftwareInventory"))
    ledger.bus.put(events.association([WEB], document="AWS-RunPatchBaseline"))
    ledger.settle()
    assert ledger.calls("ssm", by="ledger") == []
    ledger.bus.put(events.instance_association(WEB))
    ledger.bus.put(events.association([DB], document="Ours"))
    ledger.settle()
    assert (states(ledger, WEB), states(ledger, DB)) == ({"telnet": "open"}, {"telnet": "open"})


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


def test_what_both_tell_of_is_closed_by_either(ledger):
    """They have the same key: instance and title."""
    title = "Title of ssh-01"
    inspec.failed(ledger, WEB, "ssh-01")
    assert states(ledger, WEB) == {title: "open"}
    ledger.compliance.items[WEB] = [ledger.compliance.item(title, status="COMPLIANT")]
    ledger.association_ran(WEB)
    ledger.settle()
    assert states(ledger, WEB) == {title: "fixed"}
    assert told(ledger.changes()[-1], "fixed") == [title]


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
