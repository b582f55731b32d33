"""The ledger, deployed: by API calls, or by the template. It has a bucket of its own, unless it stands beside a
deployed base stack. `test_ledger_flow.py` proves that the template makes what `by_hand` makes."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from .aws import ACCOUNT, REGION
from .stack import zipped

TEMPLATE = Path(__file__).parents[3] / "packaging/ledger.yaml"

STACK = "hardtarget-lab-ledger"
TOKEN_PARAMETER, TOKEN = "/hardtarget/slack-token", "xoxb-the-token-of-the-lab"
GOLDEN_PARAMETER = "/hardtarget/golden"
CHANNEL = "C0123456LAB"
# How often a message is received until it is laid aside, and how long it cannot be seen meanwhile.
RECEIVES = {"ledger": 12, "tell": 20}
VISIBILITY = {"ledger": "1080", "tell": "1080"}


@dataclass
class LedgerStack:
    """Names of what was deployed, and the functions' environments."""

    bucket: str
    ledger_table: str
    topic_arn: str
    launch_queue_url: str
    # By the name of the function: `(url, url of the dead letters)` of its queue, its variables, what Lambda calls it.
    queues: dict
    env: dict
    functions: dict
    # What EventBridge calls the rules, by the names in RULES.
    rules: dict
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
    "compliance": (
        {
            "source": ["aws.ssm"],
            "detail-type": STATE_MANAGER,
            "detail": {"status": [{"anything-but": ["Pending", "InProgress"]}]},
        },
        None,
        "ledger",
    ),
    "terminated": (
        {
            "source": ["aws.ec2"],
            "detail-type": ["EC2 Instance State-change Notification"],
            "detail": {"state": ["terminated"]},
        },
        None,
        "ledger",
    ),
    "monthly": ("cron(0 7 1 * ? *)", {"monthly": True}, "ledger"),
    "wake": ("cron(5 0 * * ? *)", {"wake": True}, "ledger"),
    "still-open": ("cron(17 3 1 * ? *)", {"still-open": True}, "ledger"),
    "golden-check": ("rate(15 minutes)", {"golden-check": True}, "ledger"),
    "golden": ("cron(0 6 * * ? *)", {"golden": True}, "golden"),
}


def by_hand(aws, base=None, slack_url=None):
    """The stack, with everything on. `base` is the base stack (see stack.py) that it stands beside."""
    sqs, sns, events = (aws.client(name) for name in ("sqs", "sns", "events"))
    bucket, launches = ground(aws, base)
    table(aws, f"{STACK}-entries")
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
    both = {"HARDTARGET_BUCKET": bucket, "HARDTARGET_LEDGER_TABLE": f"{STACK}-entries"}
    env = {
        "ledger": {
            **both,
            "HARDTARGET_LEDGER_BY": "family",
            "HARDTARGET_HISTORY_DAYS": "400",
            "HARDTARGET_COMPLIANCE_TYPES": "Custom:InSpec,Custom:Inspec",
            "HARDTARGET_LEDGER_QUEUE_URL": queues["ledger"][0],
        },
        "tell": {
            **both,
            "HARDTARGET_ACCOUNT": ACCOUNT,
            "HARDTARGET_TOPIC_ARN": topic,
            "HARDTARGET_SLACK_TOKEN_PARAMETER": TOKEN_PARAMETER if slack_url else "",
            "HARDTARGET_SLACK_CHANNEL": CHANNEL if slack_url else "",
            "HARDTARGET_TELL_NOTHING_NEW": "false",
            "HARDTARGET_SECURITY_HUB": "false",
        },
        "golden": {
            **both,
            "HARDTARGET_GOLDEN_PARAMETER": GOLDEN_PARAMETER,
            "HARDTARGET_GOLDEN_HOURS": "12",
            "HARDTARGET_LAUNCH_QUEUE_URL": launches,
        },
    }
    rules = {name: f"{STACK}-{name}" for name in RULES}
    return LedgerStack(bucket, f"{STACK}-entries", topic, launches, queues, env, functions, rules)


def from_template(aws, base=None, slack_url=None, **parameters):
    """The stack as CloudFormation makes it, as far as moto can."""
    s3, formation, sqs = aws.client("s3"), aws.client("cloudformation"), aws.client("sqs")
    bucket, launches = ground(aws, base)
    artefacts = f"{STACK}-artefacts"
    s3.create_bucket(Bucket=artefacts, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=artefacts, Key="ledger.zip", Body=zipped({"bootstrap": b"the lab runs a binary of its own"}))
    given = {
        "ArtefactBucket": artefacts,
        "LedgerKey": "ledger.zip",
        "ReportBucket": bucket,
        "LaunchQueueUrl": launches,
        "LaunchQueueArn": arn(sqs, launches),
        "AlarmTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms",
        "GoldenParameter": GOLDEN_PARAMETER,
        **({"SlackChannel": CHANNEL, "SlackTokenParameter": TOKEN_PARAMETER} if slack_url else {}),
        **parameters,
    }
    formation.create_stack(
        StackName=STACK,
        TemplateBody=TEMPLATE.read_text(),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
    )
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    made = {one["LogicalResourceId"]: one for page in pages for one in page["StackResourceSummaries"]}
    name = {logical: one["PhysicalResourceId"] for logical, one in made.items()}
    queues = {"ledger": ("LedgerQueue", "LedgerDead"), "tell": ("TellQueue", "TellDead")}
    queues = {function: tuple(name[one] for one in pair) for function, pair in queues.items()}
    for url, _ in queues.values():
        # What runs in the lab's stead of Lambda is the lab: moto must not try as well.
        aws.sqs.get_queue(url.rsplit("/", 1)[1]).lambda_event_source_mappings.clear()
    functions = {"ledger": "LedgerFunction", "tell": "TellFunction", "golden": "GoldenFunction"}
    functions = {function: name[logical] for function, logical in functions.items() if logical in name}
    env = {function: variables(aws, known) for function, known in functions.items()}
    rules = {rule: f"{rule.title().replace('-', '')}Rule" for rule in RULES}
    rules |= {"looks": "LookRule", "changes": "ChangeRule"}
    rules = {
        rule: name[logical].rsplit("/", 1)[-1].rsplit("|", 1)[-1] for rule, logical in rules.items() if logical in name
    }
    mappings = aws.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    ours = [one for one in mappings if one["FunctionArn"].rsplit(":", 1)[1] in functions.values()]
    [batch] = {one["BatchSize"] for one in ours}
    return LedgerStack(bucket, name["Entries"], name["News"], launches, queues, env, functions, rules, batch, made)


def variables(aws, function):
    known = aws.client("lambda").get_function_configuration(FunctionName=function)
    return known["Environment"]["Variables"]


def ground(aws, base):
    """What is there before the ledger: `(bucket, url of the queue of AMIs that wait)`, and two parameters."""
    ssm = aws.client("ssm")
    ssm.put_parameter(Name=TOKEN_PARAMETER, Type="SecureString", Value=TOKEN)
    ssm.put_parameter(Name=GOLDEN_PARAMETER, Type="String", Value="[]")
    if base is not None:
        return base.bucket, base.queue_url
    s3, bucket = aws.client("s3"), f"{STACK}-reports"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    return bucket, aws.client("sqs").create_queue(QueueName=f"{STACK}-launch.fifo", Attributes=fifo)["QueueUrl"]


def table(aws, name):
    """The table."""
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
    given = {"VisibilityTimeout": VISIBILITY[name], "RedrivePolicy": redrive}
    return sqs.create_queue(QueueName=f"{STACK}-{name}", Attributes=given)["QueueUrl"], dead


def arn(sqs, url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
