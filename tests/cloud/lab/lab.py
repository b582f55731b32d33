"""The laboratory: a simulated AWS with Hard Target deployed in it, which does nothing by itself.

lab = Lab(glue="target/debug/hardtarget-glue")
ami = lab.image()
lab.available(ami)          # the event goes to the queue
lab.settle()                # the queue and the function work until nothing is left to do
[guest] = lab.guests()
guest.hand_in("typical")    # S3 tells the function
lab.settle()
lab.tags(ami)["hardtarget:status"]  # "assessed"
"""

import base64
import json
from collections import deque
from datetime import UTC, datetime, timedelta

from . import events, images, stack
from .aws import Aws
from .function import Function
from .guest import Guest
from .queue import Queue
from .wire import Fault

LIVE = ("pending", "running", "stopping", "stopped", "shutting-down")


class Lab:
    """One deployment. With `aws` given it is emptied and used again."""

    def __init__(self, glue, aws=None, timeout=60, deployed=None, **env):
        self.aws = aws or Aws()
        self.aws.reset()
        self.aws.consoles = {}
        self.stack = (deployed or stack.by_hand)(self.aws)
        self.function = Function(
            glue if isinstance(glue, list) else [glue],
            {"AWS_ENDPOINT_URL": self.aws.url, **self.stack.env, **env},
            timeout=timeout,
        )
        self.queue = Queue(self.aws, self.stack.queue_url, self.stack.dead_letters_url, self.stack.batch_size)
        # Asynchronous invokes that wait, with how often they were tried; and those that were given up.
        self.later, self.given_up = deque(), []
        self.bus = events.EventBridge(self.aws, lambda event, _=None: self.later.append((event, 0)))
        self.invocations = []
        self.s3 = self.aws.client("s3")
        self.fail("ec2", "GetConsoleOutput", effect="answer", times=10**6, then=self.console_output)

    def close(self):
        self.function.stop()
        self.aws.wire.reset()

    # What happens.

    def image(self, *args, **kwargs):
        """Registers an AMI (see `images.register`); tells nobody."""
        return images.register(self.aws, *args, **kwargs)

    def available(self, ami):
        """EC2 tells that an AMI can be used."""
        self.bus.put(events.ami_available(ami))

    def reap(self):
        """The schedule's turn, and what follows from it; gives what came of the turn itself."""
        done = self.invoke({"reap": True})
        self.settle()
        return done

    def invoke(self, event):
        """Invokes the function and waits, as `aws lambda invoke` does."""
        done = self.function.invoke(event)
        self.invocations.append(done)
        return done

    def poll(self):
        """One turn of the queue; None if nothing waits."""
        return self.queue.poll(self.invoke)

    def settle(self, turns=1000):
        """Lets everything happen that can: the queue, until it gives everything back, and what was
        invoked asynchronously, three times if it fails. Gives the invocations."""
        first = len(self.invocations)
        while turns > 0:
            turns -= 1
            if self.later:
                self.run_later()
            elif not self.moved():
                break
        return self.invocations[first:]

    def moved(self):
        """Whether a turn of the queue finished a message."""
        before = len(self.queue)
        return self.poll() is not None and len(self.queue) < before

    def run_later(self):
        event, tried = self.later.popleft()
        done = self.invoke(event)
        if done.error is not None:
            if tried < 2:
                self.later.append((event, tried + 1))
            else:
                self.given_up.append((event, done.error))

    def fail(self, service, action, code="InternalError", status=500, **more):
        """Makes calls fail, see `Fault`; gives it, so that `hits` can be read."""
        fault = Fault(service, action, code=code, status=status, **more)
        with self.aws.wire.lock:
            # What a test asks for comes before the lab's own.
            self.aws.wire.faults.insert(0, fault)
        return fault

    def kill_at(self, service, action, **more):
        """The call is done, but the function is killed before it hears of it."""
        return self.fail(service, action, effect="lost", then=lambda _: self.function.kill(), **more)

    def heal(self):
        """Ends all faults."""
        with self.aws.wire.lock:
            self.aws.wire.faults = [one for one in self.aws.wire.faults if one.action == "GetConsoleOutput"]

    # What there is.

    def instances(self, states=LIVE):
        """The instances in EC2 in one of these states, oldest first."""
        held = [one for reservation in self.aws.ec2.reservations.values() for one in reservation.instances]
        return [one for one in held if one.state in states]

    def guests(self):
        """The live ones of our instances."""
        tagged = [one for one in self.instances() if self.instance_tags(one.id).get("hardtarget:managed")]
        return [self.guest(one.id) for one in tagged]

    def guest(self, instance):
        return Guest(self.aws, self.stack, instance)

    def instance_tags(self, instance):
        return {tag["key"]: tag["value"] for tag in self.aws.ec2.describe_tags({"resource-id": [instance]})}

    def tags(self, ami):
        """The AMI's tags."""
        return images.tags(self.aws, ami)

    def status(self, ami):
        """The tag `status` of the AMI; None without."""
        return self.tags(ami).get("hardtarget:status")

    def reason(self, ami):
        """The tag `reason` of the AMI; empty without."""
        return self.tags(ami).get("hardtarget:reason", "")

    def keys(self, prefix=""):
        """The keys in the bucket."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.stack.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def published(self, prefix="reports/"):
        """The keys of what was published; without those that say what became of each AMI."""
        return [key for key in self.keys(prefix) if not key.endswith("/image.json")]

    def image_status(self, ami):
        """What the bucket says of an AMI (`image.json`); None without."""
        found = [key for key in self.keys("reports/") if key.endswith(f"/{ami}/image.json")]
        assert len(found) < 2, found
        return json.loads(self.read(found[0])) if found else None

    def read(self, key):
        """An object's bytes."""
        return self.s3.get_object(Bucket=self.stack.bucket, Key=key)["Body"].read()

    def calls(self, service, action):
        """The calls that were made, the lab's own too."""
        with self.aws.wire.lock:
            return [call for call in self.aws.wire.calls if (call.service, call.action) == (service, action)]

    def lines(self):
        """All log lines of all invocations."""
        return [line for done in self.invocations for line in done.lines]

    def asked_by_the_function(self):
        """What the function asks of AWS, as `(service, action)`; the lab's own calls are not in it."""
        with self.aws.wire.lock:
            calls = list(self.aws.wire.calls)
        agents = ("user-agent", "x-amz-user-agent")
        ours = [one for one in calls if any("aws-sdk-rust" in one.headers.get(name, "") for name in agents)]
        return {(call.service, call.action) for call in ours}

    def launches(self):
        """What was asked of RunInstances, oldest first, as it was meant."""
        return [call.nested for call in self.calls("ec2", "RunInstances")]

    def assess(self, ami, report="typical"):
        """The whole way of one AMI; gives the instance's id."""
        self.available(ami)
        self.settle()
        [guest] = [one for one in self.guests() if one.ami == ami]
        guest.hand_in(report)
        self.settle()
        return guest.instance

    def metrics(self, name):
        """The values of a metric, as CloudWatch reads them from the log lines."""
        return [line[name] for line in self.lines() if "_aws" in line and name in line]

    # What time and chance do.

    def overdue(self, instance, minutes=60):
        """As if the instance had been launched so much earlier: in EC2, in its tags, in our record."""
        back = timedelta(minutes=minutes)
        held = self.aws.ec2.get_instance(instance)
        held.launch_time = shifted(held.launch_time, back)
        deadline = self.instance_tags(instance)["hardtarget:deadline"]
        self.aws.ec2.create_tags([instance], {"hardtarget:deadline": rfc3339(parsed(deadline) - back)})
        self.overdue_record(instance, minutes)

    def overdue_record(self, instance, minutes=60):
        """As `overdue`, in our record only."""
        key, back = f"launches/{instance}.json", timedelta(minutes=minutes)
        if key in self.keys("launches/"):
            record = json.loads(self.read(key))
            for name in ("launched_at", "deadline"):
                record[name] = rfc3339(parsed(record[name]) - back)
            self.s3.put_object(Bucket=self.stack.bucket, Key=key, Body=json.dumps(record).encode())

    def forget(self, instance):
        """EC2 forgets a terminated instance after an hour or so."""
        if self.aws.ec2.get_instance(instance).state != "terminated":
            self.aws.ec2.terminate_instances([instance])
        for id, reservation in list(self.aws.ec2.reservations.items()):
            reservation.instances = [one for one in reservation.instances if one.id != instance]
            if not reservation.instances:
                del self.aws.ec2.reservations[id]

    def an_hour_passes(self):
        """EC2 forgets all terminated instances, and Lambda starts the function afresh."""
        self.function.kill()
        for instance in self.instances(states=("terminated",)):
            self.forget(instance.id)

    def console_output(self, call):
        instance = call.params.get("InstanceId", "")
        output = base64.b64encode(self.aws.consoles.get(instance, "").encode()).decode()
        body = (
            '<GetConsoleOutputResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>lab</requestId>'
            f"<instanceId>{instance}</instanceId><timestamp>{rfc3339(datetime.now(UTC))}</timestamp>"
            f"<output>{output}</output></GetConsoleOutputResponse>"
        )
        return 200, {"Content-Type": "text/xml"}, body.encode()


def parsed(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def rfc3339(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shifted(value, back):
    """A time that moto holds, as text or as a datetime, so much earlier."""
    if isinstance(value, str):
        return (parsed(value) - back).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return value - back
