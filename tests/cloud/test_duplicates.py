"""The same AMI twice: one launch, one assessment. moto ignores ClientToken, as no AWS would: so a
second RunInstances is a second instance here, whatever its token, and what prevents it is ours."""

import pytest

from lab import events


def test_the_same_event_twice_launches_once(lab):
    ami = lab.image()
    for _ in range(3):
        lab.available(ami)
    lab.settle()
    lab.available(ami)
    lab.settle()
    assert len(lab.launches()) == 1
    assert len(lab.guests()) == 1
    assert lab.queue.bodies() == []


def test_ec2_and_image_builder_tell_of_the_same_image(lab):
    arn = "arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.0.0/1"
    ami = lab.image(tags={"Ec2ImageBuilderArn": arn})
    lab.available(ami)
    lab.bus.put(events.image_builder(arn))
    lab.settle()
    assert len(lab.launches()) == 1


def test_a_repeated_request_has_the_same_token(lab):
    """The answer is lost, the SDK asks again: only the token tells EC2 that it is the same launch."""
    lab.fail("ec2", "RunInstances", effect="lost", then=lambda _: None)
    lab.available(lab.image())
    lab.settle()
    tokens = [launch["ClientToken"] for launch in lab.launches()]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
    assert len(tokens[0]) <= 64


def test_tokens_differ_between_images_and_between_assessments(lab):
    first, second = lab.image(), lab.image()
    lab.assess(first)
    lab.assess(second)
    lab.queue.send({"ami-id": first, "again": True})
    lab.settle()
    tokens = [launch["ClientToken"] for launch in lab.launches()]
    assert len(set(tokens)) == 3


def test_killed_between_the_launch_and_its_record(lab):
    """The instance is there, our record is not: the next try must find the instance, and its report must count."""
    lab.kill_at("ec2", "RunInstances")
    ami = lab.image()
    lab.available(ami)
    lab.poll()
    assert len(lab.queue) == 1, "the message came back"
    lab.settle()
    assert len(lab.launches()) == 1
    assert lab.queue.bodies() == []
    [guest] = lab.guests()
    guest.hand_in()
    lab.settle()
    assert lab.status(ami) == "assessed"
    assert lab.instances() == []


def test_killed_between_the_record_and_the_tag(lab):
    lab.kill_at("s3", "PutObject", when=lambda call: call.key.startswith("launches/i-"))
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    assert len(lab.launches()) == 1
    [guest] = lab.guests()
    guest.hand_in()
    lab.settle()
    assert lab.status(ami) == "assessed"
    assert lab.instances() == []


def test_what_this_version_has_assessed_is_not_assessed_again_unless_asked(lab):
    ami = lab.image()
    lab.assess(ami)
    lab.available(ami)
    lab.queue.send({"ami-id": ami, "again": False})
    lab.settle()
    assert len(lab.launches()) == 1
    assert lab.status(ami) == "assessed"

    lab.queue.send({"ami-id": ami, "again": True})
    lab.settle()
    assert len(lab.launches()) == 2


def test_what_an_older_version_has_assessed_is(lab):
    ami = lab.image(tags={"hardtarget:status": "assessed", "hardtarget:agent-version": "0.0.9"})
    lab.available(ami)
    lab.settle()
    assert len(lab.launches()) == 1


@pytest.mark.parametrize("status", ["assessed", "partial", "unsupported"])
def test_a_new_result_takes_the_place_of_an_old_one(lab, status):
    old = {"hardtarget:status": status, "hardtarget:reason": "old", "hardtarget:score": "3", "team": "web"}
    ami = lab.image(tags=old | {"hardtarget:agent-version": "0.0.9"})
    lab.assess(ami, "failed")
    tags = lab.tags(ami)
    assert tags["hardtarget:status"] == "failed"
    assert tags["hardtarget:reason"] != "old"
    assert "hardtarget:score" not in tags
    assert tags["team"] == "web"


def test_a_report_that_arrives_twice_changes_nothing(lab):
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    [guest] = lab.guests()
    guest.hand_in()
    [(event, _)] = lab.later
    lab.settle()
    tags, keys = lab.tags(ami), lab.published("reports/")
    assert lab.invoke(event).error is None
    changed = {name for name in tags if lab.tags(ami).get(name) != tags[name]}
    assert changed <= {"hardtarget:assessed-at"}
    assert lab.published("reports/") == keys
