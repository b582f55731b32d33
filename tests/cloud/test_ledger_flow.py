"""The ledger's template, created in moto as far as moto can, and the ways through its rules.

What moto leaves out: all IAM conditions, the functions' package, schedules, alarms, CloudFormation's Rules, a
table's time to live. Nothing of the lab's own making is in between otherwise: environments, queues, rules and
targets are the template's."""

import json

import pytest

from lab import events, ledger_stack, stack

AMI = "ami-0c1f3a9b27d5e8846"


@pytest.fixture
def ledger(deploy_ledger):
    return deploy_ledger(deployed=ledger_stack.from_template)


@pytest.mark.parametrize("slack_url", [None, "http://127.0.0.1:9/"])
def test_the_template_makes_what_is_made_by_hand(deploy_ledger, slack_url):
    """What the other tests stand on is what is deployed."""
    by_hand = what_there_is(deploy_ledger(slack_url=slack_url))
    assert what_there_is(deploy_ledger(slack_url=slack_url, deployed=with_security_hub)) == by_hand


def with_security_hub(aws, **given):
    return ledger_stack.from_template(aws, SecurityHub="true", **given)


def what_there_is(ledger):
    """Rules, what they send where, how queues and tables are set, which variables there are."""
    rules, events_client = {}, ledger.aws.client("events")
    whereto = {ledger_stack.arn(ledger.aws.client("sqs"), url): name for name, (url, _) in ledger.stack.queues.items()}
    for name, rule in ledger.stack.rules.items():
        known = events_client.describe_rule(Name=rule)
        pattern = json.loads(known.get("EventPattern") or "{}")
        if "bucket" in pattern.get("detail", {}):
            assert pattern["detail"].pop("bucket") == {"name": [ledger.stack.bucket]}
        [target] = events_client.list_targets_by_rule(Rule=rule)["Targets"]
        given = json.loads(target.get("Input") or "null")
        to = whereto.get(target["Arn"], target["Arn"].rsplit(":", 1)[1])
        rules[name] = (pattern or known["ScheduleExpression"], given, to)
    queues = {}
    for name, (url, dead) in ledger.stack.queues.items():
        known = ledger.aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        redrive = json.loads(known["RedrivePolicy"])
        assert redrive["deadLetterTargetArn"] == ledger_stack.arn(ledger.aws.client("sqs"), dead)
        queues[name] = (known["VisibilityTimeout"], str(redrive["maxReceiveCount"]))
    known = ledger.dynamodb.describe_table(TableName=ledger.stack.ledger_table)["Table"]
    table = known["KeySchema"], known["BillingModeSummary"]["BillingMode"]
    needed = {name: {one for one, value in env.items() if value} for name, env in ledger.stack.env.items()}
    return rules, queues, table, ledger.stack.functions, ledger.stack.batch_size, needed


def test_a_report_goes_through_the_rules_of_the_template(ledger):
    key = ledger.put_report("web", AMI, "2026-11-21T06:15:01Z", image={"created": "2026-11-21T06:00:00Z"})
    done = ledger.settle()
    assert f'Report("{key}")' in [one.lines[0]["job"] for one in done]
    assert ledger.errors() == []
    assert [queue.bodies() for queue in ledger.queues.values()] == [[], []]


@pytest.fixture
def both(deploy, deploy_ledger):
    """Both templates, the one beside the other: `(lab, ledger)`."""
    lab = deploy(deployed=stack.from_template)
    return lab, deploy_ledger(beside=lab, deployed=ledger_stack.from_template)


def assess(lab, ledger, name, report):
    """A new AMI, its instance, its report, and whatever follows; gives its id."""
    ami = lab.image(name)
    lab.available(ami)
    ledger.settle()
    [guest] = [one for one in lab.guests() if one.ami == ami]
    guest.hand_in(report)
    ledger.settle()
    assert lab.status(ami) == "assessed"
    return ami


def test_from_a_new_ami_to_what_is_told_through_both_templates(both):
    lab, ledger = both
    assess(lab, ledger, "web-2026-11-20", "typical")
    newer = assess(lab, ledger, "web-2026-11-21", "spotless")
    first, second = (one for one in ledger.published() if one.get("kind") == "change")
    assert (first["target"], first["first"], first["fixed"]) == ("family:web", True, [])
    assert len(first["new"]) > 20
    assert (second["target"], second["first"], second["ami"]) == ("family:web", False, newer)
    assert second["fixed"] and second["new"] == []
    assert set(ledger.told()) == {first["id"], second["id"]}
    # Each row of the page opens its report.
    assert second["report"].replace(".json", ".html") in ledger.page()
    assert ledger.errors() == [] and lab.given_up == []
    assert [queue.dead() for queue in ledger.queues.values()] == [[], []]


def test_an_association_that_has_only_begun_wakes_nobody(ledger):
    for status in ("Pending", "InProgress"):
        ledger.association_ran("i-0123456789abcdef0", status)
    assert len(ledger.queues["ledger"]) == 0
    for status in ("Success", "Failed"):
        ledger.association_ran("i-0123456789abcdef0", status)
        ledger.bus.put(events.association(["i-0123456789abcdef0"], status))
    assert len(ledger.queues["ledger"]) == 4
    ledger.settle()


def test_only_an_instance_that_is_terminated_wakes_the_ledger(ledger):
    for state in ("pending", "running", "stopping", "stopped", "shutting-down"):
        ledger.bus.put(events.instance_state("i-0123456789abcdef0", state))
    assert len(ledger.queues["ledger"]) == 0
    ledger.terminated("i-0123456789abcdef0")
    assert len(ledger.queues["ledger"]) == 1
    ledger.settle()
    assert ledger.errors() == []


def test_objects_of_another_bucket_wake_nobody(ledger):
    ledger.s3.create_bucket(Bucket="another", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    notify = {"EventBridgeConfiguration": {}}
    ledger.s3.put_bucket_notification_configuration(Bucket="another", NotificationConfiguration=notify)
    for key in (f"reports/web/{AMI}/20261121T061501Z/report.json", "changes/2026/11/x.json"):
        ledger.s3.put_object(Bucket="another", Key=key, Body=b"{}")
    assert [len(queue) for queue in ledger.queues.values()] == [0, 0]


@pytest.mark.parametrize(
    "parameter, gone",
    [
        ("MonthlySchedule", {"MonthlyRule"}),
        ("ComplianceTypes", {"ComplianceRule", "CompliancePolicy", "TerminatedRule"}),
        (
            "GoldenParameter",
            {f"Golden{one}" for one in ("Function", "LogGroup", "Role", "Rule", "RuleMayInvoke", "CheckRule")},
        ),
        ("SecurityHub", {"SecurityHubPolicy", "StillOpenRule"}),
    ],
)
def test_what_is_not_wanted_is_not_there(deploy_ledger, parameter, gone):
    nothing = {"SecurityHub": "false"}.get(parameter, "")

    def without(aws, **given):
        return ledger_stack.from_template(aws, **given, **{"SecurityHub": "true", parameter: nothing})

    made = set(deploy_ledger(deployed=with_security_hub).stack.resources)
    ledger = deploy_ledger(deployed=without)
    assert made - set(ledger.stack.resources) == gone
    ledger.put_report("web", AMI, "2026-11-21T06:15:01Z")
    ledger.settle()
    assert ledger.errors() == [] and len(ledger.published()) == 1
