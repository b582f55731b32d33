"""The queue: a full house waits, order is kept, nothing blocks it and nothing is lost."""

import json
import random

import pytest


# Seconds on a quiet machine, minutes on a busy one: moto takes its time for 2,000 calls.
@pytest.mark.timeout(900)
def test_two_hundred_images_at_once_never_more_than_five_instances(lab):
    amis = [lab.image(f"web-{number:03}") for number in range(200)]
    for ami in amis:
        lab.available(ami)
    most = []
    watch = lambda call: call.action == "RunInstances" and most.append(len(lab.instances()) + 1)  # noqa: E731
    lab.aws.wire.watchers.append(watch)
    chance = random.Random(3)
    while lab.queue.bodies() or lab.guests():
        lab.settle()
        guests = lab.guests()
        assert len(guests) <= 5
        for guest in chance.sample(guests, chance.randint(min(1, len(guests)), len(guests))):
            guest.hand_in("spotless", attachments=False)
        if len(lab.instances(states=("terminated",))) >= 5:
            lab.an_hour_passes()
    lab.settle()

    assert max(most) == 5
    assert [launch["ImageId"] for launch in lab.launches()] == amis
    assert {lab.status(ami) for ami in amis} == {"assessed"}
    assert lab.instances() == []
    assert lab.queue.dead() == []
    assert lab.given_up == []
    assert lab.metrics("Assessments") == [1] * 200


def test_the_cap_is_a_setting_and_foreign_instances_do_not_count(deploy):
    lab = deploy(HARDTARGET_MAX_CONCURRENT_SCANS="2")
    foreign = lab.image()
    lab.aws.client("ec2").run_instances(ImageId=foreign, MinCount=9, MaxCount=9)
    for _ in range(4):
        lab.available(lab.image())
    lab.settle()
    assert len(lab.guests()) == 2
    assert len(lab.queue) == 2


def test_a_direct_invoke_in_a_full_house_says_so(deploy):
    lab = deploy(HARDTARGET_MAX_CONCURRENT_SCANS="1")
    lab.available(lab.image())
    lab.settle()
    done = lab.invoke({"ami-id": lab.image()})
    assert done.error is None
    assert "instance" not in done.response or done.response["instance"] is None
    assert done.response["reason"]
    assert len(lab.instances()) == 1


@pytest.mark.parametrize(
    "poison",
    [
        "no json",
        "",
        "{}",
        "[]",
        "null",
        '{"ami-id":5}',
        '{"ami-id":"i-0123456789abcdef0"}',
        '{"ami-id":"ami-\'; rm -rf /"}',
        '{"detail-type":"EC2 AMI State Change","source":"aws.ec2","detail":{}}',
        '{"detail-type":"EC2 Image Builder Image State Change","source":"aws.imagebuilder","resources":[],"detail":{}}',
        "[" * 100_000,
        json.dumps({"ami-id": "a" * 200_000}),
    ],
    ids=lambda text: text[:24] or "empty",
)
def test_a_poisoned_message_is_done_and_blocks_nothing(lab, poison):
    if not poison:
        poison = " "
    lab.queue.send(poison)
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    assert [launch["ImageId"] for launch in lab.launches()] == [ami]
    assert lab.queue.bodies() == []
    assert lab.queue.dead() == []
    assert [done.error for done in lab.invocations] == [None] * len(lab.invocations)
    told = [line for line in lab.lines() if str(line.get("level", "")).upper() in ("ERROR", "WARN")]
    assert told, "nothing in the log"


@pytest.mark.parametrize("event", [{}, [], None, "text", {"detail-type": "Object Created"}, {"reap": "yes"}])
def test_an_unknown_event_is_told_and_is_no_crash(lab, event):
    done = lab.invoke(event)
    assert "exited" not in (done.error or "")
    assert "panicked" not in str(done)
    assert lab.launches() == []
    assert lab.instances() == []
