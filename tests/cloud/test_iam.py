"""IAM as deployed: what the roles of the template may do, and what they may not.

The stack is created in moto, so that the policies are those with real names in them; a real evaluator
then decides (moto itself ignores conditions). The last tests break the policies on purpose: an evaluator
that could not fail would prove nothing.
"""

import copy
import re

import policies
import pytest
import yaml
from deployment import ACCOUNT, ARTEFACTS_BUCKET, REGION, ROOT, STACK, TEMPLATE, Account

EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
IMAGE = f"arn:aws:ec2:{REGION}::image/ami-0123456789abcdef0"
INSTANCE = f"{EC2}:instance/i-0aaaaaaaaaaaaaaaa"
AGENT_KEYS = {
    "x86_64": "hardtarget/agent/1/x86_64/aa/hardtarget-agent",
    "aarch64": "hardtarget/agent/1/aarch64/bb/hardtarget-agent",
}
ADVISORIES_KEY = f"{STACK}/advisories/advisories.htadv"
WAIVERS_KEY = "security/waivers.toml"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda"
KMS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


class Deployed:
    """One stack, and the names in it."""

    def __init__(self, account, **parameters):
        given = {
            "ArtefactBucket": ARTEFACTS_BUCKET,
            "GlueKey": "hardtarget/glue.zip",
            "RefreshKey": "hardtarget/glue.zip",
            "AgentVersion": "1",
            "AgentKeyX8664": AGENT_KEYS["x86_64"],
            "AgentSha256X8664": "a" * 64,
            "AgentKeyAarch64": AGENT_KEYS["aarch64"],
            "AgentSha256Aarch64": "b" * 64,
            "WaiversKey": WAIVERS_KEY,
            **parameters,
        }
        s3 = account.client("s3")
        s3.create_bucket(Bucket=ARTEFACTS_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket=ARTEFACTS_BUCKET, Key="hardtarget/glue.zip", Body=b"no zip")
        account.client("cloudformation").create_stack(
            StackName=STACK,
            TemplateBody=TEMPLATE.read_text(),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        self.bucket = account.resource("ReportBucket")
        self.objects = f"arn:aws:s3:::{self.bucket}"
        self.queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}.fifo"
        self.security_group = account.resource("InstanceSecurityGroup")
        role = account.client("iam").get_role(RoleName=account.resource("InstanceRole"))["Role"]
        self.instance_role, self.role_id = role["Arn"], role["RoleId"]
        self.profile = account.resource("InstanceProfile")
        if not self.profile.startswith("arn:"):
            profile = account.client("iam").get_instance_profile(InstanceProfileName=self.profile)
            self.profile = profile["InstanceProfile"]["Arn"]
        self.glue_role = account.client("iam").get_role(RoleName=account.resource("GlueRole"))["Role"]["Arn"]
        self.instance = policies.of_role(account, account.resource("InstanceRole"))
        self.glue = policies.of_role(account, account.resource("GlueRole"))
        if given.get("Advisories") != "false":
            self.refresh = policies.of_role(account, account.resource("RefreshRole"))
        if "SubnetIds" in given:
            self.vpc, self.subnet, self.endpoint = given["VpcId"], given["SubnetIds"].split(",")[0], None
        else:
            self.vpc, self.subnet = account.resource("Vpc"), account.resource("SubnetA")
            self.endpoint = account.resource("S3Endpoint")
            answer = account.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[self.endpoint])
            self.endpoint_policy = policies.document(answer["VpcEndpoints"][0]["PolicyDocument"])


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    with Account(tmp_path_factory.mktemp("iam") / "log") as account:
        yield account


@pytest.fixture(scope="module")
def deployed(simulator):
    simulator.reset()
    return Deployed(simulator)


@pytest.fixture(scope="module")
def evaluator():
    with policies.Evaluator() as evaluator:
        yield evaluator


# What an instance may do.


