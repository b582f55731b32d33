"""What deploying needs. Which permissions a resource type asks of the person who deploys is in
CloudFormation's own schemas, which cfn-lint carries."""

import json
import pathlib
import re

import cfnlint.decode
from deployment import ROOT

# Asked for by features that the templates do not use: for tables, replicas, imports, streams and what they hold.
NOT_USED = re.compile(
    r"(vpc-lattice|vpce|s3tables|s3files|kms|elasticfilesystem|firehose):.*|s3:REST\.PUT\.OBJECT"
    r"|iam:\w+(User|Group)Policy|lambda:(Pass|Get|List)?(CapacityProvider|LayerVersion|CodeSigningConfig)"
    r"|lambda:AssociateRuntimeAlias|lambda:PublishVersion"
    r"|ec2:(CreateVpcEncryptionControl|ModifyVpcTenancy|(Disa|A)ssociateSubnetCidrBlock|UpdateSecurityGroupRuleDescriptions\w+)"
    r"|logs:(Put|Delete|Describe)ResourcePolic\w+|logs:CreateLogDelivery"
    r"|dynamodb:(\w+TableReplica|ImportTable|DescribeImport|(En|Dis)ableKinesis\w+|UpdateKinesis\w+|\w+Item|Query|Scan)"
    r"|dynamodb:((Put|Delete)ResourcePolicy|UpdateContributorInsights)|kinesis:.*|iam:CreateServiceLinkedRole"
)

# What the scripts that deploy and undeploy call themselves.
SCRIPTS = [
    "s3:CreateBucket", "s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation", "s3:GetBucketTagging",
    "s3:PutBucketTagging", "s3:PutBucketPublicAccessBlock", "s3:PutEncryptionConfiguration", "s3:GetObject",
    "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket",
    "cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet", "cloudformation:ExecuteChangeSet",
    "cloudformation:DescribeStacks", "cloudformation:DescribeStackResources", "cloudformation:DescribeStackEvents",
    "cloudformation:DeleteStack", "lambda:GetFunction", "lambda:PutFunctionConcurrency",
    "ec2:DescribeInstances", "ec2:TerminateInstances", "ec2:CreateTags",
]  # fmt: skip


def policy():
    return json.loads((ROOT / "packaging" / "deployer-policy.json").read_text())


def allowed(policy, action):
    """Whether the policy allows an action on anything."""
    patterns = [pattern for one in policy["Statement"] for pattern in one["Action"]]
    return any(re.fullmatch(pattern.replace("*", ".*"), action) for pattern in patterns)


def asked_for(template):
    """`(resource type, permission)` of all that deploying, updating and deleting a template needs."""
    types = {one["Type"] for one in template["Resources"].values()}
    schemas = {}
    for path in (pathlib.Path(cfnlint.__file__).parent / "data" / "schemas" / "resources").glob("*.json"):
        schema = json.loads(path.read_text())
        if schema.get("typeName") in types:
            schemas[schema["typeName"]] = schema
    assert set(schemas) == types
    every = {
        (name, permission)
        for name, schema in schemas.items()
        for verb in ("create", "read", "update", "delete")
        for permission in schema.get("handlers", {}).get(verb, {}).get("permissions", [])
    }
    return {(name, one) for name, one in every if not NOT_USED.fullmatch(one)}
