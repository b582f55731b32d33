"""What an instance hands in is input from outside: the AMI that was launched is tagged by it, whatever
it says, and the instance ends in any case."""

import json
import re

import pytest

from lab import reports

LEGAL = re.compile(r"[A-Za-z0-9 +\-=._:/@]{1,256}")
# What the function gets in the template at least, in KiB.
SMALL = 128 * 1024


@pytest.fixture
def scan(lab):
    """A launched instance; `scan.ami` is what it was launched from."""
    lab.available(lab.image("web-2026-11-21"))
    lab.settle()
    return lab.guests()[0]


def refused(lab, ami):
    """Tagged as failed, with a reason; nothing published, nothing running, nothing to try again."""
    assert lab.status(ami) == "failed"
    assert lab.reason(ami) not in ("", "unknown")
    assert "hardtarget:score" not in lab.tags(ami)
    assert lab.published("reports/") == []
    assert lab.instances() == []
    assert lab.given_up == []
    assert lab.metrics("Failures") == [1]
    assert lab.metrics("Assessments") == []


@pytest.mark.parametrize(("sample", "status"), [("partial", "partial"), ("failed", "failed"), ("spotless", "assessed")])
def test_each_kind_of_report(lab, scan, sample, status):
    scan.hand_in(sample)
    ami = scan.ami
    lab.settle()
    tags = lab.tags(ami)
    assert tags["hardtarget:status"] == status
    assert ("hardtarget:reason" in tags) == (status != "assessed")
    assert len(lab.published("reports/")) == 2
    assert lab.instances() == []


def test_a_report_about_another_ami_is_about_the_one_that_was_launched(lab, scan):
    victim, ami = lab.image("victim"), scan.ami
    scan.hand_in(reports.named(reports.load(), victim, "i-0123456789abcdef0"))
    lab.settle()
    assert lab.tags(victim) == {}
    assert lab.status(ami) == "assessed"
    [_, key] = lab.published("reports/")
    target = json.loads(lab.read(key))["target"]
    assert (target["ami"], target["instance"]) == (ami, scan.instance)
    told = [line for done in lab.invocations for line in done.about(ami) if line.get("level") in ("WARN", "ERROR")]
    assert told, "nobody is told that an image lied"


def test_an_instance_that_ec2_has_forgotten_is_known_by_our_record(lab, scan):
    ami = scan.ami
    report = reports.named(reports.load(), ami, scan.instance)
    lab.forget(scan.instance)
    scan.hand_in(report)
    lab.settle()
    assert lab.status(ami) == "assessed"
    assert lab.given_up == []


def test_a_report_of_an_instance_that_nobody_launched(lab):
    ami = lab.image()
    [foreign] = lab.aws.client("ec2").run_instances(ImageId=ami, MinCount=1, MaxCount=1)["Instances"]
    for instance in (foreign["InstanceId"], "i-0123456789abcdef0"):
        lab.guest(instance).hand_in(reports.named(reports.load(), ami, instance))
    lab.settle()
    assert lab.tags(ami) == {}
    assert lab.published("reports/") == []
    assert [one.id for one in lab.instances()] == [foreign["InstanceId"]], "what is not ours is left alone"
    assert lab.lines(), "nobody is told"


def test_a_report_in_the_name_of_another_role_is_not_taken(lab, scan):
    ami, key = scan.ami, f"scans/AROAANOTHERROLE12345:{scan.instance}/report.json"
    body = json.dumps(reports.named(reports.load(), ami, scan.instance)).encode()
    lab.s3.put_object(Bucket=lab.stack.bucket, Key=key, Body=body)
    lab.settle()
    assert lab.status(ami) == "assessing"
    assert len(lab.instances()) == 1


def test_an_ami_that_was_deleted_meanwhile(lab, scan):
    ami = scan.ami
    lab.aws.ec2.deregister_image(ami)
    lab.fail("ec2", "CreateTags", code="InvalidAMIID.NotFound", status=400, times=100)
    lab.fail("ec2", "DeleteTags", code="InvalidAMIID.NotFound", status=400, times=100)
    scan.hand_in()
    lab.settle()
    assert lab.instances() == []
    assert lab.given_up == []
    assert [done.error for done in lab.invocations] == [None] * len(lab.invocations)