@pytest.fixture
def instance(deployed, evaluator):
    """Asks in the name of instance i-0aaa…, from within the VPC; `{own}` stands for its prefix."""

    def ask(action, resource, role=None, **context):
        own = f"{deployed.objects}/scans/{deployed.role_id}:i-0aaaaaaaaaaaaaaaa"
        resource = resource.format(
            own=own, bucket=deployed.objects, role=deployed.role_id, instance_role=deployed.instance_role
        )
        given = {
            "aws:userid": f"{deployed.role_id}:i-0aaaaaaaaaaaaaaaa",
            "aws:SourceVpce": deployed.endpoint,
            "aws:SecureTransport": "true",
            **context,
        }
        given = {key: value for key, value in given.items() if value is not None}
        return evaluator.allows(action, resource, role or deployed.instance, given)

    return ask


@pytest.mark.parametrize("file", ["report.json", "lynis.log.gz", "lynis-report.dat"])
def test_an_instance_may_hand_in_what_is_its_own(instance, file):
    assert instance("s3:PutObject", "{own}/" + file)


@pytest.mark.parametrize(
    "action, resource",
    [
        ("s3:PutObject", "{bucket}/scans/{role}:i-0bbbbbbbbbbbbbbbb/report.json"),
        ("s3:PutObject", "{own}0/report.json"),
        ("s3:PutObject", "{own}"),
        ("s3:PutObject", "{bucket}/scans/report.json"),
        ("s3:PutObject", "{bucket}/launches/i-0aaaaaaaaaaaaaaaa.json"),
        ("s3:PutObject", "{bucket}/reports/debian/ami-1/now/report.json"),
        ("s3:PutObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{AGENT_KEYS['x86_64']}"),
        ("s3:PutObjectAcl", "{own}/report.json"),
        ("s3:PutObjectTagging", "{own}/report.json"),
        ("s3:GetObject", "{own}/report.json"),
        ("s3:GetObject", "{bucket}/reports/debian/ami-1/now/report.json"),
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{AGENT_KEYS['x86_64']}"),
        ("s3:DeleteObject", "{own}/report.json"),
        ("s3:DeleteObjectVersion", "{own}/report.json"),
        ("s3:ListBucket", "{bucket}"),
        ("s3:ListBucketVersions", "{bucket}"),
        ("s3:PutBucketPolicy", "{bucket}"),
        ("s3:ListAllMyBuckets", "*"),
        ("ec2:DescribeInstances", "*"),
        ("ec2:TerminateInstances", INSTANCE),
        ("ec2:CreateTags", IMAGE),
        ("ec2:RunInstances", IMAGE),
        ("sts:AssumeRole", "{instance_role}"),
        ("iam:PassRole", "{instance_role}"),
        ("iam:GetRole", "{instance_role}"),
        ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}.fifo"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK}"),
        ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{STACK}:log-stream:x"),
        ("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/x"),
    ],
)
def test_an_instance_may_do_nothing_else(instance, action, resource):
    assert not instance(action, resource)


def test_an_instance_has_one_action_and_nobody_elses_policies(deployed):
    statements = [one for policy in deployed.instance for one in policy["Statement"]]
    assert [one["Action"] for one in statements] == ["s3:PutObject"]
    resources = yaml.load(TEMPLATE.read_text(), Loader=_Plain)["Resources"]
    assert "ManagedPolicyArns" not in resources["InstanceRole"]["Properties"]
    others = [one for one in resources.values() if one["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")]
    assert all(one["Properties"]["Roles"] == ["GlueRole"] for one in others)


