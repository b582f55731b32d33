"""What becomes of an AMI stands in the bucket too, in `image.json` beside its reports, whichever way it goes."""

import json
import re

import pytest

from lab import REGION, reports
from lab.aws import ACCOUNT


def key(ami, family="web"):
    return f"reports/{family}/{ami}/image.json"


@pytest.fixture
def ami(lab):
    tags = {"team": "we\u202eb", "hardtarget:family": "web", "cost": "7"}
    return lab.image("web-2026-11-21", tags=tags)


def launched(lab, ami):
    lab.available(ami)
    lab.settle()
    [guest] = [one for one in lab.guests() if one.ami == ami]
    return guest


def test_what_is_known_of_an_ami_from_its_launch_on(lab, ami):
    launched(lab, ami)
    told = json.loads(lab.read(key(ami)))
    assert (told["version"], told["ami"], told["name"], told["family"]) == (1, ami, "web-2026-11-21", "web")
    assert (told["account"], told["region"]) == (ACCOUNT, REGION)
    assert (told["status"], told["reason"], told["report"]) == ("assessing", "", None)
    assert told["tags"] == {"team": "we\ufffdb", "cost": "7"}
    assert re.match(r"\d{4}-\d\d-\d\dT", told["created"]) and re.match(r"\d{4}-\d\d-\d\dT", told["since"])


@pytest.mark.parametrize(
    ("sample", "status", "numbers"),
    [("typical", "assessed", True), ("partial", "partial", True), ("failed", "failed", False)],
)
def test_the_result_with_its_numbers_and_where_the_report_is(lab, ami, sample, status, numbers):
    launched(lab, ami).hand_in(sample)
    lab.settle()
    told = lab.image_status(ami)
    assert told["status"] == status == lab.status(ami)
    assert told["reason"] == lab.reason(ami)
    assert f"s3://{lab.stack.bucket}/{told['report']}" == lab.tags(ami)["hardtarget:report"]
    assert (told["findings"] is not None) == numbers
    if numbers:
        assert str(told["findings"]["high"]) == lab.tags(ami)["hardtarget:findings-high"]
    assert told["vulnerabilities"] is None, "they were not looked for"
    assert told["created"] and told["tags"]["cost"] == "7"


def test_vulnerabilities_where_they_were_looked_for(lab, ami):
    launched(lab, ami).hand_in("vulnerable")
    lab.settle()
    assert lab.image_status(ami)["vulnerabilities"]["critical"] > 0


def test_what_is_no_report(lab, ami):
    launched(lab, ami).hand_in(b"no report")
    lab.settle()
    told = lab.image_status(ami)
    assert (told["status"], told["report"], told["findings"]) == ("failed", None, None)
    assert told["reason"] == lab.reason(ami) != ""


def test_what_cannot_be_scanned(lab):
    ami = lab.image("win-1", platform="windows")
    lab.available(ami)
    lab.settle()
    told = lab.image_status(ami)
    assert told["status"] == "unsupported" and "Windows" in told["reason"]
    assert (told["family"], told["account"]) == ("win", ACCOUNT)


def test_what_cannot_be_launched(lab, ami):
    lab.fail("ec2", "RunInstances", code="InvalidParameterValue", status=400, times=100)
    lab.available(ami)
    lab.settle()
    assert lab.image_status(ami)["status"] == "failed"


def test_what_the_reaper_ends(lab, ami):
    guest = launched(lab, ami)
    lab.overdue(guest.instance)
    lab.reap()
    told = lab.image_status(ami)
    assert told["status"] == "timed-out" and "30 minutes" in told["reason"]


def test_what_ended_without_a_report(lab, ami):
    launched(lab, ami).power_off()
    lab.reap()
    assert lab.image_status(ami)["status"] == "failed"


def test_what_waits_says_so_until_it_is_launched(deploy):
    lab = deploy(HARDTARGET_MAX_CONCURRENT_SCANS="1")
    first, second = lab.image("web-1"), lab.image("web-2")
    for ami in (first, second):
        lab.available(ami)
    lab.settle()
    waiting = lab.image_status(second)
    assert waiting["status"] == "waiting" and "1 scans are under way" in waiting["reason"]
    assert lab.image_status(first)["status"] == "assessing"
    lab.settle()
    assert lab.image_status(second)["since"] == waiting["since"], "it waits since then"
    lab.guests()[0].hand_in()
    lab.settle()
    lab.settle()
    assert lab.image_status(first)["status"] == "assessed"
    assert lab.image_status(second)["status"] == "assessing"


def test_an_ami_that_waits_for_its_second_assessment_keeps_its_first(deploy):
    lab = deploy(HARDTARGET_MAX_CONCURRENT_SCANS="1")
    first = lab.image("web-1")
    lab.assess(first)
    lab.available(lab.image("web-2"))
    lab.settle()
    lab.queue.send({"ami-id": first, "again": True})
    lab.settle()
    assert lab.image_status(first)["status"] == "assessed"


def test_of_an_ami_that_is_gone_what_was_known_stays_known(lab, ami):
    guest = launched(lab, ami)
    created = lab.image_status(ami)["created"]
    body = json.dumps(reports.named(reports.load(), ami, guest.instance)).encode()
    lab.aws.ec2.deregister_image(ami)
    lab.fail("ec2", "DescribeImages", code="InvalidAMIID.NotFound", status=400, times=100)
    lab.fail("ec2", "CreateTags", code="InvalidAMIID.NotFound", status=400, times=100)
    guest.hand_in(body)
    lab.settle()
    told = lab.image_status(ami)
    assert (told["status"], told["created"], told["tags"]["cost"]) == ("assessed", created, "7")
    assert told["report"] and lab.given_up == []


@pytest.mark.parametrize("step", ["launch", "result", "refusal"])
def test_a_status_that_could_not_be_written_is_written_later(lab, ami, step):
    about = lambda call: call.key.endswith("image.json")  # noqa: E731
    if step == "refusal":
        ami = lab.image("win-1", platform="windows")
    if step == "result":
        guest = launched(lab, ami)
        guest.hand_in()
    else:
        lab.available(ami)
    fault = lab.fail("s3", "PutObject", times=4, when=about)
    lab.settle()
    lab.settle()
    assert fault.hits == 4
    expected = {"launch": "assessing", "result": "assessed", "refusal": "unsupported"}[step]
    assert lab.image_status(ami)["status"] == expected
    assert lab.status(ami) == lab.image_status(ami)["status"]
    assert lab.given_up == [] and len(lab.launches()) == (0 if step == "refusal" else 1)
