"""One result for each instance, whatever happens on the way to the AMI's tags."""

import json

import pytest

from lab import reports

PREFIX = "hardtarget:"


@pytest.fixture
def scan(lab):
    """A launched instance."""
    lab.available(lab.image("web-2026-11-21"))
    lab.settle()
    return lab.guests()[0]


def test_a_report_put_in_the_place_of_the_first_changes_nothing(lab, scan):
    ami = scan.ami
    scan.hand_in("partial")
    lab.settle()
    tags, published = lab.tags(ami), lab.published("reports/")
    scan.hand_in(reports.named(reports.load("spotless"), ami, scan.instance))
    scan.hand_in(b"no report")
    lab.settle()
    assert lab.tags(ami) == tags
    assert lab.published("reports/") == published
    assert lab.metrics("Assessments") == [1]
    assert lab.metrics("Failures") == []


def test_the_same_event_twice_is_one_result(lab, scan):
    scan.hand_in()
    event, _ = lab.later[0]
    lab.settle()
    tags = lab.tags(scan.ami)
    assert lab.invoke(event).error is None
    assert lab.tags(scan.ami) == tags
    assert lab.metrics("Assessments") == [1]


def test_a_result_that_a_second_order_took_away_is_given_again(lab, scan):
    ami = scan.ami
    scan.hand_in()
    event, _ = lab.later[0]
    lab.settle()
    lab.aws.ec2.create_tags([ami], {PREFIX + "status": "assessing"})
    lab.invoke(event)
    assert lab.status(ami) == "assessed"


def test_without_a_launch_record_the_instance_itself_tells_its_ami(lab, scan):
    ami = scan.ami
    lab.s3.delete_object(Bucket=lab.stack.bucket, Key=f"launches/{scan.instance}.json")
    scan.hand_in()
    lab.settle()
    assert lab.status(ami) == "assessed"
    assert lab.instances() == []
    assert all(key.startswith(f"reports/web/{ami}/") for key in lab.published("reports/"))


def test_an_encoded_colon_is_a_colon(lab, scan):
    ami = scan.ami
    scan.hand_in()
    event, _ = lab.later.popleft()
    event["detail"]["object"]["key"] = event["detail"]["object"]["key"].replace(":", "%3A")
    assert lab.invoke(event).error is None
    assert lab.status(ami) == "assessed"


def test_a_size_that_only_the_event_tells_is_enough(lab, scan):
    ami = scan.ami
    scan.hand_in()
    event, _ = lab.later.popleft()
    event["detail"]["object"]["size"] = (8 << 20) + 1
    lab.invoke(event)
    assert lab.status(ami) == "failed"
    assert "8 MiB" in lab.reason(ami)
    assert not [call for call in lab.calls("s3", "GetObject") if call.key.endswith("report.json")]
    assert lab.instances() == []


def test_a_body_longer_than_it_said_is_not_read_on(lab, scan):
    ami, sent = scan.ami, []

    def endless(_call):
        def chunks():
            for _ in range(64 << 4):
                sent.append(1)
                yield b" " * (1 << 16)

        return 200, {"Content-Type": "application/json", "ETag": '"0"'}, chunks()

    when = lambda call: call.key.endswith("report.json")  # noqa: E731
    lab.fail("s3", "GetObject", effect="answer", then=endless, times=10, when=when)
    scan.hand_in(b"{}")
    lab.settle()
    assert lab.status(ami) == "failed"
    assert "8 MiB" in lab.reason(ami)
    assert lab.instances() == []


@pytest.mark.parametrize("room", [3, 1, 0])
def test_an_ami_without_room_for_all_tags(lab, room):
    """EC2 allows 50 tags; the launch has put two or three of ours there."""
    ami = lab.image("full")
    lab.available(ami)
    lab.settle()
    [guest] = lab.guests()
    others = 50 - len(lab.tags(ami)) - room
    lab.aws.ec2.create_tags([ami], {f"team-{number}": "x" for number in range(others)})
    guest.hand_in()
    lab.settle()
    assert lab.status(ami) == "assessed"
    assert len(lab.tags(ami)) <= 50
    assert ("EC2 allows 50 tags" in lab.reason(ami)) == (room > 0)
    assert lab.given_up == []
    assert lab.instances() == []
    assert len(lab.published("reports/")) == 2


def test_an_earlier_result_leaves_nothing_behind(lab, scan):
    ami = scan.ami
    scan.hand_in("partial")
    lab.settle()
    assert lab.reason(ami)
    lab.invoke({"ami-id": ami, "again": True})
    lab.guests()[0].hand_in("typical")
    lab.settle()
    assert lab.status(ami) == "assessed"
    assert PREFIX + "reason" not in lab.tags(ami)
    lab.invoke({"ami-id": ami, "again": True})
    lab.guests()[0].hand_in(b"no report")
    lab.settle()
    ours = {key.removeprefix(PREFIX) for key in lab.tags(ami)}
    assert ours == {"status", "reason", "assessed-at", "agent-version"}


@pytest.mark.parametrize("said", ["1970-01-01T00:00:00Z", "2262-01-01T00:00:00Z"])
def test_an_absurd_time_is_no_key(lab, scan, said):
    report = reports.named(reports.load("spotless"), scan.ami, scan.instance)
    report["scan"]["started"] = report["scan"]["finished"] = said
    scan.hand_in(report)
    lab.settle()
    assert lab.status(scan.ami) == "assessed"
    assert said[:4] + "0101" not in lab.published("reports/")[0]
    page, body = lab.published("reports/")
    assert json.loads(lab.read(body))["scan"]["finished"] == said
    kept = {key: lab.s3.head_object(Bucket=lab.stack.bucket, Key=key)["ContentType"] for key in (page, body)}
    assert kept == {page: "text/html; charset=utf-8", body: "application/json"}


def test_an_instance_is_ended_though_nothing_else_works(lab, scan):
    for service, action in (("ec2", "CreateTags"), ("s3", "GetObject"), ("s3", "PutObject")):
        lab.heal()
        lab.available(lab.image(f"web-{service}-{action}"))
        lab.settle()
        guest = lab.guests()[-1]
        guest.hand_in()
        lab.fail(service, action, code="AccessDenied", status=403, times=10_000)
        lab.run_later()
        assert lab.later, "it is to be tried again"
        assert guest.instance not in [one.id for one in lab.instances()]
        lab.later.clear()