@pytest.mark.parametrize(
    "action, resource, allowed",
    [
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{ADVISORIES_KEY}", True),
        ("s3:PutObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{ADVISORIES_KEY}", True),
        ("s3:PutObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{AGENT_KEYS['x86_64']}", False),
        ("s3:PutObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{WAIVERS_KEY}", False),
        ("s3:DeleteObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{ADVISORIES_KEY}", False),
        ("s3:ListBucket", f"arn:aws:s3:::{ARTEFACTS_BUCKET}", False),
        ("s3:PutObject", "{bucket}/reports/f/ami-1/t/report.json", False),
        ("ec2:RunInstances", IMAGE, False),
        ("ec2:CreateTags", IMAGE, False),
        ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}.fifo", False),
        ("logs:PutLogEvents", f"{LOGS}/{STACK}-refresh:log-stream:x", True),
        ("logs:PutLogEvents", f"{LOGS}/{STACK}:log-stream:x", False),
    ],
)
def test_the_refresh_may_replace_the_advisories_and_do_nothing_else(deployed, evaluator, action, resource, allowed):
    assert evaluator.allows(action, resource.format(bucket=deployed.objects), deployed.refresh) is allowed


def test_without_advisories_there_is_nothing_of_them(simulator):
    simulator.reset()
    Deployed(simulator, Advisories="false")
    resources = simulator.client("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    assert not [one["LogicalResourceId"] for one in resources if "Refresh" in one.get("LogicalResourceId", "")]
    functions = simulator.client("lambda").list_functions()["Functions"]
    assert [one["Environment"]["Variables"]["HARDTARGET_ADVISORIES_KEY"] for one in functions] == [""]


class _Plain(yaml.SafeLoader):
    """Reads a template without looking at its functions: `!Ref X` is "X"."""


_Plain.add_multi_constructor("!", lambda loader, _, node: loader.construct_object(_untagged(node), deep=True))


def _untagged(node):
    node = copy.copy(node)
    node.tag = {"scalar": "tag:yaml.org,2002:str", "sequence": "tag:yaml.org,2002:seq"}.get(
        node.id, "tag:yaml.org,2002:map"
    )
    return node


def test_another_instances_credentials_do_not_write_here(instance, deployed):
    assert not instance(
        "s3:PutObject", "{own}/report.json", **{"aws:userid": f"{deployed.role_id}:i-0bbbbbbbbbbbbbbbb"}
    )


@pytest.mark.parametrize("endpoint", [None, "vpce-00000000000000000"])
def test_credentials_that_were_carried_away_are_of_no_use(instance, endpoint):
    assert not instance("s3:PutObject", "{own}/report.json", **{"aws:SourceVpce": endpoint})


def test_in_given_subnets_the_way_to_s3_is_not_prescribed(simulator, evaluator):
    simulator.reset()
    ec2 = simulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    other = Deployed(simulator, VpcId=vpc, SubnetIds=f"{subnet},subnet-0123456789abcdef0")
    userid = f"{other.role_id}:i-0aaaaaaaaaaaaaaaa"
    for prefix, allowed in ((userid, True), (f"{other.role_id}:i-0bbbbbbbbbbbbbbbb", False)):
        key = f"{other.objects}/scans/{prefix}/report.json"
        assert evaluator.allows("s3:PutObject", key, other.instance, {"aws:userid": userid}) is allowed
    assert denied_at_launch(evaluator, other) == set()
    assert denied_at_launch(evaluator, other, subnet="subnet-0fffffffffffffff0") == {"subnet"}


# What the network lets through, whatever credentials an AMI brings along.


@pytest.mark.parametrize(
    "action, resource, account, allowed",
    [
        ("s3:PutObject", "{bucket}/scans/x/report.json", ACCOUNT, True),
        ("s3:PutObject", "{bucket}/reports/x/report.json", ACCOUNT, False),
        ("s3:PutObject", "arn:aws:s3:::somebody-elses/x", ACCOUNT, False),
        ("s3:PutObject", "{bucket}/scans/x/report.json", "999999999999", False),
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{AGENT_KEYS['aarch64']}", ACCOUNT, True),
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{ADVISORIES_KEY}", ACCOUNT, True),
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{WAIVERS_KEY}", ACCOUNT, False),
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/another", ACCOUNT, False),
        ("s3:GetObject", "{bucket}/reports/x/report.json", ACCOUNT, False),
    ],
)
def test_the_endpoint_lets_through_what_scans_need_and_nothing_else(
    deployed, evaluator, action, resource, account, allowed
):
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    answer = evaluator.allows(
        action,
        resource.format(bucket=deployed.objects),
        [everything],
        {"aws:PrincipalAccount": account},
        endpoint=[{"name": "endpoint", "policy": deployed.endpoint_policy}],
    )
    assert answer is allowed


# What the function may do: launches.


def launch(deployed, **changes):
    """The resources of one RunInstances as the function calls it, each with what AWS says of it."""
    given = {
        "subnet": deployed.subnet,
        "security_group": deployed.security_group,
        "profile": deployed.profile,
        "type": "t4g.micro",
        "imds": "required",
        "tag": STACK,
        "volume_tag": STACK,
        **changes,
    }
    vpc = f"{EC2}:vpc/{deployed.vpc}"

    def tags(value):
        return (
            {"aws:RequestTag/hardtarget:managed": value, "aws:TagKeys": ["hardtarget:managed", "Name"]} if value else {}
        )

    requests = {
        "image": (IMAGE, {"ec2:Owner": ACCOUNT}),
        "snapshot": (f"arn:aws:ec2:{REGION}::snapshot/snap-0123456789abcdef0", {}),
        "subnet": (f"{EC2}:subnet/{given['subnet']}", {"ec2:SubnetID": given["subnet"], "ec2:Vpc": vpc}),
        "security-group": (f"{EC2}:security-group/{given['security_group']}", {"ec2:Vpc": vpc}),
        "network-interface": (f"{EC2}:network-interface/eni-*", {"ec2:Vpc": vpc}),
        "instance": (
            f"{EC2}:instance/i-0aaaaaaaaaaaaaaaa",
            {
                "ec2:InstanceType": given["type"],
                "ec2:MetadataHttpTokens": given["imds"],
                **({"ec2:InstanceProfile": given["profile"]} if given["profile"] else {}),
                **tags(given["tag"]),
            },
        ),
        "volume": (f"{EC2}:volume/vol-0aaaaaaaaaaaaaaaa", tags(given["volume_tag"])),
    }
    for extra in given.get("extra", []):
        requests[extra] = (f"{EC2}:{extra}/x-0123456789abcdef0", {})
    return requests


def denied_at_launch(evaluator, deployed, role=None, **changes):
    """The kinds of resources that one RunInstances is denied for."""
    return {
        kind
        for kind, (resource, context) in launch(deployed, **changes).items()
        if not evaluator.allows("ec2:RunInstances", resource.replace("*", "0"), role or deployed.glue, context)
    }


def test_the_function_may_launch_as_it_does(deployed, evaluator):
    assert denied_at_launch(evaluator, deployed) == set()
    assert denied_at_launch(evaluator, deployed, type="t3a.micro") == set()


def test_what_golden_lists_may_ask_for_is_a_parameter(simulator, evaluator):
    simulator.reset()
    more = Deployed(simulator, GoldenInstanceTypes="m7i.large,c7g.large")
    for kind in ("m7i.large", "c7g.large", "t3.micro", "t4g.small"):
        assert denied_at_launch(evaluator, more, type=kind) == set()
    for kind in ("m7i.xlarge", "p5.48xlarge", ""):
        assert denied_at_launch(evaluator, more, type=kind) == {"instance"}


@pytest.mark.parametrize(
    "changes, denied",
    [
        ({"tag": None}, {"instance"}),
        ({"type": "m7i.large"}, {"instance"}),
        ({"type": ""}, {"instance"}),
        ({"tag": "another-stack"}, {"instance"}),
        ({"volume_tag": None}, {"volume"}),
        ({"profile": None}, {"instance"}),
        ({"profile": f"arn:aws:iam::{ACCOUNT}:instance-profile/admin"}, {"instance"}),
        ({"imds": "optional"}, {"instance"}),
        ({"type": "p5.48xlarge"}, {"instance"}),
        ({"subnet": "subnet-0fffffffffffffff0"}, {"subnet"}),
        ({"security_group": "sg-0fffffffffffffff0"}, {"security-group"}),
        ({"extra": ["key-pair"]}, {"key-pair"}),
        ({"extra": ["launch-template"]}, {"launch-template"}),
        ({"extra": ["spot-instances-request"]}, {"spot-instances-request"}),
    ],
)
def test_the_function_may_launch_nothing_else(deployed, evaluator, changes, denied):
    assert denied_at_launch(evaluator, deployed, **changes) == denied


@pytest.fixture
def glue(deployed, evaluator):
    def ask(action, resource, role=None, **context):
        names = {"bucket": deployed.objects, "instance_role": deployed.instance_role, "glue_role": deployed.glue_role}
        return evaluator.allows(action, resource.format(**names), role or deployed.glue, context)

    return ask


@pytest.mark.parametrize(
    "context, allowed",
    [
        ({"ec2:CreateAction": "RunInstances", "aws:RequestTag/hardtarget:managed": STACK}, True),
        # No instance that runs already can be made ours, and so ended.
        ({"aws:RequestTag/hardtarget:managed": STACK}, False),
        ({"ec2:CreateAction": "CreateVolume", "aws:RequestTag/hardtarget:managed": STACK}, False),
        ({"ec2:CreateAction": "RunInstances", "aws:RequestTag/hardtarget:managed": "another"}, False),
        ({"ec2:CreateAction": "RunInstances"}, False),
        # The AMI's own tags, copied.
        (
            {
                "ec2:CreateAction": "RunInstances",
                "aws:RequestTag/hardtarget:managed": STACK,
                "aws:RequestTag/team": "web",
                "aws:TagKeys": ["hardtarget:managed", "team"],
            },
            True,
        ),
        ({"aws:RequestTag/team": "web", "aws:TagKeys": ["team"]}, False),
        ({"ec2:CreateAction": "RunInstances", "aws:RequestTag/team": "web", "aws:TagKeys": ["team"]}, False),
    ],
)
def test_instances_are_tagged_at_launch_or_never(glue, context, allowed):
    assert glue("ec2:CreateTags", INSTANCE, **context) is allowed
    assert not glue("ec2:DeleteTags", INSTANCE, **{"aws:TagKeys": ["hardtarget:managed"]})


@pytest.mark.parametrize("action", ["ec2:TerminateInstances", "ec2:GetConsoleOutput"])
@pytest.mark.parametrize(
    "tags, allowed",
    [
        ({"aws:ResourceTag/hardtarget:managed": STACK}, True),
        ({}, False),
        ({"aws:ResourceTag/hardtarget:managed": "another-stack"}, False),
        ({"aws:ResourceTag/hardtarget:managed": f"{STACK}-2"}, False),
        ({"aws:ResourceTag/managed": STACK}, False),
    ],
)
def test_the_function_may_end_its_own_instances_only(glue, action, tags, allowed):
    assert glue(action, INSTANCE, **tags) is allowed


@pytest.mark.parametrize("action", ["ec2:CreateTags", "ec2:DeleteTags"])
@pytest.mark.parametrize(
    "keys, allowed",
    [
        (["hardtarget:score"], True),
        (["hardtarget:status", "hardtarget:reason", "hardtarget:findings-high"], True),
        (["Name"], False),
        (["hardtarget:score", "Name"], False),
        (["hardtarget"], False),
        ([], False),
    ],
)
def test_images_get_tags_of_our_prefix_only(glue, action, keys, allowed):
    assert glue(action, IMAGE, **({"aws:TagKeys": keys} if keys else {})) is allowed


@pytest.mark.parametrize(
    "action, resource, context",
    [
        ("ec2:StopInstances", INSTANCE, {"aws:ResourceTag/hardtarget:managed": STACK}),
        ("ec2:StartInstances", INSTANCE, {"aws:ResourceTag/hardtarget:managed": STACK}),
        ("ec2:ModifyInstanceAttribute", INSTANCE, {"aws:ResourceTag/hardtarget:managed": STACK}),
        ("ec2:DeregisterImage", IMAGE, {}),
        ("ec2:ModifyImageAttribute", IMAGE, {}),
        ("ec2:CreateImage", INSTANCE, {}),
        ("ec2:DeleteVolume", f"{EC2}:volume/vol-0aaaaaaaaaaaaaaaa", {}),
        ("ec2:AuthorizeSecurityGroupIngress", f"{EC2}:security-group/sg-0aaaaaaaaaaaaaaaa", {}),
        ("iam:PassRole", "{instance_role}", {"iam:PassedToService": "lambda.amazonaws.com"}),
        ("iam:PassRole", "{glue_role}", {"iam:PassedToService": "ec2.amazonaws.com"}),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin", {"iam:PassedToService": "ec2.amazonaws.com"}),
        ("iam:PutRolePolicy", "{instance_role}", {}),
        ("sts:AssumeRole", "{instance_role}", {}),
        ("s3:PutObject", "{bucket}/scans/A:i-1/report.json", {}),
        ("s3:DeleteObject", "{bucket}/reports/f/ami-1/t/report.json", {}),
        ("s3:DeleteObject", "{bucket}/launches/i-1.json", {}),
        ("s3:PutBucketPolicy", "{bucket}", {}),
        ("s3:GetObject", "arn:aws:s3:::another-bucket/reports/x", {}),
        ("s3:PutObject", "arn:aws:s3:::another-bucket/reports/x", {}),
        ("s3:ListBucket", "arn:aws:s3:::another-bucket", {}),
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/another", {}),
        ("s3:PutObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{AGENT_KEYS['x86_64']}", {}),
        ("s3:PutObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{ADVISORIES_KEY}", {}),
        ("s3:PutObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{WAIVERS_KEY}", {}),
        ("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:another.fifo", {}),
        ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:another.fifo", {}),
        ("sqs:PurgeQueue", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}.fifo", {}),
        (
            "kms:CreateGrant",
            KMS_KEY,
            {"kms:GrantIsForAWSResource": "true", "kms:ViaService": f"ec2.{REGION}.amazonaws.com"},
        ),
        ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/another:log-stream:x", {}),
        ("xray:PutTraceSegments", "*", {}),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK}", {}),
    ],
)
def test_the_function_may_do_nothing_else(glue, action, resource, context):
    assert not glue(action, resource, **context)


