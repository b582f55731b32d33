"""The ledger's template itself: linted, audited, and what a reader relies on."""

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


def decoded(path):
    return json.loads(json.dumps(cfnlint.decode.decode(str(path))[0]))


@pytest.fixture(scope="module")
def template():
    return decoded(LEDGER_TEMPLATE)


@pytest.fixture(scope="module")
def resources(template):
    return template["Resources"]


def of_type(resources, kind):
    return {name: one for name, one in resources.items() if one["Type"] == kind}


def properties(resources, name):
    return resources[name]["Properties"]


def test_cfn_lint_has_nothing_to_say():
    tool = pathlib.Path(sys.executable).parent / "cfn-lint"
    regions = ["us-east-1", "eu-west-1", "eu-central-1"]
    done = subprocess.run([tool, "--regions", *regions, "--", LEDGER_TEMPLATE], stdout=subprocess.PIPE, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_checkov_finds_nothing_that_is_not_explained(resources):
    tool = TOOLS / "checkov" / "bin" / "checkov"
    asked = ["--skip-download", "--framework", "cloudformation", "-o", "json", "-f", LEDGER_TEMPLATE]
    done = subprocess.run([tool, *asked], stdout=subprocess.PIPE, text=True)
    results = json.loads(done.stdout)["results"]
    assert [(one["check_id"], one["resource"]) for one in results["failed_checks"]] == []
    explained = {
        (skip["id"], f"{resource['Type']}.{name}")
        for name, resource in resources.items()
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
        if len(skip["comment"]) > 20
    }
    # Equal, so no skip is without a reason and none is left over.
    assert {(one["check_id"], one["resource"]) for one in results["skipped_checks"]} == explained


def test_it_is_plain_and_small_enough_to_be_handed_over_as_it_is(template):
    assert "Transform" not in template
    # CloudFormation takes 51,200 bytes without a bucket in between.
    assert LEDGER_TEMPLATE.stat().st_size < 51_200


def test_every_parameter_is_described_and_grouped(template):
    parameters = template["Parameters"]
    assert all(len(one["Description"]) > 20 for one in parameters.values())
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(parameters)


@pytest.mark.parametrize(
    "parameter, value, fits",
    [
        ("SlackTokenParameter", "/hardtarget/slack-token", True),
        ("SlackTokenParameter", "/aws/reference/secretsmanager/slack", True),
        ("SlackTokenParameter", "", True),
        # It stands in a policy: no wildcards. And nobody shall put the token itself there.
        ("SlackTokenParameter", "/hardtarget/*", False),
        ("SlackTokenParameter", "xoxb-1-2-x", False),
        ("GoldenParameter", "/golden/*", False),
        ("GoldenParameter", "golden", False),
        ("GoldenParameter", "/golden/list", True),
        ("SlackTokenKeyArn", "arn:aws:kms:eu-west-1:123456789012:key/*", False),
        ("SlackTokenKeyArn", "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555", True),
        ("LaunchQueueArn", "arn:aws:sqs:*:*:hardtarget.fifo", False),
        ("LaunchQueueArn", "arn:aws:sqs:eu-west-1:123456789012:hardtarget.fifo", True),
        ("ReportBucket", "bucket*", False),
        ("ComplianceTypes", "Custom:Inspec,Patch,Association", True),
        ("ComplianceTypes", "Custom:Inspec, Patch", False),
        # Of a list CloudFormation asks each.
        ("ComplianceDocuments", "AWS-RunInspecChecks", True),
        ("ComplianceDocuments", "arn:aws:ssm:eu-west-1:123456789012:document/ours", True),
        ("ComplianceDocuments", "", True),
        ("ComplianceDocuments", "AWS-*", False),
        ("ComplianceTypes", "", True),
        ("MonthlySchedule", "cron(0 7 1 * ? *)", True),
        ("MonthlySchedule", "cron(0 7 ? * MON#1 *)", True),
        ("MonthlySchedule", "", True),
        ("MonthlySchedule", "monthly", False),
        ("GoldenSchedule", "", False),
        ("GoldenSchedule", "rate(12 hours)", True),
        ("SlackChannel", "C0123456789", True),
        ("SlackChannel", "", True),
        ("SlackChannel", "#alerts", False),
        # Slack shares no files there.
        ("SlackChannel", "U0123456789", False),
        ("SlackChannel", "C0123456", False),
        ("GoldenAmiParameters", "/golden/*", True),
        ("GoldenAmiParameters", "/golden-web", True),
        ("GoldenAmiParameters", "", True),
        # All that there are, the token of Slack among them.
        ("GoldenAmiParameters", "/*", False),
        ("GoldenAmiParameters", "*", False),
        ("GoldenAmiParameters", "golden-web", False),
    ],
)
def test_a_parameter_takes_what_it_is_meant_for(template, parameter, value, fits):
    assert (re.fullmatch(template["Parameters"][parameter]["AllowedPattern"], value) is not None) is fits


def test_slack_takes_a_channel_and_a_token_or_neither(template):
    """CloudFormation itself refuses the one without the other, before anything is made."""
    empty = {name: {"Fn::Equals": [{"Ref": name}, ""]} for name in ("SlackChannel", "SlackTokenParameter")}
    needs = {
        json.dumps([rule["RuleCondition"], one["Assert"]])
        for rule in template["Rules"].values()
        for one in rule["Assertions"]
    }
    channel, token = empty["SlackChannel"], empty["SlackTokenParameter"]
    both_or_neither = [[{"Fn::Not": [channel]}, {"Fn::Not": [token]}], [channel, token]]
    assert needs == {json.dumps(one) for one in both_or_neither}


def test_the_functions_read_the_variables_that_they_are_given(resources):
    source = (ROOT / "glue" / "ledger" / "src" / "config.rs").read_text().partition("#[cfg(test)]")[0]
    read = set(re.findall(r'"(HARDTARGET_\w+)"', source))
    given = set()
    for one in of_type(resources, "AWS::Lambda::Function").values():
        given |= set(one["Properties"]["Environment"]["Variables"])
    # Slack is where it is; tests alone play it elsewhere.
    assert read - given == {"HARDTARGET_SLACK_URL"} and given <= read


def test_no_function_is_given_a_secret(resources):
    """The token is named, and read when it is needed."""
    for one in of_type(resources, "AWS::Lambda::Function").values():
        for name, value in one["Properties"]["Environment"]["Variables"].items():
            assert "resolve:" not in json.dumps(value), name


def test_the_table_outlives_the_stack_forgets_by_itself_and_can_be_set_back(resources):
    # A first deployment that fails leaves none behind, however often.
    kept = {name for name, one in resources.items() if one.get("DeletionPolicy") == "RetainExceptOnCreate"}
    assert "Retain" not in {one.get("DeletionPolicy") for one in resources.values()}
    tables = of_type(resources, "AWS::DynamoDB::Table")
    assert kept == set(tables) == {"Entries"}
    for table in tables.values():
        assert table["UpdateReplacePolicy"] == "Retain"
        given = table["Properties"]
        assert given["BillingMode"] == "PAY_PER_REQUEST"
        assert given["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
        assert given["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        # A name of its own would stand in the way of the next deployment, since the table stays.
        assert "TableName" not in given


@pytest.mark.parametrize("name", ["Ledger", "Tell"])
def test_a_message_is_not_seen_twice_while_it_is_worked_on_and_is_tried_for_hours(resources, name):
    queue, function = properties(resources, f"{name}Queue"), properties(resources, f"{name}Function")
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    hours = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"] / 3600
    assert 2 <= hours <= 24
    assert (
        queue["MessageRetentionPeriod"] == properties(resources, f"{name}Dead")["MessageRetentionPeriod"] == 14 * 86_400
    )
    mapping = properties(resources, f"QueueTo{name}")
    assert mapping["BatchSize"] == 1 and mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_what_rules_cannot_deliver_is_laid_aside_beside_what_failed(resources):
    for name, rule in of_type(resources, "AWS::Events::Rule").items():
        [target] = rule["Properties"]["Targets"]
        assert target["RetryPolicy"], name
        [to, _] = target["Arn"]["Fn::GetAtt"]
        if to == "GoldenFunction":
            # Its next turn does all of it again.
            assert "DeadLetterConfig" not in target
            continue
        dead = {"LedgerQueue": "LedgerDead", "TellQueue": "TellDead"}[to]
        assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": [dead, "Arn"]}


def test_every_queue_and_its_dead_letters_take_from_our_rules_only(resources):
    said = {}
    for policy in of_type(resources, "AWS::SQS::QueuePolicy").values():
        given = policy["Properties"]
        arns = [{"Fn::GetAtt": [one["Ref"], "Arn"]} for one in given["Queues"]]
        for statement in given["PolicyDocument"]["Statement"]:
            assert statement["Resource"] == arns
        sources = given["PolicyDocument"]["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"]
        named = re.findall(r'"Fn::GetAtt": \["(\w+)"', json.dumps(sources))
        said |= {one["Ref"]: set(named) for one in given["Queues"]}
    assert set(said) == set(of_type(resources, "AWS::SQS::Queue"))
    for name, rule in of_type(resources, "AWS::Events::Rule").items():
        [to, _] = rule["Properties"]["Targets"][0]["Arn"]["Fn::GetAtt"]
        if to != "GoldenFunction":
            assert name in said[to]
    assert set.union(*said.values()) == set(of_type(resources, "AWS::Events::Rule")) - {"GoldenRule"}


def test_what_the_golden_list_needs_is_there_with_it_only(template, resources):
    golden = {"WithGolden", "WithGoldenAmis"}
    with_it = {name for name, one in resources.items() if one.get("Condition") in golden}
    assert template["Conditions"]["WithGoldenAmis"]["Fn::And"][0] == {"Condition": "WithGolden"}
    assert with_it == {name for name in resources if name.startswith("Golden")}
    assert {name for name, one in resources.items() if one.get("Condition") == "WithCompliance"} == {
        "ComplianceRule",
        "CompliancePolicy",
        "TerminatedRule",
    }
    assert {name for name, one in resources.items() if one.get("Condition") == "WithSecurityHub"} == {
        "SecurityHubPolicy",
        "StillOpenRule",
    }


def test_every_alarm_tells_those_whom_the_base_stack_tells(resources):
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    assert set(alarms) == {"LedgerDeadAlarm", "TellDeadAlarm", "GoldenAlarm"}
    assert all(one["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopicArn"}] for one in alarms.values())


def test_the_base_stack_gives_what_the_ledger_stands_on(template):
    outputs = decoded(TEMPLATE)["Outputs"]
    for name in ("LaunchQueueUrl", "AlarmTopicArn", "ReportBucket"):
        [said] = re.findall(r"output (\w+)", template["Parameters"][name]["Description"])
        assert said in outputs


# What deploying needs.


def test_the_deployers_policy_covers_every_type_of_the_template(template):
    policy, needed = deployer.policy(), deployer.asked_for(template)
    assert len(needed) > 60
    assert {(name, one) for name, one in needed if not deployer.allowed(policy, one)} == set()
    # What a managed policy may have.
    assert len(re.sub(r"\s", "", json.dumps(policy))) <= 6_144


def test_the_deployers_policy_is_no_more_than_that():
    account, policy = "arn:aws:{}:eu-west-1:123456789012:{}", deployer.policy()
    with policies.Evaluator() as evaluator:
        for action, resource, answer in [
            ("dynamodb:CreateTable", account.format("dynamodb", "table/hardtarget-ledger-Entries-X"), True),
            ("dynamodb:DeleteTable", account.format("dynamodb", "table/orders"), False),
            ("dynamodb:GetItem", account.format("dynamodb", "table/hardtarget-ledger-Entries-X"), False),
            ("lambda:CreateFunction", account.format("lambda", "function:hardtarget-ledger-golden"), True),
            ("sqs:CreateQueue", account.format("sqs", "hardtarget-ledger-tell-dead"), True),
            ("cloudformation:DeleteStack", account.format("cloudformation", "stack/hardtarget-ledger/1"), True),
            ("ssm:GetParameter", account.format("ssm", "parameter/hardtarget/slack-token"), False),
        ]:
            assert evaluator.allows(action, resource, [policy], {}) is answer, (action, resource)
