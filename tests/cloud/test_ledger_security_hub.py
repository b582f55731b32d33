"""Changes as findings of Security Hub: each is as the service's own model and its documented limits want it, and is
archived when the fault is fixed."""

import json
import re
from datetime import datetime

import botocore.session
import pytest
from botocore.validate import ParamValidator

from lab import ACCOUNT, REGION, news, reports
from lab.security_hub import findings

KEY = "changes/2026/11/5a7c2f0e9d3b.json"
IMPORT = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings")
PRODUCT = f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default"
# From the API Reference (AwsSecurityFinding, Recommendation, Resource), in characters.
LONGEST = {
    ("Id",): 512,
    ("GeneratorId",): 512,
    ("ProductArn",): 2048,
    ("Title",): 256,
    ("Description",): 1024,
    ("Remediation", "Recommendation", "Text"): 512,
    ("Severity", "Original"): 64,
    ("AwsAccountId",): 12,
}
WORST = news.told(1, "critical", title="Root may log in with a password")


@pytest.fixture
def hub(deploy_ledger):
    """The ledger with Security Hub; settled once changes were put."""

    def make(*changes, **settings):
        ledger = deploy_ledger(HARDTARGET_SECURITY_HUB="true", **settings)
        for number, change in enumerate(changes):
            ledger.put(f"changes/2026/11/{number}.json", change)
            ledger.settle()
        return ledger

    return make


def check(sent):
    """A finding against the service's model, with what botocore does not look at: patterns, enumerations, lengths."""
    report = ParamValidator().validate({"Findings": [sent]}, IMPORT.input_shape)
    assert not report.has_errors(), report.generate_report()
    walk(sent, IMPORT.input_shape.members["Findings"].member, ())
    assert len(json.dumps(sent)) < 240 * 1024 / 10
    assert sent["SchemaVersion"] == "2018-10-08" and sent["ProductArn"] == PRODUCT
    assert len(sent["Resources"]) == 1 and len(sent["ProductFields"]) <= 50
    for fields in (sent["ProductFields"], sent["Resources"][0]["Details"]["Other"]):
        assert all(len(name) <= 128 and 0 < len(value) <= 1024 for name, value in fields.items())
    for name in ("CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt"):
        assert datetime.fromisoformat(sent[name].replace("Z", "+00:00")).tzinfo


def walk(value, shape, path):
    if shape.type_name == "structure":
        for name, one in value.items():
            assert name in shape.members, f"{path} has no {name}"
            walk(one, shape.members[name], (*path, name))
    elif shape.type_name == "list":
        for one in value:
            walk(one, shape.member, path)
    elif shape.type_name == "map":
        for one in value.values():
            walk(one, shape.value, path)
    elif shape.type_name == "string":
        if shape.enum:
            assert value in shape.enum, f"{path}: {value}"
        pattern = shape.metadata.get("pattern")
        assert not pattern or re.search(pattern, value), f"{path}: {value!r}"
        assert 0 < len(value.encode()) <= LONGEST.get(path, 2048), f"{path}: {len(value)}"


def test_new_ones_are_active_and_fixed_ones_archived(hub):
    hub(
        news.change(new=[WORST, news.vulnerability(31337)], fixed=[news.told(3, "low")], id="0"),
        news.change(fixed=[WORST], id="1", at="2026-11-22T06:15:01Z", ami="ami-0ffffffffffffffff"),
        news.change(returned=[news.told(3, "low")], id="2", at="2026-11-23T06:15:01Z"),
    )
    held = findings()
    assert {title: one["RecordState"] for title, one in held.items()} == {
        WORST["title"]: "ARCHIVED",
        "CVE-2026-31337 in libssl3 3.0.17-1": "ACTIVE",
        "Finding number 3": "ACTIVE",
    }
    assert held[WORST["title"]]["UpdatedAt"] == "2026-11-22T06:15:01.000Z"
    assert held["Finding number 3"]["Workflow"] == {"Status": "NEW"}
    for one in held.values():
        check(one)


def test_what_is_waived_is_archived_until_it_returns(hub):
    ledger = hub(news.change(new=[WORST], id="0"), news.change(waived=[WORST], id="1", at="2026-11-22T06:15:01Z"))
    assert findings()[WORST["title"]]["RecordState"] == "ARCHIVED"
    ledger.put(KEY, news.change(returned=[WORST], at="2026-11-23T06:15:01Z"))
    ledger.settle()
    assert findings()[WORST["title"]]["RecordState"] == "ACTIVE"


LYNIS = reports.finding(1, engine="lynis", id="SSH-7408", subject="PermitRootLogin", title="Lynis's")
OURS = reports.finding(2, id="HT-SSH-001", title="Ours")
BOTH = {**OURS, "same_as": ["SSH-7408"], "evidence": ["SSH-7408 says: PermitRootLogin"]}


def test_what_became_part_of_another_engines_finding_is_archived_though_nobody_is_told(hub, slack):
    """The fault is there all the time, and active under one name at a time."""
    ledger = hub(slack_url=slack.url)
    active, said = [], []
    for number, findings_then in enumerate([[LYNIS], [BOTH], [BOTH], [LYNIS]]):
        report = reports.with_findings(reports.load("typical"), findings_then)
        ledger.put_report("web", f"ami-0c1f3a9b27d5e884{number}", f"2026-11-2{number}T06:15:01Z", report)
        ledger.settle()
        active.append([title for title, one in findings().items() if one["RecordState"] == "ACTIVE"])
        said.append(len(slack.messages))
        for one in findings().values():
            check(one)
    assert active == [["Lynis's"], ["Ours"], ["Ours"], ["Lynis's"]]
    # Nobody is told when one takes the other's place.
    assert said[:3] == [1, 1, 1]
    assert [one["new"] for one in ledger.changes()[1:]] == [[], [], []]
    assert ledger.errors() == []


