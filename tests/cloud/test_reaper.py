"""Every ten minutes: what got stuck is ended and told, what was missed is found. Nothing else is touched."""

import json
from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture
def scan(lab):
    lab.available(lab.image("web-2026-11-21"))
    lab.settle()
    return lab.guests()[0]


def test_nothing_to_do(lab, scan):
    done = lab.reap()
    assert done.error is None
    assert lab.status(scan.ami) == "assessing"
    assert [one.id for one in lab.instances()] == [scan.instance]
    assert sum(lab.metrics("Leaked")) == 0
    assert lab.calls("ec2", "TerminateInstances") == []


def test_past_the_deadline(lab, scan):
    ami = scan.ami
    scan.say("cloud-init[412]: running", "hardtarget: Lynis, part 3 of 4")
    lab.overdue(scan.instance)
    lab.reap()
    assert lab.status(ami) == "timed-out"
    assert lab.reason(ami)
    assert lab.instances() == []
    assert b"Lynis, part 3 of 4" in lab.read(scan.prefix + "console.txt")
    assert lab.metrics("Leaked") == [1]
    assert lab.metrics("Failures") == [1]
    assert lab.invocations[-1].about(ami)

    calls = len(lab.calls("ec2", "CreateTags"))
    lab.reap()
    assert lab.status(ami) == "timed-out"
    assert len(lab.calls("ec2", "CreateTags")) == calls, "told once"
    assert sum(lab.metrics("Leaked")) == 1


def test_a_stopped_instance_past_the_deadline_is_ended_too(lab, scan):
    lab.aws.ec2.stop_instances([scan.instance])
    lab.overdue(scan.instance)
    lab.reap()
    assert lab.instances() == []
    assert lab.status(scan.ami) == "timed-out"


def test_past_the_deadline_without_a_console(lab, scan):
    lab.fail("ec2", "GetConsoleOutput", code="InternalError", status=500, times=100)
    lab.overdue(scan.instance)
    lab.reap()
    assert lab.status(scan.ami) == "timed-out"
    assert lab.instances() == []


def test_it_gave_up_and_said_why_on_its_console(lab, scan):
    ami = scan.ami
    scan.say(
        "hardtarget: starting",
        "hardtarget: gave up: S3 did not answer within 5 minutes; the score is 61",
        "[ 61.2] reboot: Power down",
    )
    scan.power_off()
    lab.overdue(scan.instance)
    lab.reap()
    assert lab.status(ami) == "failed"
    assert "S3 did not answer within 5 minutes" in lab.reason(ami)
    assert b"gave up" in lab.read(scan.prefix + "console.txt")
    assert lab.metrics("Failures") == [1]
    assert sum(lab.metrics("Leaked")) == 0


def test_a_console_is_input_from_outside(lab, scan):
    scan.say("hardtarget: gave up: \u001b[2J\u202e<script>alert(1)</script>" + "x" * 5000)
    scan.power_off()
    lab.overdue(scan.instance)
    lab.reap()
    assert lab.status(scan.ami) == "failed"
    reason = lab.reason(scan.ami)
    assert len(reason) <= 256
    assert not set(reason) & set("<>\u001b\u202e")


def test_it_ended_without_a_word(lab, scan):
    scan.power_off()
    lab.overdue(scan.instance)
    lab.reap()
    assert lab.status(scan.ami) == "failed"
    assert lab.reason(scan.ami)


def test_it_vanished(lab, scan):
    """EC2 has forgotten it: all that is left is our record."""
    ami = scan.ami
    lab.forget(scan.instance)
    lab.overdue_record(scan.instance)
    lab.reap()
    assert lab.status(ami) in ("failed", "timed-out")
    assert lab.reason(ami)
    calls = len(lab.calls("ec2", "CreateTags"))
    lab.reap()
    assert len(lab.calls("ec2", "CreateTags")) == calls, "told once"


def test_the_result_of_a_later_assessment_stays(lab):
    """An old record must not overwrite what came after it."""
    ami = lab.image()
    first = lab.assess(ami)
    lab.queue.send({"ami-id": ami, "again": True})
    lab.settle()
    [guest] = lab.guests()
    guest.hand_in("spotless")
    lab.settle()
    for instance in (first, guest.instance):
        lab.forget(instance)
        lab.overdue_record(instance)
    lab.reap()
    assert lab.status(ami) == "assessed"


def test_an_overdue_instance_whose_ami_is_gone(lab, scan):
    ami = scan.ami
    lab.aws.ec2.deregister_image(ami)
    for action in ("CreateTags", "DeleteTags"):
        lab.fail("ec2", action, code="InvalidAMIID.NotFound", status=400, times=100)
    lab.overdue(scan.instance)
    assert lab.reap().error is None
    assert lab.instances() == []


