"""What an order may say of its instance, as a golden list does: a type, user data, the AMI's tags."""

import base64
import json
import re

import pytest

SCRIPT = "#!/bin/sh\n# it's \"golden\" $(date)\ntouch /golden\n"


def copied(launch, kind="instance"):
    [tags] = [one["Tag"] for one in launch["TagSpecification"] if one["ResourceType"] == kind]
    keys = [tag["Key"] for tag in tags]
    assert len(keys) == len({key.lower() for key in keys}), "EC2 takes each key once"
    return {tag["Key"]: tag["Value"] for tag in tags}


def order(lab, ami, **wishes):
    lab.queue.send({"ami-id": ami, "again": True, **wishes})
    lab.settle()


def test_all_that_a_golden_list_asks_for(lab):
    ami = lab.image(tags={"team": "web", "Name": "web-17", "hardtarget:managed-by": "x", "aws:x": "y"})
    order(lab, ami, instanceType="m5.large", userData=SCRIPT, copyTags=True)
    [launch] = lab.launches()
    assert launch["InstanceType"] == "m5.large"
    tags = copied(launch)
    assert tags["team"] == "web" and tags["Name"] == f"hardtarget {ami}"
    assert not {"hardtarget:managed-by", "aws:x"} & set(tags)
    assert tags["hardtarget:managed"] and tags["hardtarget:ami"] == ami
    assert "team" not in copied(launch, "volume")
    [guest] = lab.guests()
    [encoded] = re.findall(r"^EXTRA_BASE64='([^']*)'$", guest.user_data, re.M)
    assert base64.b64decode(encoded).decode() == SCRIPT
    told = lab.image_status(ami)
    assert (told["status"], told["reason"]) == ("assessing", "")


def test_without_wishes_nothing_is_added(lab):
    ami = lab.image(tags={"team": "web"})
    order(lab, ami)
    [launch] = lab.launches()
    assert launch["InstanceType"] == "t3.micro" and "team" not in copied(launch)
    assert "EXTRA_BASE64=''" in lab.guests()[0].user_data


def test_directly_by_hand_too(lab):
    done = lab.invoke({"ami-id": lab.image(), "instanceType": "c5.large"})
    assert done.response["outcome"] == "launched"
    assert lab.launches()[0]["InstanceType"] == "c5.large"


def test_an_ami_with_fifty_tags_leaves_room_for_ours(lab):
    ami = lab.image(tags={f"team-{number:02}": "x" for number in range(48)})
    order(lab, ami, copyTags=True)
    tags = copied(lab.launches()[0])
    assert len(tags) == 50 and {"hardtarget:managed", "hardtarget:ami", "hardtarget:deadline", "Name"} < set(tags)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InvalidParameterValue", 400),
        ("Unsupported", 400),
        ("UnauthorizedOperation", 403),
        ("InsufficientInstanceCapacity", 500),
        ("VcpuLimitExceeded", 400),
    ],
)
def test_a_type_that_is_not_to_be_had_loses_no_assessment(lab, code, status):
    wished = lambda call: call.params["InstanceType"] == "m5.huge"  # noqa: E731
    lab.fail("ec2", "RunInstances", code=code, status=status, times=100, when=wished)
    ami = lab.image()
    order(lab, ami, instanceType="m5.huge")
    [guest] = lab.guests()
    assert lab.aws.ec2.get_instance(guest.instance).instance_type == "t3.micro"
    assert lab.status(ami) == "assessing"
    assert "m5.huge" in lab.reason(ami) and "m5.huge" in lab.image_status(ami)["reason"]
    assert [line for line in lab.lines() if line.get("level") == "WARN" and "m5.huge" in str(line)]
    guest.hand_in()
    lab.settle()
    assert (lab.status(ami), lab.reason(ami)) == ("assessed", "")
    assert lab.metrics("Failures") == []


def test_throttling_is_no_reason_for_another_type(lab):
    lab.fail("ec2", "RunInstances", code="RequestLimitExceeded", status=503, times=10_000)
    ami = lab.image()
    order(lab, ami, instanceType="m5.large")
    assert lab.instances() == [] and len(lab.queue) == 1
    lab.heal()
    lab.settle()
    assert lab.launches()[-1]["InstanceType"] == "m5.large"


def test_user_data_that_ec2_would_not_take_is_told(lab):
    ami = lab.image()
    order(lab, ami, userData="#!/bin/sh\n" + "# a long story\n" * 800)
    assert lab.status(ami) == "failed" == lab.image_status(ami)["status"]
    assert "userData of the order is too long" in lab.reason(ami) and "16384" in lab.reason(ami)
    assert lab.launches() == [] and lab.queue.bodies() == []
    order(lab, ami)
    assert len(lab.launches()) == 1


def test_there_is_room_for_two_kilobytes_of_user_data(lab):
    order(lab, lab.image(), userData="#!/bin/sh\n" + "x" * 2048)
    assert len(lab.launches()) == 1


@pytest.mark.parametrize("wish", [{"userData": ["a"]}, {"instanceType": 7}])
def test_a_wish_that_makes_no_sense_is_an_order_that_cannot_be_read(lab, wish):
    ami = lab.image()
    order(lab, ami, **wish)
    assert lab.launches() == [] and lab.queue.bodies() == []
    assert [line for line in lab.lines() if line.get("level") == "ERROR"]


def test_an_order_that_comes_to_nothing_is_answered_in_the_bucket(lab):
    gone, ours = "ami-0123456789abcdef0", lab.image(tags={"hardtarget:managed": "another"})
    for ami in (gone, ours):
        order(lab, ami)
    refusals = {ami: json.loads(lab.read(f"reports/-/{ami}/refusal.json")) for ami in (gone, ours)}
    assert refusals[gone]["reason"] == "there is no such AMI in this account and region, or it is gone"
    assert refusals[ours]["reason"] == "it carries the tag of our own instances"
    assert {one["ami"] for one in refusals.values()} == {gone, ours}
    # An event is nobody's question.
    lab.s3.delete_object(Bucket=lab.stack.bucket, Key=f"reports/-/{ours}/refusal.json")
    lab.available(ours)
    lab.settle()
    assert lab.keys(f"reports/-/{ours}/") == []
