"""The ledger, deployed: by API calls. It has a bucket of its own, unless it stands beside a deployed base stack."""

import json
from dataclasses import dataclass, field

from .aws import ACCOUNT, REGION

STACK = "hardtarget-lab-ledger"
TOKEN_PARAMETER, TOKEN = "/hardtarget/slack-token", "xoxb-the-token-of-the-lab"
GOLDEN_PARAMETER = "/hardtarget/golden"
CHANNEL = "C0LAB"
# How often a message is received until it is laid aside.
RECEIVES = {"ledger": 12, "tell": 20}


@dataclass
class LedgerStack:
    """Names of what was deployed, and the functions' environments."""

    bucket: str
    ledger_table: str
    fleet_table: str
    topic_arn: str
    launch_queue_url: str
    # By the name of the function: `(url, url of the dead letters)` of its queue, its variables, what Lambda calls it.
    queues: dict
    env: dict
    functions: dict
    batch_size: int = 1
    # What CloudFormation made, by the template's names; empty if it was made by hand.
    resources: dict = field(default_factory=dict)


def created(*keys):
    """Matches objects that arrive under such keys."""
    patterns = [{"wildcard": key} for key in keys]
    return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"object": {"key": patterns}}}


STATE_MANAGER = ["EC2 State Manager Association State Change", "EC2 State Manager Instance Association State Change"]

# Name: (pattern or None, what is sent in the event's stead, whereto).
RULES = {
    "looks": (created("reports/*/report.json", "reports/*/image.json", "inspec/*.json"), None, "ledger"),
    "changes": (created("changes/*.json"), None, "tell"),
    "compliance": ({"source": ["aws.ssm"], "detail-type": STATE_MANAGER}, None, "ledger"),
    "monthly": ("cron(0 7 1 * ? *)", {"monthly": True}, "ledger"),
    "wake": ("rate(1 hour)", {"wake": True}, "ledger"),
    "golden-check": ("rate(15 minutes)", {"golden-check": True}, "ledger"),
    "golden": ("cron(0 6 * * ? *)", {"golden": True}, "golden"),
}


def by_hand(aws, base=None, slack_url=None):
    """The stack, with everything on. `base` is the base stack (see stack.py) that it stands beside."""
    s3, sqs, sns, events, ssm = (aws.client(name) for name in ("s3", "sqs", "sns", "events", "ssm"))
    if base is None:
        bucket = f"{STACK}-reports"
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        notify = {"EventBridgeConfiguration": {}}
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notify)
        fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        launches = sqs.create_queue(QueueName=f"{STACK}-launch.fifo", Attributes=fifo)["QueueUrl"]
    else:
        bucket, launches = base.bucket, base.queue_url
    for name in ("entries", "fleet"):
        table(aws, f"{STACK}-{name}")
    queues = {name: queue(sqs, name) for name in ("ledger", "tell")}
    topic = sns.create_topic(Name=f"{STACK}-news")["TopicArn"]
    functions = {"ledger": STACK, "tell": f"{STACK}-tell", "golden": f"{STACK}-golden"}
    arns = {"golden": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{functions['golden']}"}
    arns |= {name: arn(sqs, url) for name, (url, _) in queues.items()}
    for name, (when, given, target) in RULES.items():
        when = {"EventPattern": json.dumps(when)} if isinstance(when, dict) else {"ScheduleExpression": when}
        events.put_rule(Name=f"{STACK}-{name}", **when)
        more = {"Input": json.dumps(given)} if given else {}
        events.put_targets(Rule=f"{STACK}-{name}", Targets=[{"Id": target, "Arn": arns[target], **more}])
    ssm.put_parameter(Name=TOKEN_PARAMETER, Type="SecureString", Value=TOKEN)
    ssm.put_parameter(Name=GOLDEN_PARAMETER, Type="String", Value="[]")
    all_of_them = {
        "HARDTARGET_ACCOUNT": ACCOUNT,
        "HARDTARGET_BUCKET": bucket,
        "HARDTARGET_LEDGER_TABLE": f"{STACK}-entries",
    }
    env = {
        "ledger": {"HARDTARGET_FLEET_TABLE": f"{STACK}-fleet", "HARDTARGET_GOLDEN_PARAMETER": GOLDEN_PARAMETER},
        "tell": {
            "HARDTARGET_TOPIC_ARN": topic,
            "HARDTARGET_SLACK_TOKEN_PARAMETER": TOKEN_PARAMETER if slack_url else "",
            "HARDTARGET_SLACK_CHANNEL": CHANNEL if slack_url else "",
        },
        "golden": {"HARDTARGET_GOLDEN_PARAMETER": GOLDEN_PARAMETER, "HARDTARGET_LAUNCH_QUEUE_URL": launches},
    }
    env = {name: all_of_them | more for name, more in env.items()}
    tables = f"{STACK}-entries", f"{STACK}-fleet"
    return LedgerStack(bucket, *tables, topic, launches, queues, env, functions)


def table(aws, name):
    """One table, as both are."""
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
    )
    expires = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expires)


def queue(sqs, name):
    """A standard queue and its dead letters: `(url, url)`."""
    dead = sqs.create_queue(QueueName=f"{STACK}-dead-{name}")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": arn(sqs, dead), "maxReceiveCount": RECEIVES[name]})
    given = {"VisibilityTimeout": "360", "RedrivePolicy": redrive}
    return sqs.create_queue(QueueName=f"{STACK}-{name}", Attributes=given)["QueueUrl"], dead


def arn(sqs, url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
