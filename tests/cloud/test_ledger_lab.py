"""The ledger's part of the laboratory itself: who is woken by what, and what the lab's own hands do."""

import json

import pytest

from lab import events, ledger_stack

KEY = "reports/web/ami-0c1f3a9b27d5e8846/20261121T061501Z/report.json"


def begun(ledger):
    """The jobs that the functions began, as they log them."""
    return [(done.lines[0]["job"], done.error) for done in ledger.settle()]


def test_a_report_wakes_the_ledger_once(ledger):
    assert ledger.put_report("web", "ami-0c1f3a9b27d5e8846", "2026-11-21T06:15:01Z") == KEY
    assert begun(ledger)[0] == (f'Report("{KEY}")', None)
    assert [queue.bodies() for queue in ledger.queues.values()] == [[], []]
    assert ledger.errors() == []


def test_what_is_known_of_the_ami_comes_before_its_report(ledger):
    ledger.put_report("web", "ami-0c1f3a9b27d5e8846", "2026-11-21T06:15:01Z", image={"created": "2026-11-21T06:00:00Z"})
    jobs = [job for job, _ in begun(ledger)]
    assert jobs[:2] == ['Image("reports/web/ami-0c1f3a9b27d5e8846/image.json")', f'Report("{KEY}")']
    report = json.loads(ledger.read(KEY))
    assert report["target"]["ami"] == "ami-0c1f3a9b27d5e8846"
    assert report["scan"]["finished"] == "2026-11-21T06:15:01Z"


@pytest.mark.parametrize(
    "key, queue",
    [
        (KEY, "ledger"),
        ("reports/web/ami-0c1f3a9b27d5e8846/image.json", "ledger"),
        ("inspec/web-1.json", "ledger"),
        ("inspec/2026/11/web-1.json", "ledger"),
        ("changes/2026/11/a.json", "tell"),
        (KEY.replace(".json", ".html"), None),
        (KEY.replace("report.json", "diff.json"), None),
        ("scans/AROA:i-0123456789abcdef0/report.json", None),
        ("launches/i-0123456789abcdef0.json", None),
        ("monthly/2026-11.csv", None),
        ("fleet.html", None),
    ],
)
def test_objects_wake_whom_they_are_for(ledger, key, queue):
    ledger.put(key, {})
    assert {name: len(one) for name, one in ledger.queues.items() if len(one)} == ({queue: 1} if queue else {})


def test_schedules_and_state_manager_wake_whom_they_are_for(ledger):
    for name in ("monthly", "wake", "golden-check"):
        ledger.fire(name)
    ledger.association_ran("i-0123456789abcdef0")
    ledger.bus.put(events.association(["i-0123456789abcdef0"]))
    ledger.terminated("i-0123456789abcdef0")
    assert [len(queue) for queue in ledger.queues.values()] == [6, 0]
    jobs = [job.partition("(")[0] for job, _ in begun(ledger)]
    assert jobs[:6] == ["Monthly", "Wake", "GoldenCheck", "Compliance", "Compliance", "Instance"]
    ledger.fire("golden")
    done, *_ = ledger.settle()
    assert done.lines[0]["job"] == "Golden"
    assert ledger.functions["golden"].process is not None


def test_what_fails_holds_up_nothing_and_is_laid_aside_in_the_end(ledger):
    queue = ledger.queues["ledger"]
    queue.send({"a": 1})
    queue.send({"b": 2})
    assert queue.round(Failed) == 1
    assert [json.loads(body) for body in queue.bodies()] == [{"a": 1}]
    for _ in range(ledger_stack.RECEIVES["ledger"]):
        queue.round(Failed)
    assert queue.bodies() == [] and ledger.dead("ledger") == [{"a": 1}]


class Failed:
    """An invocation in which the message with an `a` failed."""

    error = None

    def __init__(self, event):
        failed = [one["messageId"] for one in event["Records"] if "a" in json.loads(one["body"])]
        self.response = {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}


def test_two_at_once_are_two_processes(ledger):
    first, second = ledger.two_at_once({"wake": True}, {"monthly": True})
    assert first.error is None and second.error is None
    assert (first.lines[0]["job"], second.lines[0]["job"]) == ("Wake", "Monthly")


def test_rows_come_as_plain_values(ledger):
    row = {
        "pk": {"S": "family:web"},
        "sk": {"S": "F#1"},
        "n": {"N": "7"},
        "list": {"L": [{"N": "1.5"}, {"BOOL": True}]},
    }
    ledger.dynamodb.put_item(TableName=ledger.stack.ledger_table, Item=row)
    assert ledger.entries("family:web") == [{"pk": "family:web", "sk": "F#1", "n": 7, "list": [1.5, True]}]
    assert ledger.looks("family:web") == [] and ledger.told() == {}


def test_compliance_items_come_page_by_page(ledger):
    items = [ledger.compliance.item(f"control {number}") for number in range(7)]
    ledger.compliance.items["i-1"] = [*items, ledger.compliance.item("other", type="Custom:Other")]
    asked = {"ResourceIds": ["i-1"], "ResourceTypes": ["ManagedInstance"]}
    asked["Filters"] = [{"Key": "ComplianceType", "Values": ["Custom:InSpec"], "Type": "EQUAL"}]
    pages = ledger.aws.client("ssm").get_paginator("list_compliance_items").paginate(**asked)
    titles = [[one["Title"] for one in page["ComplianceItems"]] for page in pages]
    assert [len(page) for page in titles] == [3, 3, 1] and "other" not in sum(titles, [])


def test_what_is_published_is_heard(ledger):
    sns = ledger.aws.client("sns")
    sns.publish(TopicArn=ledger.stack.topic_arn, Subject="new", Message='{"kind": "change"}')
    assert ledger.published() == [{"kind": "change"}]
    assert ledger.envelopes()[0]["Subject"] == "new"


def test_the_ledger_stands_beside_the_lab(lab, deploy_ledger):
    ledger = deploy_ledger(beside=lab)
    ami = lab.image("web-2026-11-21")
    lab.available(ami)
    ledger.settle()
    [guest] = lab.guests()
    guest.hand_in("typical")
    done = ledger.settle()
    assert lab.status(ami) == "assessed"
    assert any(f'Report("reports/web/{ami}/' in one.lines[0]["job"] for one in done)
    assert ledger.errors() == [] and lab.given_up == []
