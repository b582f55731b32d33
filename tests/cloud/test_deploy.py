"""`make deploy` and `make undeploy` against a simulated AWS, with the real AWS CLI."""

import hashlib
import io
import json
import zipfile

import cfnlint.decode
import pytest
from deployment import ARTEFACTS_BUCKET, NOT_IN_MOTO, REGION, STACK, TEMPLATE, Account, artefacts
from moto.events.models import EventPattern

# The AWS CLI takes half a second of a processor for each call, and there are dozens.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    return artefacts(tmp_path_factory.mktemp("artefacts"))


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    with Account(tmp_path_factory.mktemp("moto") / "log") as account:
        yield account


@pytest.fixture
def account(simulator):
    """An account with nothing in it."""
    simulator.reset()
    return simulator


@pytest.fixture(scope="module")
def stack(tmp_path_factory, built):
    """An account with a stack that no test changes."""
    with Account(tmp_path_factory.mktemp("stack") / "log") as account:
        account.said = deployed(account, built, PARAMETERS="MaxConcurrentScans=7 TagPrefix=score/")
        yield account


def objects(account, bucket):
    return {one["Key"]: one for one in account.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])}


def deployed(account, built, **variables):
    code, said = account.deploy(built, **variables)
    assert code == 0, said
    return said


def in_given_subnets(account):
    """PARAMETERS for two subnets that were there before."""
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")["Subnet"]["SubnetId"] for n in (1, 2)]
    return f"VpcId={vpc} SubnetIds={','.join(subnets)}", vpc, subnets


def test_deploys_everything_that_moto_knows(stack):
    assert "Deployed" in stack.said and "ami-id" in stack.said

    resources = stack.client("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    made = {one["LogicalResourceId"] for one in resources if one.get("LogicalResourceId")}
    template, _ = cfnlint.decode.decode(str(TEMPLATE))
    expected = {
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] not in NOT_IN_MOTO and resource.get("Condition", "OwnVpc") in ("OwnVpc", "WithAdvisories")
    }
    assert made == expected


def test_the_function_gets_what_the_contract_says(stack, built):
    function = stack.client("lambda").get_function(FunctionName=STACK)["Configuration"]
    variables = function["Environment"]["Variables"]
    roles = {role["RoleName"]: role["RoleId"] for role in stack.client("iam").list_roles()["Roles"]}
    uploaded = objects(stack, ARTEFACTS_BUCKET)
    agent = hashlib.sha256((built / "aarch64" / "hardtarget-agent").read_bytes()).hexdigest()

    assert function["Runtime"] == "provided.al2023"
    assert variables["HARDTARGET_ROLE_ID"] == roles[stack.resource("InstanceRole")]
    assert variables["HARDTARGET_BUCKET"] == stack.resource("ReportBucket")
    assert variables["HARDTARGET_QUEUE_URL"].endswith(f"/{STACK}.fifo")
    assert variables["HARDTARGET_TAG_PREFIX"] == "score/"
    assert str(variables["HARDTARGET_MAX_CONCURRENT_SCANS"]) == "7"
    assert variables["HARDTARGET_SUBNET_IDS"].split(",") == [stack.resource("SubnetA"), stack.resource("SubnetB")]
    assert variables["HARDTARGET_SECURITY_GROUP_ID"] == stack.resource("InstanceSecurityGroup")
    assert variables["HARDTARGET_INSTANCE_TYPES_X86_64"].startswith("t3.micro,")
    assert variables["HARDTARGET_AGENT_BUCKET"] == ARTEFACTS_BUCKET
    assert variables["HARDTARGET_AGENT_SHA256_AARCH64"] == agent
    assert variables["HARDTARGET_AGENT_KEY_AARCH64"] in uploaded and agent in variables["HARDTARGET_AGENT_KEY_AARCH64"]
    assert variables["HARDTARGET_AGENT_KEY_X86_64"] in uploaded


@pytest.mark.parametrize("program", ["glue", "refresh"])
def test_a_package_is_a_bootstrap_that_can_be_executed(stack, program):
    key = next(key for key in objects(stack, ARTEFACTS_BUCKET) if key.endswith(f"/hardtarget-{program}.zip"))
    package = stack.client("s3").get_object(Bucket=ARTEFACTS_BUCKET, Key=key)["Body"].read()
    assert hashlib.sha256(package).hexdigest() in key
    with zipfile.ZipFile(io.BytesIO(package)) as contents:
        assert contents.namelist() == ["bootstrap"]
        assert contents.read("bootstrap") == f"{program} for aarch64\n".encode()
        assert contents.getinfo("bootstrap").external_attr >> 16 == 0o100755


