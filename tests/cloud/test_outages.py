"""AWS fails now and then: what was asked is asked again, nothing is launched twice, nothing is lost."""

import pytest


@pytest.mark.parametrize(
    ("service", "action", "code", "status"),
    [
        ("ec2", "DescribeImages", "RequestLimitExceeded", 503),
        ("ec2", "DescribeInstances", "InternalError", 500),
        ("ec2", "RunInstances", "RequestLimitExceeded", 503),
        ("ec2", "CreateTags", "RequestLimitExceeded", 503),
        ("ec2", "TerminateInstances", "InternalError", 500),
        ("s3", "PutObject", "SlowDown", 503),
        ("s3", "GetObject", "InternalError", 500),
    ],
)
def test_a_hiccup_is_not_noticed(lab, service, action, code, status):
    ami = lab.image()
    lab.available(ami)
    fault = lab.fail(service, action, code=code, status=status, times=1)
    lab.settle()
    for guest in lab.guests():
        guest.hand_in()
    lab.settle()
    assert fault.hits == 1
    assert lab.status(ami) == "assessed"
    assert lab.instances() == []
    assert lab.queue.dead() == [] and lab.given_up == []


@pytest.mark.parametrize(
    ("service", "action"),
    [
        ("ec2", "DescribeImages"),
        ("ec2", "DescribeInstances"),
        ("ec2", "RunInstances"),
        ("s3", "PutObject"),
        ("s3", "*"),
    ],
)
def test_an_outage_while_launching_is_waited_out(lab, service, action):
    ami = lab.image()
    lab.available(ami)
    lab.fail(service, action, code="InternalError", status=500, times=10_000)
    lab.poll()
    assert lab.status(ami) in (None, "assessing")
    lab.heal()
    lab.settle()
    assert lab.queue.bodies() == [], "the message is done once AWS is back"
    assert len(lab.instances()) == 1
    [guest] = lab.guests()
    guest.hand_in()
    lab.settle()
    assert lab.status(ami) == "assessed"
    assert lab.instances() == []


@pytest.mark.parametrize(
    ("service", "action"),
    [("ec2", "CreateTags"), ("ec2", "TerminateInstances"), ("s3", "GetObject"), ("s3", "PutObject")],
)
def test_an_outage_when_the_report_arrives_is_tried_again(lab, service, action):
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    [guest] = lab.guests()
    guest.hand_in()
    lab.fail(service, action, code="InternalError", status=500, times=10_000)
    lab.run_later()
    assert lab.later, "Lambda was told to try again"
    lab.heal()
    lab.settle()
    assert lab.status(ami) == "assessed"
    assert lab.instances() == []
    assert lab.given_up == []


def test_a_long_outage_when_the_report_arrives_is_mended_by_the_reaper(lab):
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    [guest] = lab.guests()
    guest.hand_in()
    lab.fail("s3", "GetObject", code="InternalError", status=500, times=10_000)
    lab.settle()
    assert len(lab.given_up) == 1
    lab.heal()
    guest.power_off()
    lab.overdue(guest.instance)
    lab.reap()
    assert lab.status(ami) == "assessed", lab.tags(ami)
    assert lab.instances() == []


def test_a_service_that_never_answers_ends_with_the_function_and_is_tried_again(deploy):
    lab = deploy(timeout=25)
    ami = lab.image()
    lab.fail("ec2", "DescribeImages", effect="hang", times=1)
    lab.available(ami)
    lab.poll()
    lab.settle()
    assert lab.queue.bodies() == []
    assert len(lab.guests()) == 1


def test_one_image_that_fails_does_not_fail_those_before_it(lab):
    amis = [lab.image() for _ in range(3)]
    for ami in amis:
        lab.available(ami)
    when = lambda call: call.params.get("ImageId") == amis[1]  # noqa: E731
    lab.fail("ec2", "RunInstances", code="InternalError", status=500, times=10_000, when=when)
    lab.poll()
    assert len(lab.queue) == 2, "the first is done; the third keeps its place behind the second"
    assert [one.image_id for one in lab.instances()] == [amis[0]]
    lab.heal()
    lab.settle()
    assert [one.image_id for one in lab.instances()] == amis