def test_one_that_cannot_be_ended_does_not_save_the_others(lab):
    amis = [lab.image() for _ in range(3)]
    for ami in amis:
        lab.available(ami)
    lab.settle()
    guests = lab.guests()
    for guest in guests:
        lab.overdue(guest.instance)
    when = lambda call: call.params.get("InstanceId.1") == guests[0].instance  # noqa: E731
    lab.fail("ec2", "TerminateInstances", code="OperationNotPermitted", status=400, times=100, when=when)
    lab.invoke({"reap": True})
    assert [one.id for one in lab.instances()] == [guests[0].instance]
    lab.heal()
    lab.reap()
    assert lab.instances() == []


def test_instances_that_are_not_ours_are_never_touched(lab, scan):
    ec2 = lab.aws.client("ec2")
    old = "2020-01-01T00:00:00Z"
    foreign = []
    for tags in (
        {},
        {"Name": "hardtarget"},
        {"hardtarget:managed": "hardtarget-other", "hardtarget:ami": scan.ami, "hardtarget:deadline": old},
        {"hardtarget:ami": scan.ami, "hardtarget:deadline": old},
    ):
        [one] = ec2.run_instances(ImageId=scan.ami, MinCount=1, MaxCount=1)["Instances"]
        if tags:
            ec2.create_tags(Resources=[one["InstanceId"]], Tags=[{"Key": k, "Value": v} for k, v in tags.items()])
        foreign.append(one["InstanceId"])
    for instance in foreign:
        held = lab.aws.ec2.get_instance(instance)
        held.launch_time = datetime(2020, 1, 1)
    # A record that somebody forged, or that an old deployment left.
    record = json.loads(lab.read(f"launches/{scan.instance}.json"))
    for instance in foreign:
        forged = record | {"instance": instance, "launched_at": old, "deadline": old}
        lab.s3.put_object(Bucket=lab.stack.bucket, Key=f"launches/{instance}.json", Body=json.dumps(forged).encode())
    before = {instance: lab.instance_tags(instance) for instance in foreign}

    lab.overdue(scan.instance)
    lab.reap()
    lab.reap()
    assert [one.id for one in lab.instances()] == foreign
    assert {instance: lab.instance_tags(instance) for instance in foreign} == before
    ended = {value for call in lab.calls("ec2", "TerminateInstances") for value in call.params.values()}
    assert not ended & set(foreign)


# The sweep.


def test_an_ami_whose_event_never_came_is_found(lab):
    old = lab.image("old", created=datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1))
    lab.reap()
    since = lab.read("launches/since.json")
    missed = lab.image("missed", created=later())
    lab.image("of another account", owner="210987654321", created=later())
    lab.image("not ready", state="pending", created=later())
    done = lab.image("done", tags={"hardtarget:status": "assessed"}, created=later())
    lab.reap()
    assert [launch["ImageId"] for launch in lab.launches()] == [missed]
    assert lab.status(old) is None and lab.status(done) == "assessed"
    assert lab.read("launches/since.json") == since
    lab.reap()
    assert len(lab.launches()) == 1


def later():
    """A moment that is surely after the deployment's."""
    return datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=2)


def test_the_sweep_does_not_launch_what_waits_already(deploy):
    lab = deploy(HARDTARGET_MAX_CONCURRENT_SCANS="1")
    lab.reap()
    amis = [lab.image(created=later()) for _ in range(3)]
    for ami in amis:
        lab.available(ami)
    for _ in range(3):
        lab.reap()
    turns = 0
    while (lab.guests() or lab.queue.bodies()) and turns < 20:
        turns += 1
        for guest in lab.guests():
            guest.hand_in("spotless")
        lab.settle()
    assert sorted(launch["ImageId"] for launch in lab.launches()) == sorted(amis)


# What CloudWatch reads.


def test_metrics_are_well_formed(lab):
    lab.assess(lab.image())
    lab.available(lab.image(platform="windows"))
    lab.settle()
    lab.available(lab.image())
    lab.settle()
    lab.overdue(lab.guests()[0].instance)
    lab.reap()
    lines = [line for line in lab.lines() if "_aws" in line]
    assert lines
    for line in lines:
        about = line["_aws"]
        assert isinstance(about["Timestamp"], int)
        assert abs(about["Timestamp"] / 1000 - datetime.now(UTC).timestamp()) < 300
        for directive in about["CloudWatchMetrics"]:
            assert directive["Namespace"] == "HardTarget"
            assert all(name in line for names in directive["Dimensions"] for name in names)
            for metric in directive["Metrics"]:
                assert isinstance(line[metric["Name"]], (int, float))
                assert metric["Unit"] in ("Count", "Seconds")
    for name in ("Assessments", "Failures", "Seconds", "Leaked"):
        assert lab.metrics(name), name