@pytest.mark.parametrize(
    "action, resource, context",
    [
        ("ec2:DescribeImages", "*", {}),
        ("ec2:DescribeInstances", "*", {}),
        ("ec2:DescribeTags", "*", {}),
        ("iam:PassRole", "{instance_role}", {"iam:PassedToService": "ec2.amazonaws.com"}),
        ("s3:PutObject", "{bucket}/launches/i-1.json", {}),
        ("s3:GetObject", "{bucket}/launches/since.json", {}),
        ("s3:GetObject", "{bucket}/scans/A:i-1/report.json", {}),
        ("s3:PutObject", "{bucket}/scans/A:i-1/console.txt", {}),
        ("s3:PutObject", "{bucket}/reports/f/ami-1/t/report.html", {}),
        ("s3:ListBucket", "{bucket}", {}),
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{AGENT_KEYS['aarch64']}", {}),
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{ADVISORIES_KEY}", {}),
        ("s3:GetObject", f"arn:aws:s3:::{ARTEFACTS_BUCKET}/{WAIVERS_KEY}", {}),
        ("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}.fifo", {}),
        ("sqs:DeleteMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}.fifo", {}),
        ("sqs:GetQueueAttributes", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}.fifo", {}),
        ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}.fifo", {}),
        ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-dead-events", {}),
        ("logs:CreateLogStream", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{STACK}:log-stream:x", {}),
        ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{STACK}:log-stream:x", {}),
    ],
)
def test_the_function_may_do_what_it_does(glue, action, resource, context):
    assert glue(action, resource, **context)


