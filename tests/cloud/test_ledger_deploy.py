"""`make deploy-ledger` and `make undeploy-ledger` against a simulated AWS, with the real AWS CLI."""

import hashlib
import io
import zipfile

import cfnlint.decode
import pytest
from deployment import (
    ARTEFACTS_BUCKET,
    LEDGER_STACK,
    LEDGER_TEMPLATE,
    NOT_IN_MOTO,
    REGION,
    STACK,
    TEMPLATE,
    Account,
    artefacts,
)

# The AWS CLI takes half a second of a processor for each call, and there are dozens.
pytestmark = pytest.mark.timeout(600)

SLACK = "SlackChannel=C0123456789 SlackTokenParameter=/hardtarget/slack-token"


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    return artefacts(tmp_path_factory.mktemp("artefacts"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory, built):
    """An account with both stacks, that no test changes."""
    with Account(tmp_path_factory.mktemp("ledger") / "log") as account:
        base(account)
        golden = f"{SLACK} GoldenParameter=/hardtarget/golden GoldenSchedule=cron(0 5 ? * MON *) HistoryDays=90"
        account.said = deployed(account, built, PARAMETERS=golden)
        yield account


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    with Account(tmp_path_factory.mktemp("moto") / "log") as account:
        yield account


@pytest.fixture
def account(simulator):
    """An account with the base stack and nothing else."""
    simulator.reset()
    base(simulator)
    return simulator


def base(account):
    """The base stack, in subnets that were there before: moto cannot delete a VPC's parts."""
    ec2, s3 = account.client("ec2"), account.client("s3")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    s3.create_bucket(Bucket=ARTEFACTS_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=ARTEFACTS_BUCKET, Key=f"{STACK}/x.zip", Body=b"no zip")
    given = {
        "ArtefactBucket": ARTEFACTS_BUCKET,
        "GlueKey": f"{STACK}/x.zip",
        "RefreshKey": f"{STACK}/x.zip",
        "AgentVersion": "1",
        "AgentKeyAarch64": "agent",
        "AgentSha256Aarch64": "b" * 64,
        "VpcId": vpc,
        "SubnetIds": subnet,
    }
    account.client("cloudformation").create_stack(
        StackName=STACK,
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=["CAPABILITY_IAM"],
    )


def deployed(account, built, **variables):
    code, said = account.deploy_ledger(built, **variables)
    assert code == 0, said
    return said


def packages(account):
    contents = account.client("s3").list_objects_v2(Bucket=ARTEFACTS_BUCKET).get("Contents", [])
    return [one["Key"] for one in contents if "/ledger/" in one["Key"]]


def test_it_deploys_everything_that_moto_knows(stack):
    assert "Deployed" in stack.said
    resources = stack.client("cloudformation").list_stack_resources(StackName=LEDGER_STACK)["StackResourceSummaries"]
    made = {one["LogicalResourceId"] for one in resources if one.get("LogicalResourceId")}
    template, _ = cfnlint.decode.decode(str(LEDGER_TEMPLATE))
    off = ("WithSecret", "WithTokenKey", "WithSecurityHub", "WithGoldenAmis")
    expected = {
        name
        for name, one in template["Resources"].items()
        if one["Type"] not in NOT_IN_MOTO and one.get("Condition") not in off
    }
    assert made == expected


def test_it_stands_on_what_the_base_stack_has(stack):
    functions = {one["FunctionName"]: one for one in stack.client("lambda").list_functions()["Functions"]}
    ours = {LEDGER_STACK, f"{LEDGER_STACK}-tell", f"{LEDGER_STACK}-golden"}
    assert ours < set(functions)
    env = {name: functions[name]["Environment"]["Variables"] for name in ours}
    assert {one["HARDTARGET_BUCKET"] for one in env.values()} == {stack.resource("ReportBucket")}
    assert {one["HARDTARGET_LEDGER_TABLE"] for one in env.values()} == {stack.resource("Entries", LEDGER_STACK)}
    golden, tell = env[f"{LEDGER_STACK}-golden"], env[f"{LEDGER_STACK}-tell"]
    assert golden["HARDTARGET_LAUNCH_QUEUE_URL"] == stack.resource("Queue")
    assert str(env[LEDGER_STACK]["HARDTARGET_HISTORY_DAYS"]) == "90"
    assert tell["HARDTARGET_SLACK_TOKEN_PARAMETER"] == "/hardtarget/slack-token"
    assert tell["HARDTARGET_TOPIC_ARN"] == stack.resource("News", LEDGER_STACK)
    cloudformation = stack.client("cloudformation").describe_stacks(StackName=LEDGER_STACK)["Stacks"][0]
    given = {one["ParameterKey"]: one["ParameterValue"] for one in cloudformation["Parameters"]}
    assert given["AlarmTopicArn"] == stack.resource("Topic")
    assert given["LaunchQueueArn"].endswith(f":{STACK}.fifo")


def test_a_schedule_with_blanks_arrives_whole(stack):
    events = stack.client("events")
    rule = stack.resource("GoldenRule", LEDGER_STACK).rsplit("/", 1)[-1].rsplit("|", 1)[-1]
    assert events.describe_rule(Name=rule)["ScheduleExpression"] == "cron(0 5 ? * MON *)"


def test_the_package_is_a_bootstrap_below_the_base_stacks_name(stack):
    [key] = packages(stack)
    assert key.startswith(f"{STACK}/ledger/")
    package = stack.client("s3").get_object(Bucket=ARTEFACTS_BUCKET, Key=key)["Body"].read()
    assert hashlib.sha256(package).hexdigest() in key
    with zipfile.ZipFile(io.BytesIO(package)) as contents:
        assert contents.namelist() == ["bootstrap"]
        assert contents.read("bootstrap") == b"ledger for aarch64\n"


@pytest.mark.parametrize(
    "variables, sentence",
    [
        ({"PARAMETERS": "ReportBucket=mine"}, "ReportBucket is set by this script"),
        ({"PARAMETERS": "LaunchQueueArn=x"}, "LaunchQueueArn is set by this script"),
        ({"PARAMETERS": "nonsense"}, "Name=value"),
        ({"ARTEFACTS": "/nonexistent"}, "is not there"),
        ({"STACK": "another"}, "there is no stack another"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_before_anything_is_made(stack, built, variables, sentence):
    before = packages(stack)
    code, said = stack.script("deploy-ledger.sh", **{"ARTEFACTS": str(built), **variables})
    assert code != 0 and sentence in said.splitlines()[-1]
    assert packages(stack) == before


def test_deploying_again_changes_nothing(account, built):
    deployed(account, built, PARAMETERS=f"LedgerArchitecture=x86_64 {SLACK}")
    before = packages(account)
    said = deployed(account, built)
    assert "is there already" in said and "Uploading" not in said
    assert packages(account) == before and before[0].split("/")[3] == "x86_64"
    functions = account.client("lambda").list_functions()["Functions"]
    tell = next(one for one in functions if one["FunctionName"].endswith("-tell"))
    assert tell["Environment"]["Variables"]["HARDTARGET_SLACK_CHANNEL"] == "C0123456789"


def test_undeploying_the_ledger_leaves_its_table_and_the_base_stack(account, built):
    deployed(account, built)
    [table] = account.client("dynamodb").list_tables()["TableNames"]
    s3, reports = account.client("s3"), account.resource("ReportBucket")
    for key in ("changes/2026/11/x.json", "fleet.html", "reports/web/ami-1/t/report.json"):
        s3.put_object(Bucket=reports, Key=key, Body=b"{}")

    code, said = account.script("undeploy-ledger.sh", YES="")
    assert code != 0 and "nothing was done" in said and packages(account)
    code, said = account.script("undeploy-ledger.sh", YES="1")
    assert code == 0, said

    assert account.client("dynamodb").list_tables()["TableNames"] == [table]
    assert f"aws dynamodb delete-table --region {REGION} --table-name {table}" in said
    assert packages(account) == []
    assert len(s3.list_objects_v2(Bucket=reports)["Contents"]) == 3
    stacks = [one["StackName"] for one in account.client("cloudformation").describe_stacks()["Stacks"]]
    assert stacks == [STACK]
    names = {one["FunctionName"] for one in account.client("lambda").list_functions()["Functions"]}
    assert names == {STACK, f"{STACK}-refresh"}
    code, said = account.script("undeploy-ledger.sh", YES="1")
    assert code != 0 and f"there is no stack {LEDGER_STACK}" in said


def test_undeploying_the_base_stack_undeploys_the_ledger_first(account, built):
    deployed(account, built)
    code, said = account.undeploy()
    assert code == 0, said
    assert said.index(f"Deleting the stack {LEDGER_STACK}") < said.index(f"Deleting the stack {STACK}\n")
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []
    assert account.client("lambda").list_functions()["Functions"] == []
    assert len(account.client("dynamodb").list_tables()["TableNames"]) == 1
    assert "dynamodb delete-table" in said
