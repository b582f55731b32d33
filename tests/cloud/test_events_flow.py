"""The template itself, created in moto as far as moto can, and the whole way through its rules.

What moto leaves out: the bucket's EventBridge setting (put by the lab), all IAM conditions, the function's
package, schedules, alarms. Nothing of the lab's own making is in between otherwise: environment, queue,
rules and targets are the template's."""

import json

import policies
import pytest

from lab import Lab, stack


@pytest.fixture(scope="module")
def lab(aws, glue):
    lab = Lab(glue, aws, deployed=stack.from_template)
    yield lab
    lab.close()


def test_an_ami_goes_through_the_rules_of_the_template(lab):
    ami = lab.image("web-2026-11-21")
    lab.assess(ami)
    assert lab.status(ami) == "assessed"
    assert lab.instances() == []
    assert lab.queue.bodies() == [] and lab.queue.dead() == []
    assert lab.given_up == []


def test_the_schedule_sends_what_the_reaper_understands(lab):
    name = lab.stack.resources["ReapRule"]["PhysicalResourceId"].rsplit("/", 1)[-1].rsplit("|", 1)[-1]
    before = len(lab.invocations)
    lab.bus.fire(name)
    lab.settle()
    [done] = lab.invocations[before:]
    assert done.error is None
    assert "launches/since.json" in lab.keys("launches/")


def test_only_reports_wake_the_function(lab):
    for key in ("scans/a:i-0123456789abcdef0/lynis.log.gz", "launches/x.json", "reports/a/report.json", "report.json"):
        lab.s3.put_object(Bucket=lab.stack.bucket, Key=key, Body=b"{}")
    assert not lab.later


def test_the_function_understands_every_setting_of_the_template_and_wants_no_other(lab):
    """What the lab sets by hand in the other tests is what the template sets."""
    ours = {name for name in lab.stack.env if name.startswith("HARDTARGET_")}
    by_hand = {
        "HARDTARGET_BUCKET",
        "HARDTARGET_QUEUE_URL",
        "HARDTARGET_STACK",
        "HARDTARGET_SUBNET_IDS",
        "HARDTARGET_SECURITY_GROUP_ID",
        "HARDTARGET_INSTANCE_PROFILE_ARN",
        "HARDTARGET_ROLE_ID",
        "HARDTARGET_AGENT_VERSION",
        "HARDTARGET_AGENT_BUCKET",
        "HARDTARGET_AGENT_KEY_X86_64",
        "HARDTARGET_AGENT_KEY_AARCH64",
        "HARDTARGET_AGENT_SHA256_X86_64",
        "HARDTARGET_AGENT_SHA256_AARCH64",
    }
    assert by_hand <= ours
    assert all(value is not None for value in lab.stack.env.values())


def test_rules_match_as_those_that_are_made_by_hand(lab):
    patterns = [
        json.loads(rule["EventPattern"])
        for rule in lab.aws.client("events").list_rules()["Rules"]
        if rule.get("EventPattern")
    ]
    for pattern, _ in stack.RULES.values():
        [same] = [one for one in patterns if one["detail-type"] == pattern["detail-type"]]
        same["detail"].pop("bucket", None)
        assert same == pattern


# What IAM calls it, where that is not the name of the call.
PERMISSIONS = {"s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket"}


def test_the_role_of_the_template_may_do_all_that_the_function_asks_for(lab):
    """Which actions at all; on what, and under which conditions, is in test_iam.py."""
    lab.assess(lab.image("seen"))
    lab.available(lab.image("unsupported", platform="windows"))
    lab.available(lab.image("stuck"))
    lab.settle()
    for guest in lab.guests():
        lab.overdue(guest.instance)
    lab.image("missed")
    lab.reap()
    asked = {f"{service}:{action}" for service, action in lab.asked_by_the_function()}
    needed = {PERMISSIONS.get(action, action) for action in asked}
    assert {"ec2:RunInstances", "ec2:TerminateInstances", "ec2:GetConsoleOutput", "s3:PutObject"} < needed

    role = lab.stack.resources["GlueRole"]["PhysicalResourceId"]
    allowed = set()
    for document in policies.of_role(lab.aws, role):
        for statement in document["Statement"]:
            actions = statement["Action"]
            allowed |= {actions} if isinstance(actions, str) else set(actions)
    assert needed <= allowed
