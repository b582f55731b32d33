"""Hard Target, deployed: by API calls, quick enough to have a fresh one in every test, or by the template.

`test_events_flow.py` proves that the template makes what `by_hand` makes."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from .aws import REGION

AGENT = b"#!/bin/sh\necho this stands for the agent\n"
STACK = "hardtarget-lab"
TEMPLATE = Path(__file__).parents[3] / "packaging/hardtarget.yaml"


@dataclass
class Stack:
    """Names of what was deployed, and the function's environment."""

    bucket: str
    artefacts: str
    queue_url: str
    dead_letters_url: str
    role_id: str
    env: dict
    subnets: list = field(default_factory=list)
    batch_size: int = 5
    # What CloudFormation made, by the template's names; empty if it was made by hand.
    resources: dict = field(default_factory=dict)


RULES = {
    "images": (
        {"source": ["aws.ec2"], "detail-type": ["EC2 AMI State Change"], "detail": {"State": ["available"]}},
        "queue",
    ),
    "image-builder": (
        {
            "source": ["aws.imagebuilder"],
            "detail-type": ["EC2 Image Builder Image State Change"],
            "detail": {"state": {"status": ["AVAILABLE"]}},
        },
        "queue",
    ),
    "reports": (
        {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"object": {"key": [{"wildcard": "scans/*/report.json"}]}},
        },
        "function",
    ),
}


def by_hand(aws, agent=AGENT):
    """The stack, with two subnets and agents for both architectures."""
    s3, sqs, ec2, iam, events = (aws.client(name) for name in ("s3", "sqs", "ec2", "iam", "events"))
    bucket, artefacts = f"{STACK}-reports", f"{STACK}-artefacts"
    for name in (bucket, artefacts):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    dead, queue = fifo_queues(sqs)
    vpc = ec2.create_vpc(CidrBlock="10.190.0.0/24")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.190.0.{part * 128}/25", AvailabilityZone=REGION + zone)["Subnet"][
            "SubnetId"
        ]
        for part, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="scans", Description="scans", VpcId=vpc)["GroupId"]
    role = iam.create_role(RoleName="scan", AssumeRolePolicyDocument="{}")["Role"]
    profile = iam.create_instance_profile(InstanceProfileName="scan")["InstanceProfile"]
    iam.add_role_to_instance_profile(InstanceProfileName="scan", RoleName="scan")
    for name, (pattern, target) in RULES.items():
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        arn = queue[1] if target == "queue" else f"arn:aws:lambda:{REGION}:123456789012:function:{STACK}"
        more = {"SqsParameters": {"MessageGroupId": "launch"}} if target == "queue" else {}
        events.put_targets(Rule=name, Targets=[{"Id": target, "Arn": arn, **more}])
    env = {
        "HARDTARGET_BUCKET": bucket,
        "HARDTARGET_QUEUE_URL": queue[0],
        "HARDTARGET_STACK": STACK,
        "HARDTARGET_SUBNET_IDS": ",".join(subnets),
        "HARDTARGET_SECURITY_GROUP_ID": group,
        "HARDTARGET_INSTANCE_PROFILE_ARN": profile["Arn"],
        "HARDTARGET_ROLE_ID": role["RoleId"],
        "HARDTARGET_AGENT_VERSION": "0.1.0",
        "HARDTARGET_AGENT_BUCKET": artefacts,
    }
    for arch, body in (("X86_64", agent), ("AARCH64", agent)):
        key, digest = f"agent/0.1.0/{arch.lower()}/hardtarget-agent", hashlib.sha256(body).hexdigest()
        s3.put_object(Bucket=artefacts, Key=key, Body=body)
        env |= {f"HARDTARGET_AGENT_KEY_{arch}": key, f"HARDTARGET_AGENT_SHA256_{arch}": digest}
    return Stack(bucket, artefacts, queue[0], dead[0], role["RoleId"], env, subnets)


def from_template(aws, agent=AGENT, template=TEMPLATE, **parameters):
    """The stack as CloudFormation makes it, as far as moto can.

    moto passes over a bucket's NotificationConfiguration, so that is put afterwards."""
    s3, formation = aws.client("s3"), aws.client("cloudformation")
    artefacts = f"{STACK}-artefacts"
    s3.create_bucket(Bucket=artefacts, CreateBucketConfiguration={"LocationConstraint": REGION})
    given = {"ArtefactBucket": artefacts, "GlueKey": "glue.zip", "RefreshKey": "glue.zip", "AgentVersion": "0.1.0"}
    s3.put_object(Bucket=artefacts, Key="glue.zip", Body=zipped({"bootstrap": b"the lab runs a binary of its own"}))
    for name, arch in (("X8664", "x86_64"), ("Aarch64", "aarch64")):
        key = f"agent/0.1.0/{arch}/hardtarget-agent"
        s3.put_object(Bucket=artefacts, Key=key, Body=agent)
        given |= {f"AgentKey{name}": key, f"AgentSha256{name}": hashlib.sha256(agent).hexdigest()}
    given |= parameters
    formation.create_stack(
        StackName=STACK,
        TemplateBody=template.read_text(),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
    )
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    made = {one["LogicalResourceId"]: one for page in pages for one in page["StackResourceSummaries"]}
    function = made["Function"]["PhysicalResourceId"]
    env = aws.client("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    bucket, queue_url = env["HARDTARGET_BUCKET"], env["HARDTARGET_QUEUE_URL"]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    [mapping] = aws.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    # What runs in the lab's stead of Lambda is the lab: moto must not try as well.
    aws.sqs.get_queue(queue_url.rsplit("/", 1)[1]).lambda_event_source_mappings.clear()
    return Stack(
        bucket,
        artefacts,
        queue_url,
        made["DeadLetters"]["PhysicalResourceId"],
        env["HARDTARGET_ROLE_ID"],
        env,
        env["HARDTARGET_SUBNET_IDS"].split(","),
        mapping["BatchSize"],
        made,
    )


def zipped(files):
    """A zip of these files, as bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return packed.getvalue()


def fifo_queues(sqs):
    """The queue and its dead letters: `((url, arn) of the dead, (url, arn) of the queue)`."""

    def make(name, **attributes):
        url = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true", **attributes})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return url, arn

    dead = make(f"{STACK}-dead.fifo")
    redrive = json.dumps({"deadLetterTargetArn": dead[1], "maxReceiveCount": 240})
    return dead, make(f"{STACK}.fifo", ContentBasedDeduplication="true", VisibilityTimeout="360", RedrivePolicy=redrive)