def test_every_call_in_the_source_of_the_function_is_one_that_it_may_make(simulator):
    simulator.reset()
    statements = [one for policy in Deployed(simulator, InspectorFindings="true").glue for one in policy["Statement"]]
    granted = {action for one in statements for action in _list(one["Action"])}
    for service in ("ec2", "s3", "sqs"):
        places = [ROOT / "glue" / "src" / "aws", ROOT / "glue" / "aws" / "src"]
        [source] = [file.read_text() for place in places if (file := place / f"{service}.rs").is_file()]
        calls = set(re.findall(r'(?:Error::of\(|operation: )"(\w+)', source))
        assert calls
        # Two calls have rights of other names: HEAD asks for the right to read.
        rights = {"HeadObject": "GetObject", "ListObjectsV2": "ListBucket"}
        assert {f"{service}:{rights.get(call, call)}" for call in calls} <= granted


def _list(value):
    return value if isinstance(value, list) else [value]


def test_inspector_is_asked_only_if_it_is_wanted(deployed):
    """The evaluator does not know the action yet."""
    assert "GetImageFindings" not in str(deployed.glue)


def test_spot_encrypted_images_and_tracing_bring_their_own_rights(simulator, evaluator):
    simulator.reset()
    more = Deployed(simulator, Spot="true", AmiKmsKeyArns=KMS_KEY, Tracing="Active", TagPrefix="score/")
    assert denied_at_launch(evaluator, more, extra=["spot-instances-request"]) == set()
    account_decides = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }

    def key(action, arn=KMS_KEY, via="ec2", **context):
        context = {"kms:ViaService": f"{via}.{REGION}.amazonaws.com", **context}
        return evaluator.allows(action, arn, more.glue, context, resourcePolicy=account_decides)

    assert key("kms:Decrypt") and key("kms:CreateGrant", **{"kms:GrantIsForAWSResource": "true"})
    assert not key("kms:Decrypt", via="s3")
    assert not key("kms:Decrypt", arn=KMS_KEY[:-1] + "6")
    assert not key("kms:CreateGrant", **{"kms:GrantIsForAWSResource": "false"})
    assert not key("kms:ScheduleKeyDeletion")
    assert evaluator.allows("xray:PutTraceSegments", "*", more.glue)
    for key, allowed in (("score/status", True), ("hardtarget:status", False)):
        assert evaluator.allows("ec2:CreateTags", IMAGE, more.glue, {"aws:TagKeys": [key]}) is allowed


