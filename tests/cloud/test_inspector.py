"""What Amazon Inspector says of an AMI is kept beside the report, and never counted in it.

The answer is written down from EC2's API Reference ("GetImageFindings"): moto does not know the call."""

import json

import pytest

FINDING = """<item><title>CVE-2026-0001 - openssl</title><severityLabel>{}</severityLabel><score>7.5</score>
<fixAvailable>true</fixAvailable><firstObservedAt>2026-11-20T01:02:03.000Z</firstObservedAt>
<updatedAt>2026-11-21T01:02:03.000Z</updatedAt><pathSet><item>/usr/lib64/libssl.so.3</item></pathSet>
<snapshotId>snap-0123456789abcdef0</snapshotId></item>"""


def page(findings, token=""):
    items = "".join(FINDING.format(severity) for severity in findings)
    more = f"<nextToken>{token}</nextToken>" if token else ""
    body = (
        '<GetImageFindingsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>lab</requestId>'
        f"<imageFindingSet>{items}</imageFindingSet>{more}</GetImageFindingsResponse>"
    )
    return 200, {"Content-Type": "text/xml"}, body.encode()


@pytest.fixture
def lab(deploy):
    return deploy(HARDTARGET_INSPECTOR_FINDINGS="true")


def published(lab, name):
    [key] = [key for key in lab.published("reports/") if key.endswith(name)]
    return json.loads(lab.read(key))


def test_its_findings_lie_beside_the_report_and_change_no_count(lab):
    asked = []

    def answer(call):
        asked.append(call.params)
        return page(["high", "low"], "more") if "NextToken" not in call.params else page(["high"])

    lab.fail("ec2", "GetImageFindings", effect="answer", times=100, then=answer)
    ami = lab.image()
    lab.assess(ami)
    assert [(one["ImageId"], one.get("NextToken")) for one in asked] == [(ami, None), (ami, "more")]
    findings = published(lab, "inspector.json")
    assert [one["severity"] for one in findings] == ["high", "low", "high"]
    assert findings[0] == {
        "title": "CVE-2026-0001 - openssl",
        "severity": "high",
        "score": 7.5,
        "fix_available": True,
        "first_observed_at": "2026-11-20T01:02:03Z",
        "updated_at": "2026-11-21T01:02:03Z",
        "paths": ["/usr/lib64/libssl.so.3"],
        "snapshot": "snap-0123456789abcdef0",
    }
    report = published(lab, "report.json")
    assert report["facts"]["inspector"] == ["3 findings: high 2, low 1"]
    assert lab.tags(ami)["hardtarget:findings-high"] == "11"


def test_an_ami_that_it_has_not_scanned(lab):
    lab.fail("ec2", "GetImageFindings", effect="answer", then=lambda _: page([]))
    lab.assess(lab.image())
    assert published(lab, "inspector.json") == []
    assert "no findings" in published(lab, "report.json")["facts"]["inspector"][0]


def test_a_report_is_published_whatever_becomes_of_the_question(lab):
    lab.fail("ec2", "GetImageFindings", code="UnauthorizedOperation", status=403, times=100)
    ami = lab.image()
    lab.assess(ami)
    assert lab.status(ami) == "assessed"
    assert not [key for key in lab.published("reports/") if key.endswith("inspector.json")]
    assert "UnauthorizedOperation" in published(lab, "report.json")["facts"]["inspector"][0]


def test_nobody_asks_unless_told_to(deploy):
    lab = deploy()
    lab.assess(lab.image())
    assert lab.calls("ec2", "GetImageFindings") == []
    assert "inspector" not in published(lab, "report.json")["facts"]
