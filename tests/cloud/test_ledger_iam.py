"""IAM as deployed: each of the ledger's functions may make the calls that it makes, on what it makes them on, and
nothing else.

The template is created in moto, whatever the functions do is done, and every call that they really made is put to
a real evaluator with the policies of the function's own role (moto itself ignores conditions). The last tests
break the policies on purpose: an evaluator that could not fail would prove nothing.
"""

import copy
import json
from datetime import UTC, datetime

import policies
import pytest
from deployment import ACCOUNT, REGION

from lab import LedgerLab, Slack, events, inspec, ledger_stack
from lab.ledger import ago

ROLES = {"ledger": "LedgerRole", "tell": "TellRole", "golden": "GoldenRole"}
AMI = "ami-0c1f3a9b27d5e8846"
INSTANCE = "i-0123456789abcdef0"
REPORT = f"reports/web/{AMI}/20261121T061501Z/report.json"
SECRET = "/aws/reference/secretsmanager/slack"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
PRODUCT = f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda"
# What IAM calls it, where that is not the name of the call.
PERMISSIONS = {"HeadObject": "GetObject", "ListObjectsV2": "ListBucket", "SendMessageBatch": "SendMessage"}


@pytest.fixture(scope="module")
def evaluator():
    with policies.Evaluator() as evaluator:
        yield evaluator


class Deployed:
    """The template's roles, and the names in their policies."""

    def __init__(self, ledger):
        resources = ledger.stack.resources
        self.roles = {
            name: policies.of_role(ledger.aws, resources[role]["PhysicalResourceId"])
            for name, role in ROLES.items()
            if role in resources
        }
        table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"
        self.names = {
            "bucket": f"arn:aws:s3:::{ledger.stack.bucket}",
            "entries": table + ledger.stack.ledger_table,
            "topic": ledger.stack.topic_arn,
            "launches": ledger_stack.arn(ledger.aws.client("sqs"), ledger.stack.launch_queue_url),
            "sqs": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{ledger_stack.STACK}",
            "parameter": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter",
            "logs": f"{LOGS}/{ledger_stack.STACK}",
        }


@pytest.fixture(scope="module")
def seen(aws, ledger_function):
    """The template with everything on, after a day with everything in it: (what is deployed, calls by function)."""
    slack = Slack()
    ledger = LedgerLab(
        ledger_function, aws, deployed=with_everything, slack_url=slack.url, HARDTARGET_TELL_NOTHING_NEW="true"
    )
    try:
        everything_happens(ledger)
        # The first run of the golden list had an empty list, which is told.
        assert [one for one in ledger.errors() if isinstance(one, str) or one["message"] != "the golden list"] == []
        assert slack.messages and ledger.published()
        yield Deployed(ledger), {name: ledger.calls(by=name) for name in ROLES}
    finally:
        ledger.close()
        slack.close()


def with_everything(aws, **given):
    return ledger_stack.from_template(aws, SecurityHub="true", GoldenAmiParameters="/golden/*", **given)