# No reports at all.


def changed(**changes):
    return json.dumps(reports.load("spotless") | changes).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b"{}",
        json.dumps(reports.load()).encode()[:900],
        changed(schema_version=2),
        changed(extra="<script>alert(1)</script>"),
        changed(counts={"critical": 1, "high": 0, "medium": 0, "low": 0, "info": 0}),
        changed(scan="\u001b[2J\u202e<img src=x onerror=alert(1)>"),
        changed(
            findings=[reports.finding(1), reports.finding(1)], counts=dict.fromkeys(reports.SEVERITIES, 0) | {"low": 2}
        ),
        b"[" * 1_000_000,
        b'{"a":' * 1_000_000,
    ],
    ids=[
        "empty",
        "text",
        "binary",
        "null",
        "list",
        "object",
        "cut",
        "version",
        "extra",
        "counts",
        "control",
        "twice",
        "deep",
        "deeper",
    ],
)
def test_what_is_no_report(lab, scan, body):
    ami = scan.ami
    scan.hand_in(body)
    lab.settle()
    refused(lab, ami)
    assert LEGAL.fullmatch(lab.reason(ami)), lab.reason(ami)


def test_a_hostile_report_harms_neither_tags_nor_page(lab, scan):
    """Markup, control characters, text that reads backwards, in every string that there is."""
    ami = scan.ami
    scan.hand_in("hostile")
    lab.settle()
    for name, value in lab.tags(ami).items():
        assert LEGAL.fullmatch(value), (name, value)
    assert lab.instances() == []
    [page, _] = lab.published("reports/")
    html = lab.read(page).decode()
    scripts = re.findall(r"<script[^>]*>", html)
    assert len(scripts) == len(re.findall(r"<script[^>]*>", spotless_page(lab))), scripts
    assert not re.search(r"<img[^>]*onerror", html)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u001b]", html)
    for line in lab.lines():
        assert "\u202e" not in str(line) and "\u001b" not in str(line)


def spotless_page(lab):
    """A page of a report that means no harm."""
    lab.assess(lab.image("calm"), "spotless")
    [page, _] = lab.published("reports/calm/")
    return lab.read(page).decode()


# Too much.


def test_a_report_of_one_gigabyte_is_not_read(lab, scan):
    """S3 would send it, chunk by chunk, and the event may say anything of its size."""
    ami, size, sent = scan.ami, 1 << 30, []

    def gigabyte(_call):
        def chunks():
            for _ in range(size >> 16):
                sent.append(1)
                yield b" " * (1 << 16)

        return 200, {"Content-Type": "application/json", "Content-Length": str(size), "ETag": '"0"'}, chunks()

    lab.fail("s3", "GetObject", effect="answer", then=gigabyte, times=10, when=lambda call: "report.json" in call.key)
    scan.hand_in(b"{}")
    lab.settle()
    refused(lab, ami)
    assert lab.function.memory()["VmHWM"] < SMALL
    assert len(sent) << 16 < 256 << 20, "most of it was never asked for"


def test_a_hundred_thousand_findings_are_too_many(lab, scan):
    ami = scan.ami
    many = [reports.finding(number) for number in range(100_000)]
    scan.hand_in(reports.with_findings(reports.load("spotless"), many))
    lab.settle()
    refused(lab, ami)
    assert lab.function.memory()["VmHWM"] < SMALL


def test_the_largest_report_that_is_taken_fits_in_memory(lab, scan):
    """As many findings as fit in 8 MiB and 500,000 values, each as small as can be: what costs most once it is read."""
    ami = scan.ami
    # One finding takes about 240 bytes.
    many = [reports.finding(number) for number in range(31_000)]
    body = json.dumps(reports.with_findings(reports.load("spotless"), many), separators=(",", ":")).encode()
    assert 7 << 20 < len(body) < 8 << 20, len(body)
    scan.hand_in(body)
    lab.settle()
    assert lab.status(ami) == "assessed", lab.tags(ami)
    assert lab.tags(ami)["hardtarget:findings-low"] == "31000"
    assert lab.function.memory()["VmHWM"] < SMALL