# The policies that lie at the bucket and the queues.


def test_the_bucket_is_for_tls_only(evaluator):
    bucket = "arn:aws:s3:::reports"
    policy = policies.of_resource("ReportBucketPolicy", {"ReportBucket.Arn": bucket})
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    for secure in ("true", "false"):
        for action, resource in (("s3:GetObject", f"{bucket}/reports/x"), ("s3:ListBucket", bucket)):
            answer = evaluator.allows(
                action, resource, [everything], {"aws:SecureTransport": secure}, resourcePolicy=policy
            )
            assert answer is (secure == "true")


@pytest.mark.parametrize(
    "logical, queue, rules",
    [
        ("QueuePolicy", "Queue", ["AmiRule", "ImageBuilderRule"]),
        ("DeadEventsPolicy", "DeadEvents", ["AmiRule", "ImageBuilderRule", "ReportRule", "ReapRule", "RefreshRule"]),
    ],
)
def test_only_our_rules_may_send_to_the_queues(evaluator, logical, queue, rules):
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
    names = {f"{rule}.Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}" for rule in rules}
    policy = policies.of_resource(logical, {f"{queue}.Arn": arn, **names})

    def send(source, secure="true"):
        context = {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{source}", "aws:SecureTransport": secure}
        return evaluator.allows(
            "sqs:SendMessage", arn, [], context, resourcePolicy=policy, principal="events.amazonaws.com"
        )

    assert all(send(rule) for rule in rules)
    assert not send("Another")
    assert not send(rules[0], secure="false")


# The evaluator can fail: policies broken on purpose let through what the tests above forbid.


def broken(role, sid, change):
    """A copy of a role's policies with one statement changed."""
    role = copy.deepcopy(role)
    statement = next(one for policy in role for one in policy["Statement"] if one.get("Sid") == sid)
    change(statement)
    return role


def without(key):
    def change(statement):
        del statement["Condition"][key]

    return change


def test_an_end_without_its_condition_would_be_noticed(glue, deployed):
    loose = broken(deployed.glue, "EndOurInstancesOnly", lambda one: one.pop("Condition"))
    assert glue("ec2:TerminateInstances", INSTANCE, role=loose)


def test_a_prefix_without_the_userid_would_be_noticed(instance, deployed):
    def everybody(statement):
        statement["Resource"] = statement["Resource"].replace("${aws:userid}", "*")

    loose = broken(deployed.instance, "HandInWhatIsItsOwn", everybody)
    assert instance("s3:PutObject", "{bucket}/scans/{role}:i-0bbbbbbbbbbbbbbbb/report.json", role=loose)


def test_an_endpoint_that_is_not_asked_for_would_be_noticed(instance, deployed):
    loose = broken(deployed.instance, "HandInWhatIsItsOwn", lambda one: one.pop("Condition"))
    assert instance("s3:PutObject", "{own}/report.json", role=loose, **{"aws:SourceVpce": None})


def test_a_launch_without_its_conditions_would_be_noticed(evaluator, deployed):
    loose = broken(deployed.glue, "LaunchTaggedAndBoundInstances", lambda one: one.pop("Condition"))
    assert denied_at_launch(evaluator, deployed, loose, tag=None, profile=None, type="p5.48xlarge") == set()
    loose = broken(deployed.glue, "LaunchInOurSubnets", lambda one: one.pop("Condition"))
    assert denied_at_launch(evaluator, deployed, loose, subnet="subnet-0fffffffffffffff0") == set()


def test_any_key_instead_of_all_keys_would_be_noticed(glue, deployed):
    def any_value(statement):
        condition = statement["Condition"]
        condition["ForAnyValue:StringLike"] = condition.pop("ForAllValues:StringLike")

    loose = broken(deployed.glue, "TagImagesWithOurPrefixOnly", any_value)
    assert glue("ec2:CreateTags", IMAGE, role=loose, **{"aws:TagKeys": ["hardtarget:score", "Name"]})
    loose = broken(deployed.glue, "TagImagesWithOurPrefixOnly", without("Null"))
    assert glue("ec2:CreateTags", IMAGE, role=loose)


def test_a_role_that_may_pass_any_role_would_be_noticed(glue, deployed):
    loose = broken(deployed.glue, "PassTheInstanceRole", lambda one: one.update(Resource="*"))
    assert glue(
        "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin", role=loose, **{"iam:PassedToService": "ec2.amazonaws.com"}
    )


def test_a_condition_on_a_key_that_aws_does_not_send_is_refused_not_ignored(glue):
    with pytest.raises(ValueError, match="MetadataHttpTokens"):
        glue("ec2:DescribeInstances", "*", **{"ec2:MetadataHttpTokens": "required"})