def test_the_queue_the_rules_and_the_schedule(stack):
    sqs = stack.client("sqs")
    queue = sqs.get_queue_attributes(QueueUrl=stack.resource("Queue"), AttributeNames=["All"])["Attributes"]
    assert queue["FifoQueue"] == "true" and queue["ContentBasedDeduplication"] == "true"
    mapping = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"][0]
    assert mapping["EventSourceArn"] == queue["QueueArn"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    events = stack.client("events")
    for rule in ("AmiRule", "ImageBuilderRule"):
        target = events.list_targets_by_rule(Rule=stack.resource(rule))["Targets"][0]
        assert target["Arn"] == queue["QueueArn"] and target["SqsParameters"]["MessageGroupId"]
    reap = stack.resource("ReapRule")
    assert events.describe_rule(Name=reap)["ScheduleExpression"] == "rate(10 minutes)"
    assert json.loads(events.list_targets_by_rule(Rule=reap)["Targets"][0]["Input"]) == {"reap": True}


@pytest.mark.parametrize(
    "key, wakes",
    [
        ("scans/AROAEXAMPLE:i-0123/report.json", True),
        ("scans/AROAEXAMPLE:i-0123/lynis.log.gz", False),
        ("reports/debian/ami-1/20261121T123456Z/report.json", False),
        ("launches/i-0123.json", False),
    ],
)
def test_only_a_scans_report_wakes_the_function(stack, key, wakes):
    pattern = stack.client("events").describe_rule(Name=stack.resource("ReportRule"))["EventPattern"]
    event = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": stack.resource("ReportBucket")}, "object": {"key": key, "size": 1}},
    }
    assert EventPattern.load(pattern).matches_event(event) is wakes
    event["detail"]["bucket"]["name"] = "another"
    assert not EventPattern.load(pattern).matches_event(event)


def test_deploying_again_changes_nothing(account, built):
    deployed(account, built, PARAMETERS="GlueArchitecture=x86_64")
    before = objects(account, ARTEFACTS_BUCKET)
    said = deployed(account, built)
    assert said.count("is there already") == 4 and "Uploading" not in said
    assert objects(account, ARTEFACTS_BUCKET) == before
    assert [key.split("/")[3] for key in before if key.endswith(".zip")] == ["x86_64", "x86_64"]


def test_another_agent_is_another_object_and_another_parameter(account, built, tmp_path):
    deployed(account, built)
    newer = artefacts(tmp_path)
    (newer / "x86_64" / "hardtarget-agent").write_text("newer agent\n")
    # moto's CloudFormation cannot update a role: what was asked for is in the change set.
    _, said = account.deploy(newer)
    assert said.count("is there already") == 3 and said.count("Uploading") == 1
    cloudformation = account.client("cloudformation")
    last = cloudformation.list_change_sets(StackName=STACK)["Summaries"][-1]
    changes = cloudformation.describe_change_set(ChangeSetName=last["ChangeSetId"])
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in changes["Parameters"]}
    assert parameters["AgentSha256X8664"] == hashlib.sha256(b"newer agent\n").hexdigest()
    assert parameters["AgentSha256Aarch64"] == hashlib.sha256(b"agent for aarch64\n").hexdigest()