def everything_happens(ledger):
    """Reports, what becomes of AMIs, InSpec, State Manager, the month, a snooze, and a run of the golden list."""
    ledger.put_report("web", AMI, ago(days=9), "typical", image={"created": ago(days=9)})
    ledger.put_report("web", "ami-0d9e8f7a6b5c4d3e2", ago(days=2), "spotless", image={"created": ago(days=2)})
    # Late: something newer is known.
    ledger.put_report("web", AMI, ago(days=5), "partial")
    inspec.put(ledger, "web-1", ago(days=1), inspec.control("sshd"))
    ledger.compliance.items |= {one: [ledger.compliance.item("sshd", "HIGH")] for one in (INSTANCE, "i-12345678")}
    ledger.association_ran(INSTANCE)
    ledger.settle()
    ledger.bus.put(events.association([INSTANCE]))
    # An association that does not say whose it is.
    everybody = events.association([])
    everybody["detail"]["targets"] = json.dumps([{"key": "tag:team", "values": ["web"]}])
    ledger.bus.put(everybody)
    ledger.settle()
    ledger.terminated(INSTANCE)
    for name in ("monthly", "wake", "still-open"):
        ledger.fire(name)
    ledger.settle()
    # One run that is over at once, and one that is answered.
    ledger.fire("golden")
    ledger.settle()
    ledger.aws.client("ssm").put_parameter(Name="/golden/web", Type="String", Value=AMI)
    ledger.put_golden(["resolve:ssm:/golden/web"])
    ledger.fire("golden")
    ledger.settle()
    ledger.fire("golden-check")
    ledger.settle()
    now = datetime.now(UTC)
    key = ledger.put_report("web", AMI, now)
    ledger.put_image("web", AMI, report=key, since=now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    ledger.settle()


def asked(call):
    """A call as IAM judges it: `(action, resource, context)`."""
    given = call.params
    action = f"{call.service}:{PERMISSIONS.get(call.action, call.action)}"
    match call.service:
        case "dynamodb":
            keys = {
                "PutItem": lambda: given["Item"]["pk"]["S"],
                "Query": lambda: given["ExpressionAttributeValues"][":pk"]["S"],
                "Scan": lambda: None,
            }
            key = keys.get(call.action, lambda: given["Key"]["pk"]["S"])()
            table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{given['TableName']}"
            return action, table, {"dynamodb:LeadingKeys": [key]} if key else {}
        case "s3":
            bucket, _, key = call.path.lstrip("/").partition("/")
            return action, f"arn:aws:s3:::{bucket}" + ("" if action == "s3:ListBucket" else f"/{key}"), {}
        case "ssm" if "Name" in given:
            owner = "" if given["Name"].startswith("/aws/service/") else ACCOUNT
            return action, f"arn:aws:ssm:{REGION}:{owner}:parameter{given['Name']}", {}
        case "sqs":
            return action, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{given['QueueUrl'].rsplit('/', 1)[1]}", {}
        case "sns":
            return action, given["TopicArn"], {}
        case "securityhub":
            # A REST call: its name is in its path alone.
            assert (call.method, call.path) == ("POST", "/findings/import")
            return "securityhub:BatchImportFindings", PRODUCT, {"securityhub:TargetAccount": ACCOUNT}
        case _:
            return action, "*", {}


def refused(evaluator, role, calls):
    """Of the calls that a function made, those that its role may not make."""
    different = {json.dumps(asked(call), sort_keys=True) for call in calls}
    return [one for one in sorted(different) if not allows(evaluator, role, *json.loads(one))]


def allows(evaluator, role, action, resource, context):
    return evaluator.allows(action, resource, role, context)


@pytest.mark.parametrize("name", ROLES)
def test_a_function_may_make_every_call_that_it_made(seen, evaluator, name):
    deployed, calls = seen
    assert refused(evaluator, deployed.roles[name], calls[name]) == []


def test_the_day_had_everything_in_it(seen):
    """What the tests above judge is what the functions do."""
    _, calls = seen
    made = {name: {asked(call)[0] for call in of_one} for name, of_one in calls.items()}
    assert made["golden"] == {"ssm:GetParameter", "sqs:SendMessage", "s3:PutObject"} | {
        f"dynamodb:{verb}" for verb in ("GetItem", "PutItem", "Query")
    }
    told = {"ssm:GetParameter", "sns:Publish", "securityhub:BatchImportFindings", "s3:GetObject"}
    assert made["tell"] == told | {"dynamodb:GetItem", "dynamodb:PutItem"}
    assert {"ssm:ListComplianceItems", "ssm:ListResourceComplianceSummaries", "s3:PutObject"} < made["ledger"]
    assert {"dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"} < made["ledger"]
    assert "terminated" in {key.rsplit("/", 1)[1].partition("-")[0] for key in told_keys(calls["ledger"])}
    written = {call.key.partition("/")[0] for call in calls["ledger"] if call.action == "PutObject"}
    assert written == {"changes", "monthly", "fleet.json", "fleet.html"}


def told_keys(calls):
    """The keys of what was put under `changes/`."""
    return [call.key for call in calls if call.action == "PutObject" and call.key.startswith("changes/")]


@pytest.mark.parametrize("name", ROLES)
def test_a_function_has_no_right_that_it_never_used(seen, name):
    """But for those that Lambda itself uses on its behalf, and the one that tells missing from forbidden."""
    deployed, calls = seen
    used = {asked(call)[0] for call in calls[name]}
    statements = [one for policy in deployed.roles[name] for one in policy["Statement"]]
    granted = {action for one in statements for action in listed(one["Action"])}
    service = {"ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes"}
    lambdas = {f"sqs:{one}" for one in service} | {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert granted - used - lambdas <= {"s3:ListBucket"}


def listed(value):
    return value if isinstance(value, list) else [value]


# What they may not do.


LEADING = {"family": {"dynamodb:LeadingKeys": ["family:web"]}}
LEADING |= {name: {"dynamodb:LeadingKeys": [name]} for name in ("told", "golden", "snooze")}
TOLD_AND_MORE = {"dynamodb:LeadingKeys": ["told", "family:web"]}

FORBIDDEN = [
    # The ledger tells nobody, launches nothing, and reads nothing that is not trusted yet.
    ("ledger", "sns:Publish", "{topic}", {}),
    ("ledger", "ssm:GetParameter", "{parameter}/hardtarget/slack-token", {}),
    ("ledger", "securityhub:BatchImportFindings", PRODUCT, {"securityhub:TargetAccount": ACCOUNT}),
    ("ledger", "sqs:SendMessage", "{launches}", {}),
    ("ledger", "sqs:SendMessage", "{sqs}-tell", {}),
    ("ledger", "s3:GetObject", "{bucket}/changes/2026/11/x.json", {}),
    ("ledger", "s3:GetObject", "{bucket}/scans/A:i-1/report.json", {}),
    ("ledger", "s3:GetObject", "{bucket}/launches/i-1.json", {}),
    ("ledger", "s3:PutObject", "{bucket}/" + REPORT, {}),
    ("ledger", "s3:PutObject", "{bucket}/inspec/web-1.json", {}),
    ("ledger", "s3:PutObject", "{bucket}/fleet.html.js", {}),
    ("ledger", "s3:GetObject", "{bucket}/fleet.html", {}),
    ("ledger", "s3:DeleteObject", "{bucket}/changes/2026/11/x.json", {}),
    ("ledger", "s3:PutBucketNotification", "{bucket}", {}),
    ("ledger", "dynamodb:DeleteTable", "{entries}", {}),
    ("ledger", "dynamodb:PutItem", "{entries}-2", LEADING["family"]),
    ("ledger", "ssm:PutComplianceItems", f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{INSTANCE}", {}),
    ("ledger", "ssm:SendCommand", f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{INSTANCE}", {}),
    # It is told of instances that end, and asks nobody.
    ("ledger", "ec2:DescribeInstances", "*", {}),
    ("ledger", "dynamodb:DeleteItem", "{entries}", {"dynamodb:LeadingKeys": [f"instance:{INSTANCE}"]}),
    ("ledger", "ec2:CreateTags", f"arn:aws:ec2:{REGION}::image/{AMI}", {}),
    ("ledger", "logs:PutLogEvents", "{logs}-tell:log-stream:x", {}),
    # Who tells cannot change the ledger, and reads what is to be told and nothing else.
    ("tell", "dynamodb:PutItem", "{entries}", LEADING["family"]),
    ("tell", "dynamodb:PutItem", "{entries}", LEADING["golden"]),
    ("tell", "dynamodb:PutItem", "{entries}", TOLD_AND_MORE),
    ("tell", "dynamodb:PutItem", "{entries}", {}),
    ("tell", "dynamodb:GetItem", "{entries}", LEADING["snooze"]),
    ("tell", "dynamodb:Scan", "{entries}", {}),
    ("tell", "dynamodb:DeleteItem", "{entries}", LEADING["told"]),
    ("tell", "s3:GetObject", "{bucket}/" + REPORT, {}),
    ("tell", "s3:GetObject", "{bucket}/scans/A:i-1/report.json", {}),
    ("tell", "s3:PutObject", "{bucket}/changes/2026/11/x.json", {}),
    ("tell", "ssm:GetParameter", "{parameter}/hardtarget/golden", {}),
    ("tell", "ssm:GetParametersByPath", "{parameter}/hardtarget", {}),
    ("tell", "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:slack-AbCdEf", {}),
    ("tell", "sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:another", {}),
    ("tell", "sns:Subscribe", "{topic}", {}),
    ("tell", "securityhub:BatchImportFindings", PRODUCT, {"securityhub:TargetAccount": "999999999999"}),
    ("tell", "securityhub:BatchUpdateFindings", f"arn:aws:securityhub:{REGION}:{ACCOUNT}:hub/default", {}),
    ("tell", "sqs:SendMessage", "{launches}", {}),
    ("tell", "sqs:ReceiveMessage", "{sqs}", {}),
    # The golden list asks for assessments, and knows its own runs.
    ("golden", "s3:GetObject", "{bucket}/scans/A:i-1/report.json", {}),
    ("golden", "s3:GetObject", "{bucket}/" + REPORT, {}),
    ("golden", "s3:PutObject", "{bucket}/changes/2026/11/x.json", {}),
    ("golden", "s3:PutObject", "{bucket}/fleet.html", {}),
    ("golden", "dynamodb:PutItem", "{entries}", LEADING["family"]),
    ("golden", "dynamodb:PutItem", "{entries}", LEADING["told"]),
    ("golden", "dynamodb:Query", "{entries}", {}),
    ("golden", "s3:GetObject", "{bucket}/fleet.json", {}),
    ("golden", "ssm:GetParameter", "{parameter}/hardtarget/slack-token", {}),
    ("golden", "ssm:PutParameter", "{parameter}/hardtarget/golden", {}),
    ("golden", "sqs:SendMessage", "{sqs}", {}),
    ("golden", "sqs:ReceiveMessage", "{launches}", {}),
    ("golden", "sqs:PurgeQueue", "{launches}", {}),
    ("golden", "ec2:RunInstances", f"arn:aws:ec2:{REGION}::image/{AMI}", {}),
    ("golden", "sns:Publish", "{topic}", {}),
]


@pytest.mark.parametrize("name, action, resource, context", FORBIDDEN)
def test_a_function_may_do_nothing_else(seen, evaluator, name, action, resource, context):
    deployed, _ = seen
    assert not allows(evaluator, deployed.roles[name], action, resource.format(**deployed.names), context)


@pytest.mark.parametrize(
    "name, action, resource, context",
    [
        ("ledger", "s3:PutObject", "{bucket}/fleet.html", {}),
        ("ledger", "s3:PutObject", "{bucket}/monthly/2026-11.csv", {}),
        ("ledger", "s3:GetObject", "{bucket}/fleet.json", {}),
        ("ledger", "s3:ListBucket", "{bucket}", {}),
        ("ledger", "sqs:ReceiveMessage", "{sqs}", {}),
        ("tell", "sqs:ReceiveMessage", "{sqs}-tell", {}),
        ("tell", "s3:GetObject", "{bucket}/monthly/2026-11.csv", {}),
        ("ledger", "logs:PutLogEvents", "{logs}:log-stream:x", {}),
        ("tell", "logs:PutLogEvents", "{logs}-tell:log-stream:x", {}),
        ("golden", "logs:PutLogEvents", "{logs}-golden:log-stream:x", {}),
    ],
)
def test_what_a_function_needs_beyond_that_day_it_may(seen, evaluator, name, action, resource, context):
    deployed, _ = seen
    assert allows(evaluator, deployed.roles[name], action, resource.format(**deployed.names), context)


def test_of_others_parameters_those_of_aws_can_be_on_the_golden_list(seen):
    """Their ARNs have no account, which the evaluator does not take."""
    deployed, _ = seen
    statements = [
        one for policy in deployed.roles["golden"] for one in policy["Statement"] if one["Action"] == "ssm:GetParameter"
    ]
    public = f"arn:aws:ssm:{REGION}::parameter/aws/service/*"
    own = [f"{deployed.names['parameter']}{name}" for name in (ledger_stack.GOLDEN_PARAMETER, "/golden/*")]
    assert sorted(one for of_one in statements for one in listed(of_one["Resource"])) == sorted([*own, public])


# Parameters bring rights, and nothing brings them otherwise.


def test_of_the_accounts_own_parameters_the_golden_list_names_those_that_the_template_does(
    seen, with_parameters, evaluator
):
    def reads(role, name):
        return evaluator.allows("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}", role)

    deployed, _ = seen
    named, unnamed = deployed.roles["golden"], with_parameters().roles["golden"]
    assert [reads(role, "/golden/web/latest") for role in (named, unnamed)] == [True, False]
    for role in (named, unnamed):
        assert reads(role, ledger_stack.GOLDEN_PARAMETER)
        assert not reads(role, "/goldenrod") and not reads(role, ledger_stack.TOKEN_PARAMETER)


@pytest.fixture
def with_parameters(deploy_ledger):
    def make(slack_url=None, **parameters):
        return Deployed(
            deploy_ledger(
                slack_url=slack_url,
                deployed=lambda aws, **given: ledger_stack.from_template(aws, **given, **parameters),
            )
        )

    return make


def test_without_slack_security_hub_compliance_and_list_there_are_no_rights_on_them(with_parameters):
    roles = with_parameters(ComplianceTypes="", GoldenParameter="").roles
    assert set(roles) == {"ledger", "tell"}
    said = json.dumps(roles)
    assert not [word for word in ("ssm:", "securityhub:", "secretsmanager:", "kms:", "launch") if word in said]


def test_a_token_in_secrets_manager_brings_the_right_to_read_that_secret(with_parameters, evaluator):
    tell = with_parameters("http://127.0.0.1:9/", SlackTokenParameter=SECRET, SlackTokenKeyArn=KEY).roles["tell"]
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:slack"
    account_decides = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "*", "Resource": "*"}
        ],
    }

    def decrypts(via, arn=KEY):
        context = {"kms:ViaService": f"{via}.{REGION}.amazonaws.com"}
        return evaluator.allows("kms:Decrypt", arn, tell, context, resourcePolicy=account_decides)

    assert evaluator.allows("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{SECRET}", tell)
    assert evaluator.allows("secretsmanager:GetSecretValue", f"{secret}-AbCdEf", tell)
    assert not evaluator.allows("secretsmanager:GetSecretValue", f"{secret}-of-another-AbCdEf", tell)
    assert not evaluator.allows("secretsmanager:PutSecretValue", f"{secret}-AbCdEf", tell)
    assert decrypts("secretsmanager") and decrypts("ssm")
    assert not decrypts("s3") and not decrypts("ssm", KEY[:-1] + "6")


def test_a_token_in_a_parameter_brings_no_right_on_secrets(with_parameters):
    said = json.dumps(with_parameters("http://127.0.0.1:9/").roles["tell"])
    assert ledger_stack.TOKEN_PARAMETER in said and "secretsmanager:" not in said and "kms:" not in said


# The evaluator can fail: policies broken on purpose let through what the tests above forbid.


def broken(role, sid, change):
    """A copy of a role's policies with one statement changed."""
    role = copy.deepcopy(role)
    change(next(one for policy in role for one in policy["Statement"] if one.get("Sid") == sid))
    return role


@pytest.mark.parametrize(
    "name, sid, change, action, resource, context",
    [
        (
            "tell",
            "RememberWhatWasTold",
            lambda one: one.pop("Condition"),
            "dynamodb:PutItem",
            "{entries}",
            LEADING["family"],
        ),
        (
            "tell",
            "RememberWhatWasTold",
            lambda one: one["Condition"].update(
                {"ForAnyValue:StringEquals": one["Condition"].pop("ForAllValues:StringEquals")}
            ),
            "dynamodb:PutItem",
            "{entries}",
            TOLD_AND_MORE,
        ),
        (
            "tell",
            "RememberWhatWasTold",
            lambda one: one["Condition"].pop("Null"),
            "dynamodb:PutItem",
            "{entries}",
            {},
        ),
        (
            "tell",
            "ImportFindingsOfThisAccount",
            lambda one: one.pop("Condition"),
            "securityhub:BatchImportFindings",
            PRODUCT,
            {"securityhub:TargetAccount": "999999999999"},
        ),
        (
            "golden",
            "KeepTheRun",
            lambda one: one["Condition"].pop("ForAllValues:StringEquals"),
            "dynamodb:PutItem",
            "{entries}",
            LEADING["told"],
        ),
        (
            "golden",
            "TellOfARunThatIsOver",
            lambda one: one.update(Resource=one["Resource"].replace("/golden-*.json", "/*")),
            "s3:PutObject",
            "{bucket}/changes/2026/11/x.json",
            {},
        ),
        (
            "ledger",
            "ReadWhatWasFound",
            lambda one: one.update(Resource=[one["Resource"][0].replace("/reports/*", "/*")]),
            "s3:GetObject",
            "{bucket}/scans/A:i-1/report.json",
            {},
        ),
    ],
)
def test_a_policy_that_lets_through_more_would_be_noticed(
    seen, evaluator, name, sid, change, action, resource, context
):
    deployed, _ = seen
    loose = broken(deployed.roles[name], sid, change)
    assert allows(evaluator, loose, action, resource.format(**deployed.names), context)


@pytest.mark.parametrize(
    "name, sid",
    [
        ("ledger", "WriteWhatIsToBeTold"),
        ("ledger", "AskItselfForOneLookAnInstance"),
        ("tell", "TellSubscribers"),
        ("golden", "AskForAssessments"),
    ],
)
def test_a_right_that_is_missing_would_be_noticed(seen, evaluator, name, sid):
    deployed, calls = seen
    less = broken(deployed.roles[name], sid, lambda one: one.update(Effect="Deny"))
    assert refused(evaluator, less, calls[name])
