"""An AMI that cannot be assessed is told so on its tags, once and for all; what may pass waits."""

import json

import pytest


def unassessable(lab, ami, status):
    """The event is done, the AMI says why, nothing runs."""
    assert lab.status(ami) in status
    assert lab.reason(ami) not in ("", "unknown")
    assert lab.queue.bodies() == []
    assert lab.queue.dead() == []
    assert lab.instances() == []
    told = [line for done in lab.invocations for line in done.about(ami)]
    assert told, "nothing about the AMI in the log"
    assert lab.metrics("Failures") in ([1], [])


@pytest.mark.parametrize(
    ("image", "word"),
    [
        ({"platform": "windows"}, "windows"),
        ({"architecture": "i386"}, "i386"),
        ({"architecture": "x86_64_mac"}, "mac"),
        ({"root": "instance-store"}, "instance"),
    ],
)
def test_what_we_cannot_scan_is_unsupported(lab, image, word):
    ami = lab.image(**image)
    lab.available(ami)
    lab.settle()
    unassessable(lab, ami, ("unsupported",))
    assert word in lab.reason(ami).lower()
    assert lab.launches() == []


def test_without_an_agent_for_its_architecture_it_is_unsupported(deploy):
    lab = deploy(HARDTARGET_AGENT_KEY_AARCH64="", HARDTARGET_AGENT_SHA256_AARCH64="")
    ami = lab.image(architecture="arm64")
    lab.available(ami)
    lab.settle()
    unassessable(lab, ami, ("unsupported",))


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("OptInRequired", 401, ("unsupported", "failed")),
        ("UnauthorizedOperation", 403, ("failed",)),
        ("InvalidParameterValue", 400, ("failed",)),
        ("InvalidBlockDeviceMapping", 400, ("failed",)),
    ],
)
def test_what_ec2_refuses_for_good(lab, code, status, expected):
    fault = lab.fail("ec2", "RunInstances", code=code, status=status, times=100, message="Not for you.")
    ami = lab.image(marketplace=code == "OptInRequired")
    lab.available(ami)
    lab.settle()
    unassessable(lab, ami, expected)
    assert fault.hits <= 12, "asked again and again what was refused for good"

    after = lab.image()
    lab.heal()
    lab.available(after)
    lab.settle()
    assert lab.status(after) == "assessing"


def test_an_ami_that_is_gone_again(lab):
    ami = lab.image()
    lab.available(ami)
    lab.aws.ec2.deregister_image(ami)
    after = lab.image()
    lab.available(after)
    lab.settle()
    assert lab.queue.bodies() == []
    assert [launch["ImageId"] for launch in lab.launches()] == [after]


@pytest.mark.parametrize("code", ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"])
def test_an_ami_that_goes_between_look_and_launch(lab, code):
    lab.fail("ec2", "RunInstances", code=code, status=400, times=100)
    lab.fail("ec2", "CreateTags", code=code, status=400, times=100)
    lab.available(lab.image())
    lab.settle()
    assert lab.queue.bodies() == []
    assert lab.instances() == []
    assert [done.error for done in lab.invocations] == [None] * len(lab.invocations)


@pytest.mark.parametrize(
    ("code", "status"), [("TagLimitExceeded", 400), ("UnauthorizedOperation", 403), ("InvalidParameterValue", 400)]
)
def test_an_ami_that_takes_no_tags_blocks_nothing(lab, code, status):
    """It may have 50 already. Nobody will find the result on it, but those behind it must not wait for that."""
    first, second = lab.image(), lab.image()
    when = lambda call: first in call.params.values()  # noqa: E731
    lab.fail("ec2", "CreateTags", code=code, status=status, times=10_000, when=when)
    lab.available(first)
    lab.available(second)
    lab.settle()
    assert lab.queue.bodies() == []
    assert lab.status(second) == "assessing"
    told = [line for line in lab.lines() if line.get("ami") == first and line.get("level") in ("WARN", "ERROR")]
    assert told, "nothing in the log"
    for guest in lab.guests():
        guest.hand_in()
    lab.settle()
    assert lab.instances() == []
    assert lab.status(second) == "assessed"
    assert [key for key in lab.published("reports/") if first in key], "the report itself is published"


# No room now: another type, another subnet, later.


def test_no_capacity_for_the_first_type(lab):
    when = lambda call: call.params["InstanceType"] == "t3.micro"  # noqa: E731
    lab.fail("ec2", "RunInstances", code="InsufficientInstanceCapacity", times=100, when=when)
    lab.available(lab.image())
    lab.settle()
    [guest] = lab.guests()
    assert lab.aws.ec2.get_instance(guest.instance).instance_type == "t3a.micro"
    asked = {json.dumps(one, sort_keys=True) for one in lab.launches()}
    tokens = {json.loads(one)["ClientToken"] for one in asked}
    assert len(tokens) == len(asked), "EC2 refuses one token with other parameters"


def test_a_type_that_the_zone_does_not_have(lab):
    when = lambda call: call.params["InstanceType"] == "t3.micro"  # noqa: E731
    lab.fail("ec2", "RunInstances", code="Unsupported", status=400, times=100, when=when)
    lab.available(lab.image())
    lab.settle()
    assert len(lab.guests()) == 1


def test_no_capacity_in_the_first_subnet(lab):
    when = lambda call: lab.stack.subnets[0] in call.params.values()  # noqa: E731
    lab.fail("ec2", "RunInstances", code="InsufficientInstanceCapacity", times=100, when=when)
    lab.available(lab.image())
    lab.settle()
    [guest] = lab.guests()
    assert lab.aws.ec2.get_instance(guest.instance).subnet_id == lab.stack.subnets[1]


@pytest.mark.parametrize("code", ["InsufficientInstanceCapacity", "VcpuLimitExceeded", "InstanceLimitExceeded"])
def test_no_capacity_anywhere_waits_in_the_queue_with_all_behind_it(lab, code):
    lab.fail("ec2", "RunInstances", code=code, status=400, times=10_000)
    amis = [lab.image(), lab.image()]
    for ami in amis:
        lab.available(ami)
    lab.settle()
    assert len(lab.queue) == 2
    assert lab.status(amis[0]) in (None, "assessing")
    assert lab.instances() == []

    lab.heal()
    lab.settle()
    assert [launch["ImageId"] for launch in lab.launches()][-2:] == amis
    assert len(lab.guests()) == 2
    assert lab.queue.bodies() == []


def test_spot_is_asked_for_first_when_it_is_wanted(deploy):
    lab = deploy(HARDTARGET_SPOT="true")
    lab.available(lab.image())
    lab.settle()
    [launch] = lab.launches()
    assert launch["InstanceMarketOptions"]["MarketType"] == "spot"
    spot = launch["InstanceMarketOptions"].get("SpotOptions", {})
    assert spot.get("InstanceInterruptionBehavior", "terminate") == "terminate"
    assert spot.get("SpotInstanceType", "one-time") == "one-time"


@pytest.mark.parametrize(
    "code",
    [
        "InsufficientInstanceCapacity",
        "SpotMaxPriceTooLow",
        "MaxSpotInstanceCountExceeded",
        "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
    ],
)
def test_spot_refused_falls_back_to_on_demand(deploy, code):
    lab = deploy(HARDTARGET_SPOT="true")
    when = lambda call: "InstanceMarketOptions.MarketType" in call.params  # noqa: E731
    lab.fail("ec2", "RunInstances", code=code, status=400, times=100, when=when)
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    assert len(lab.guests()) == 1
    assert lab.status(ami) == "assessing"
    assert "InstanceMarketOptions" not in lab.launches()[-1]