def test_what_is_snoozed_before_it_is_told_is_imported_when_it_speaks_up(hub):
    ledger = hub(news.change(snoozed=3))
    assert ledger.calls("securityhub") == []
    ledger.put(KEY, news.change(returned=[WORST], source="snooze", at="2026-11-23T06:15:01Z"))
    ledger.settle()
    assert findings()[WORST["title"]]["Workflow"] == {"Status": "NEW"}


def test_a_finding_says_what_is_wrong_where_and_how_badly(hub):
    ledger = hub(news.change(new=[WORST, news.vulnerability(31337), news.told(2, "info")]))
    one = findings()[WORST["title"]]
    assert one["Severity"] == {"Label": "CRITICAL", "Original": "critical"}
    assert one["FindingProviderFields"]["Severity"] == one["Severity"]
    assert one["Types"] == ["Software and Configuration Checks/Industry and Regulatory Standards"]
    assert one["AwsAccountId"] == ACCOUNT and one["GeneratorId"] == "hardtarget/native/LAB-000001"
    [resource] = one["Resources"]
    assert resource["Id"] == f"arn:aws:ec2:{REGION}::image/ami-0c1f3a9b27d5e8846"
    assert (resource["Type"], resource["Partition"], resource["Region"]) == ("Other", "aws", REGION)
    assert resource["Details"]["Other"]["ImageName"] == "web-2026-11-21"
    page = f"s3://{ledger.stack.bucket}/{news.REPORT.replace('.json', '.html')}"
    assert one["Remediation"]["Recommendation"]["Text"].endswith(page)
    vulnerable = findings()["CVE-2026-31337 in libssl3 3.0.17-1"]
    assert vulnerable["Types"] == ["Software and Configuration Checks/Vulnerabilities/CVE"]
    assert vulnerable["Vulnerabilities"] == [{"Id": "CVE-2026-31337", "VulnerablePackages": [{"Name": "libssl3"}]}]
    assert findings()["Finding number 2"]["Severity"]["Label"] == "INFORMATIONAL"


def test_an_instance_is_one_to_security_hub(hub):
    of_instance = {"source": "ssm", "ami": None, "ami_name": None, "report": None, "score": None}
    hub(news.change(new=[WORST], target="instance:i-0123456789abcdef0", **of_instance))
    [one] = findings().values()
    check(one)
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0123456789abcdef0"
    assert (one["Resources"][0]["Type"], one["Resources"][0]["Id"]) == ("AwsEc2Instance", arn)


def test_text_from_outside_fits_whatever_it_is(hub):
    empty = news.told(1, title="", subject="", id=" ", engine="")
    long = news.told(2, title="é" * 5000, subject="x" * 5000, id="\u202e" * 5000)
    hub(news.change(new=[empty, long, news.vulnerability(1, package="")], target="family:" + "ü" * 700))
    assert len(findings()) == 3
    for one in findings().values():
        check(one)


def test_as_many_as_there_are_a_hundred_at_a_time(hub):
    many = [news.told(number) for number in range(250)]
    ledger = hub(news.change(new=many))
    assert len(findings()) == 250
    assert len(ledger.calls("securityhub", by="tell")) == 3
    assert len({one["Id"] for one in findings().values()}) == 250


def test_nothing_new_and_other_news_are_none_of_its_business(hub):
    ledger = hub(news.change(), news.golden([]))
    assert ledger.calls("securityhub") == [] and len(ledger.published()) == 2


def test_what_it_refuses_is_told_of_and_sent_again(hub):
    ledger = hub()
    failed = [{"Id": id, "ErrorCode": "InvalidInput", "ErrorMessage": f"{id} is wrong"} for id in ("one", "two")]
    answer = {"FailedCount": 2, "SuccessCount": 1, "FailedFindings": failed}
    then = lambda _: (200, {"Content-Type": "application/json"}, json.dumps(answer).encode())  # noqa: E731
    ledger.fail("securityhub", "*", effect="answer", then=then, times=1000)
    ledger.put(KEY, news.change(new=[WORST, news.told(2), news.told(3)]))
    ledger.settle(rounds=2)
    assert all(
        "2 of 3 findings were refused, the first is one: InvalidInput: one is wrong" in line["error"]
        for line in ledger.errors()
    )
    assert ledger.errors() and len(ledger.published()) == 1 and findings() == {}
    ledger.heal()
    ledger.settle()
    assert len(findings()) == 3 and len(ledger.published()) == 1
    assert {"sns", "security_hub"} <= set(ledger.told()["5a7c2f0e9d3b"])


def test_where_it_is_not_enabled_the_others_are_told_all_the_same(hub, slack):
    ledger = hub(slack_url=slack.url)
    why = {"code": "InvalidAccessException", "status": 401, "message": "Account is not subscribed to AWS Security Hub"}
    ledger.fail("securityhub", "*", times=1000, **why)
    ledger.put(KEY, news.change(new=[WORST]))
    ledger.settle(rounds=2)
    assert len(slack.messages) == 1 and len(ledger.published()) == 1
    assert all("not subscribed to AWS Security Hub" in line["error"] for line in ledger.errors())
    assert ledger.errors() and ledger.queues["tell"].bodies()