def test_a_bucket_that_it_makes_is_private_and_one_that_was_there_is_left_as_it_was(account, built):
    s3 = account.client("s3")
    deployed(account, built)
    assert all(s3.get_public_access_block(Bucket=ARTEFACTS_BUCKET)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_encryption(Bucket=ARTEFACTS_BUCKET)

    account.reset()
    s3.create_bucket(Bucket=ARTEFACTS_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    deployed(account, built)
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchPublicAccessBlock"):
        s3.get_public_access_block(Bucket=ARTEFACTS_BUCKET)


@pytest.mark.parametrize(
    "variables, sentence",
    [
        ({"BUCKET": ""}, "Say BUCKET="),
        ({"PARAMETERS": "nonsense"}, "Name=value"),
        ({"PARAMETERS": "AgentVersion=9"}, "AgentVersion is set by this script"),
        ({"ARTEFACTS": "/nonexistent"}, "is not there"),
        ({"STACK": "no_such/name"}, "STACK"),
        ({"REGION": "", "AWS_REGION": ""}, "which region"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_before_anything_is_made(account, built, variables, sentence):
    code, said = account.script("deploy.sh", **{"BUCKET": ARTEFACTS_BUCKET, "ARTEFACTS": str(built), **variables})
    assert code != 0 and sentence in said.splitlines()[-1]
    assert account.client("s3").list_buckets()["Buckets"] == []


def test_a_bucket_in_another_region_is_refused(account, built):
    elsewhere = account.client("s3", "us-west-2")
    elsewhere.create_bucket(Bucket=ARTEFACTS_BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    code, said = account.deploy(built)
    assert code != 0 and "us-west-2" in said
    assert objects(account, ARTEFACTS_BUCKET) == {}


# Undeploying is shown with subnets that were there before: moto's CloudFormation cannot delete route
# tables and VPC endpoints, so a stack with its own VPC fails to go there.


def run_instance(account, tag, image):
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "hardtarget:managed", "Value": tag}]}] if tag else []
    answer = account.client("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)
    return answer["Instances"][0]["InstanceId"]


def state(account, instance):
    answer = account.client("ec2").describe_instances(InstanceIds=[instance])
    return answer["Reservations"][0]["Instances"][0]["State"]["Name"]


def test_undeploying_leaves_the_reports_and_nothing_else(account, built):
    ec2, s3 = account.client("ec2"), account.client("s3")
    parameters, vpc, subnets = in_given_subnets(account)
    deployed(account, built, PARAMETERS=parameters)
    image = ec2.register_image(Name="debian-2026-11-21")["ImageId"]
    ours, others, untagged = (run_instance(account, tag, image) for tag in (STACK, "another", None))
    reports = account.resource("ReportBucket")
    for key in (
        "scans/A:i-1/report.json",
        "scans/A:i-1/report.json",
        "launches/i-1.json",
        "launches/since.json",
        "reports/f/ami-1/t/report.json",
    ):
        s3.put_object(Bucket=reports, Key=key, Body=b"{}")
    s3.delete_object(Bucket=reports, Key="launches/i-1.json")
    s3.put_object(Bucket=ARTEFACTS_BUCKET, Key="another/agent", Body=b"of another stack")

    code, said = account.undeploy()
    assert code == 0, said

    assert [state(account, one) for one in (ours, others, untagged)] == ["terminated", "running", "running"]
    tags = {tag["Key"]: tag["Value"] for tag in ec2.describe_images(ImageIds=[image])["Images"][0]["Tags"]}
    assert tags["hardtarget:status"] == "failed" and "undeployed" in tags["hardtarget:reason"]
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []
    assert account.client("lambda").list_functions()["Functions"] == []
    assert "QueueUrls" not in account.client("sqs").list_queues()
    assert account.client("iam").list_roles()["Roles"] == []
    assert account.client("events").list_rules()["Rules"] == []
    kept = s3.list_object_versions(Bucket=reports)
    assert [one["Key"] for one in kept["Versions"]] == ["reports/f/ami-1/t/report.json"]
    assert "DeleteMarkers" not in kept
    assert list(objects(account, ARTEFACTS_BUCKET)) == ["another/agent"]
    assert {
        one["SubnetId"] for one in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    } == set(subnets)


def test_undeploying_removes_buckets_that_it_made_and_that_are_empty(account, built):
    deployed(account, built, PARAMETERS=in_given_subnets(account)[0])
    code, said = account.undeploy()
    assert code == 0, said
    assert account.client("s3").list_buckets()["Buckets"] == []


def test_undeploying_asks_first(account, built):
    deployed(account, built, PARAMETERS=in_given_subnets(account)[0])
    code, said = account.undeploy(YES="")
    assert code != 0 and "nothing was done" in said
    assert account.client("cloudformation").describe_stacks()["Stacks"]
    assert account.client("lambda").get_function(FunctionName=STACK)


def test_a_fault_is_not_taken_for_a_stack_that_is_gone(account, built):
    deployed(account, built)
    code, said = account.undeploy(
        BUCKET=ARTEFACTS_BUCKET, STACK=STACK, PATH=account.path_with_a_fault("describe-stacks")
    )
    assert code != 0 and "Throttling" in said
    assert len(objects(account, ARTEFACTS_BUCKET)) == 4


def test_undeploying_what_is_not_there_says_so(account):
    code, said = account.undeploy()
    assert code != 0 and f"there is no stack {STACK} in {REGION}" in said
