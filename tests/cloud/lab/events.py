"""EventBridge's part: an event goes to the targets of the rules that it matches.

moto knows rules and patterns, but cannot call a Lambda function. So the targets of its rules are
served here: queues at once, the function later, when the lab next lets things happen."""

import json
import uuid
from datetime import UTC, datetime

from moto.events import models

from .aws import ACCOUNT, REGION


def make(detail_type, source, detail, resources=()):
    """An event as EventBridge hands it on."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": list(resources),
        "detail": detail,
    }


def ami_available(ami, state="available"):
    """`EC2 AMI State Change`."""
    detail = {"RequestId": str(uuid.uuid4()), "State": state, "ImageId": ami, "ErrorMessage": ""}
    return make("EC2 AMI State Change", "aws.ec2", detail, [f"arn:aws:ec2:{REGION}::image/{ami}"])


def image_builder(arn, status="AVAILABLE"):
    """`EC2 Image Builder Image State Change`; it names the image, not the AMIs."""
    detail = {"previous-state": {"status": "TESTING"}, "state": {"status": status}}
    return make("EC2 Image Builder Image State Change", "aws.imagebuilder", detail, [arn])


def instance_association(instance, status="Success", document="AWS-RunInspecChecks"):
    """`EC2 State Manager Instance Association State Change`."""
    detail = {
        "association-id": "34fcb7e0-9a14-494c-9989-0e04e3f67f86",
        "document-name": document,
        "association-version": "1",
        "document-version": "Optional.empty",
        "instance-id": instance,
        "detailed-status": status,
        "status": status,
        "execution-summary": "1 out of 1 plugin processed",
        "instance-association-cwe-version": "1",
    }
    resources = [f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}", f"arn:aws:ssm:{REGION}::document/{document}"]
    return make("EC2 State Manager Instance Association State Change", "aws.ssm", detail, resources)


def association(instances, status="Success", document="AWS-RunInspecChecks", targets=None):
    """`EC2 State Manager Association State Change`; it names the instances in `targets` only, if it does: `targets`
    may be `[{"key": "tag:Name", "values": ["web"]}]` instead."""
    name = "34fcb7e0-9a14-494c-9989-0e04e3f67f86"
    detail = {
        "association-id": name,
        "document-name": document,
        "association-version": "1",
        "document-version": "Optional.empty",
        "targets": json.dumps(targets or [{"key": "InstanceIds", "values": list(instances)}]),
        "status": status,
        "association-status-aggregated-count": json.dumps({status: len(instances)}),
        "schedule-expression": "cron(0 0/30 * 1/1 * ? *)",
        "association-cwe-version": "1.0",
    }
    resources = [f"arn:aws:ssm:{REGION}::document/{document}"]
    return make("EC2 State Manager Association State Change", "aws.ssm", detail, resources)


def instance_state(instance, state="terminated", at=None):
    """`EC2 Instance State-change Notification`; `at` in RFC 3339."""
    detail = {"instance-id": instance, "state": state}
    made = make(
        "EC2 Instance State-change Notification",
        "aws.ec2",
        detail,
        [f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}"],
    )
    return made | ({"time": at} if at else {})


class EventBridge:
    """Takes over delivery from moto's rules while it is the current one.

    `invoke_later(event, name)` is told what a Lambda function of that name is to be invoked with."""

    def __init__(self, aws, invoke_later):
        self.aws, self.invoke_later = aws, invoke_later
        models.Rule.send_to_targets = lambda rule, event, transform_input=True: self.matched(rule, event)

    def put(self, event):
        """One event on the default bus."""
        for rule in list(self.aws.events.event_buses["default"].rules.values()):
            self.matched(rule, event)

    def matched(self, rule, event):
        """Hands the event to the targets of a rule, if it matches."""
        event = dict(event)
        if not isinstance(event.get("time"), str):
            at = datetime.fromtimestamp(float(event["time"]), UTC)
            event["time"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if event.get("id") in (None, ""):
            event["id"] = str(uuid.uuid4())
        if rule.state == "ENABLED" and rule.event_pattern.get_pattern() and rule.event_pattern.matches_event(event):
            for target in rule.targets:
                self.deliver(target, event)

    def fire(self, name):
        """What the schedule of a rule does when its time has come."""
        rule = self.aws.events.event_buses["default"].rules[name]
        for target in rule.targets:
            self.deliver(target, make("Scheduled Event", "aws.events", {}, [rule.arn]))

    def deliver(self, target, event):
        if "Input" in target:
            event = json.loads(target["Input"])
        arn = models.parse_arn(target["Arn"])
        if arn.service == "sqs":
            # EventBridge gives no deduplication id; the queue takes the body's hash, as the template has it.
            group = target.get("SqsParameters", {}).get("MessageGroupId")
            self.aws.sqs.send_message(queue_name=arn.resource_id, message_body=json.dumps(event), group_id=group)
        elif arn.service == "lambda":
            self.invoke_later(event, arn.resource_id)
        else:
            raise NotImplementedError(f"the lab has no target {target['Arn']}")
