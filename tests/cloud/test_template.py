"""The template itself: linted, audited, and what a reader relies on."""

import json
import pathlib
import re
import subprocess
import sys

import cfnlint.decode
import deployer
import policies
import pytest
from deployment import LEDGER_TEMPLATE, ROOT, TEMPLATE, TOOLS


@pytest.fixture(scope="module")
def template():
    return json.loads(json.dumps(cfnlint.decode.decode(str(TEMPLATE))[0]))


def test_cfn_lint_has_nothing_to_say():
    done = subprocess.run(
        [
            pathlib.Path(sys.executable).parent / "cfn-lint",
            "--regions",
            "us-east-1",
            "eu-west-1",
            "eu-central-1",
            "--",
            TEMPLATE,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_checkov_finds_nothing_that_is_not_explained(template):
    done = subprocess.run(
        [
            TOOLS / "checkov" / "bin" / "checkov",
            "--skip-download",
            "--framework",
            "cloudformation",
            "-o",
            "json",
            "-f",
            TEMPLATE,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    results = json.loads(done.stdout)["results"]
    assert [(one["check_id"], one["resource"]) for one in results["failed_checks"]] == []
    explained = {
        (skip["id"], f"{resource['Type']}.{name}")
        for name, resource in template["Resources"].items()
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
        if len(skip["comment"]) > 20
    }
    # Equal, so no skip is without a reason and none is left over.
    assert {(one["check_id"], one["resource"]) for one in results["skipped_checks"]} == explained


def test_it_is_plain_and_small_enough_to_be_handed_over_as_it_is(template):
    assert "Transform" not in template
    # CloudFormation takes 51,200 bytes without a bucket in between.
    assert TEMPLATE.stat().st_size < 51_200


def test_every_parameter_is_described_and_grouped(template):
    parameters = template["Parameters"]
    assert all(len(one["Description"]) > 20 for one in parameters.values())
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(parameters)


@pytest.mark.parametrize(
    "prefix, fits",
    [
        ("hardtarget:", True),
        ("score/", True),
        ("hard*", False),
        ("a?", False),
        ("", False),
        ("aws:x", False),
        ("AWS:", False),
    ],
)
def test_a_tag_prefix_cannot_widen_the_policy_that_it_stands_in(template, prefix, fits):
    pattern = template["Parameters"]["TagPrefix"]["AllowedPattern"]
    assert (re.fullmatch(pattern, prefix) is not None) is fits


def properties(template, name):
    return template["Resources"][name]["Properties"]


def test_the_function_reads_the_variables_that_it_is_given(template):
    source = (ROOT / "glue" / "src" / "config.rs").read_text()
    read = set(re.findall(r'"(HARDTARGET_\w+)"', source))
    # Of what there is for each architecture only the first part is written out.
    read |= {f"HARDTARGET_INSTANCE_TYPES_{arch}" for arch in ("X86_64", "ARM64")}
    read |= {f"HARDTARGET_AGENT_{what}_{arch}" for what in ("KEY", "SHA256") for arch in ("X86_64", "AARCH64")}
    assert read == set(properties(template, "Function")["Environment"]["Variables"])
    source = (ROOT / "packaging" / "advisories" / "src" / "refresh" / "config.rs").read_text()
    read = set(re.findall(r'"(HARDTARGET_\w+)"', source))
    assert read == set(properties(template, "RefreshFunction")["Environment"]["Variables"])


@pytest.mark.parametrize(
    "feeds, fits",
    [
        ("", True),
        ("https://x.example/all.zip", True),
        ("https://x.example/Red%20Hat/all.zip,suse:15.6=https://x.example/u.xml.gz", True),
        ("http://x.example/all.zip", False),
        ("https://x.example/all.zip,", False),
        ("https://x.example/a b.zip", False),
        ("all.zip", False),
    ],
)
def test_feeds_are_named_by_https_addresses(template, feeds, fits):
    pattern = template["Parameters"]["AdvisoryFeeds"]["AllowedPattern"]
    assert (re.fullmatch(pattern, feeds) is not None) is fits


def test_the_reports_outlive_the_stack(template):
    # A first deployment that fails leaves none behind, however often.
    kept = {name for name, one in template["Resources"].items() if one.get("DeletionPolicy") == "RetainExceptOnCreate"}
    assert "Retain" not in {one.get("DeletionPolicy") for one in template["Resources"].values()}
    assert kept == {"ReportBucket", "ReportBucketPolicy"}
    rules = {rule["Id"]: rule for rule in properties(template, "ReportBucket")["LifecycleConfiguration"]["Rules"]}
    assert rules["scans"]["Prefix"] == "scans/"
    # launches/since.json has to stay: it says from when on AMIs are looked for.
    assert not "launches/since.json".startswith(rules["launches"]["Prefix"])
    assert "launches/i-0123456789abcdef0.json".startswith(rules["launches"]["Prefix"])


def test_what_the_ledger_has_to_tell_outlives_every_message_that_names_it(template):
    rules = {rule["Id"]: rule for rule in properties(template, "ReportBucket")["LifecycleConfiguration"]["Rules"]}
    assert (rules["changes"]["Prefix"], rules["changes"]["Status"]) == ("changes/", "Enabled")
    queues = cfnlint.decode.decode(str(LEDGER_TEMPLATE))[0]["Resources"]
    days = [queues[name]["Properties"]["MessageRetentionPeriod"] / 86_400 for name in ("TellQueue", "TellDead")]
    # Laid aside on its last day, it may be sent back on the last day there, and wait as long again.
    assert rules["changes"]["ExpirationInDays"] > 2 * sum(days)
    # The months' lists are a record.
    assert not [rule for rule in rules.values() if "monthly/".startswith(rule.get("Prefix", "x"))]


def test_a_full_house_waits_and_is_not_given_up(template):
    queue, function = properties(template, "Queue"), properties(template, "Function")
    mapping, parameters = properties(template, "QueueToFunction"), template["Parameters"]
    wait = queue["VisibilityTimeout"]
    assert wait >= 6 * function["Timeout"]
    # The worst that is nobody's fault: one scan at a time, each ended by the reaper, and a whole batch waits.
    reaper = 10
    worst = mapping["BatchSize"] * (parameters["DeadlineMinutes"]["MaxValue"] + reaper) * 60
    assert queue["RedrivePolicy"]["maxReceiveCount"] * wait > 2 * worst
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600 > queue["RedrivePolicy"]["maxReceiveCount"] * wait
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_target_and_the_function_lay_aside_what_fails_in_a_standard_queue(template):
    targets = [
        target
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule"
        for target in resource["Properties"]["Targets"]
    ]
    assert len(targets) == 5
    aside = {"Fn::GetAtt": ["DeadEvents", "Arn"]}
    assert all(target["DeadLetterConfig"]["Arn"] == aside and target["RetryPolicy"] for target in targets)
    assert properties(template, "FunctionRetries")["DestinationConfig"]["OnFailure"]["Destination"] == aside
    assert "FifoQueue" not in properties(template, "DeadEvents")


def test_nothing_goes_in_and_only_https_goes_out(template):
    group = properties(template, "InstanceSecurityGroup")
    assert "SecurityGroupIngress" not in group
    assert [(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupEgress"]] == [
        ("tcp", 443, 443)
    ]
    forbidden = (
        "InternetGateway",
        "NatGateway",
        "VPCPeering",
        "VPCGatewayAttachment",
        "AWS::EC2::Route",
        "AWS::EC2::EIP",
    )
    types = {one["Type"] for one in template["Resources"].values()}
    assert not [name for name in types for word in forbidden if name == word or name.endswith("::" + word)]


def test_every_alarm_tells_somebody(template):
    alarms = {
        name: one["Properties"]
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert set(alarms) == {"DeadLettersAlarm", "DeadEventsAlarm", "ErrorsAlarm", "SilenceAlarm", "LeakedAlarm", "RefreshAlarm", "WaiversAlarm"}
    assert all(alarm["AlarmActions"] == [{"Ref": "Topic"}] for alarm in alarms.values())
    for alarm, metric in (("LeakedAlarm", "Leaked"), ("WaiversAlarm", "WaiversUnusable")):
        assert (alarms[alarm]["Namespace"], alarms[alarm]["MetricName"]) == ("HardTarget", metric)


# What deploying needs.


@pytest.fixture(scope="module")
def policy():
    return deployer.policy()


def test_the_deployers_policy_covers_every_type_of_the_template_and_the_scripts(template, policy):
    needed = deployer.asked_for(template)
    assert len(needed) > 100
    assert {(name, one) for name, one in needed if not deployer.allowed(policy, one)} == set()
    assert [one for one in deployer.SCRIPTS if not deployer.allowed(policy, one)] == []


def test_the_deployers_policy_is_no_more_than_that(policy):
    account = "arn:aws:{}:eu-west-1:123456789012:{}"
    with policies.Evaluator() as evaluator:
        for action, resource, context, answer in [
            ("iam:CreateRole", "arn:aws:iam::123456789012:role/hardtarget-GlueRole-X", {}, True),
            ("iam:CreateRole", "arn:aws:iam::123456789012:role/admin", {}, False),
            ("lambda:CreateFunction", account.format("lambda", "function:hardtarget"), {}, True),
            ("lambda:UpdateFunctionCode", account.format("lambda", "function:another"), {}, False),
            ("s3:DeleteObjectVersion", "arn:aws:s3:::hardtarget-reportbucket-x/scans/x", {}, True),
            ("s3:DeleteObject", "arn:aws:s3:::another/x", {}, False),
            ("sqs:CreateQueue", account.format("sqs", "hardtarget-dead.fifo"), {}, True),
            ("events:PutRule", account.format("events", "rule/hardtarget-AmiRule-X"), {}, True),
            ("cloudformation:DeleteStack", account.format("cloudformation", "stack/another/1"), {}, False),
            ("ec2:TerminateInstances", account.format("ec2", "instance/i-1"), {}, False),
            (
                "ec2:TerminateInstances",
                account.format("ec2", "instance/i-1"),
                {"aws:ResourceTag/hardtarget:managed": "hardtarget"},
                True,
            ),
        ]:
            assert evaluator.allows(action, resource, [policy], context) is answer, (action, resource)
