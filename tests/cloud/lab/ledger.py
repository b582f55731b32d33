"""The findings ledger in the laboratory: its table, queues, topic and rules, and the real functions.

ledger = LedgerLab(program="target/debug/hardtarget-ledger-function")
ledger.put_report("web", "ami-0c1f3a9b27d5e8846", "2026-11-21T06:15:01Z", "typical")   # S3 tells the queue
ledger.settle()                 # queues and functions work until nothing is left to do
ledger.entries("family:web")    # what is open, and what was
ledger.changes()                # what was to be told, as it was put under changes/
ledger.published()              # what subscribers of the topic got
"""

import hashlib
import json
import threading
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from boto3.dynamodb.types import TypeDeserializer

from . import events, ledger_stack, reports
from .aws import ACCOUNT, REGION, Aws
from .compliance import Compliance
from .function import Function
from .queue import StandardQueue
from .wire import Fault


class LedgerLab:
    """One deployment. With `aws` given it is emptied and used again; with `beside`, a `Lab`, the ledger is put
    beside what that has deployed, on its bucket and its queue of AMIs that wait.

    Other settings are variables of all functions: `LedgerLab(…, HARDTARGET_LEDGER_BY="ami")`. `slack_url` is
    where Slack is played; without it there is no Slack."""

    def __init__(self, program, aws=None, beside=None, deployed=None, slack_url=None, timeout=60, **env):
        self.beside = beside
        self.aws = beside.aws if beside else aws or Aws()
        if beside is None:
            self.aws.reset()
        self.stack = (deployed or ledger_stack.by_hand)(
            self.aws, base=beside.stack if beside else None, slack_url=slack_url
        )
        self.program = program if isinstance(program, list) else [program]
        self.env, self.timeout = {"HARDTARGET_SLACK_URL": slack_url or "", **env}, timeout
        self.functions = {name: self.function(name) for name in self.stack.functions}
        self.queues = {
            name: StandardQueue(self.aws, *urls, self.stack.batch_size) for name, urls in self.stack.queues.items()
        }
        self.compliance = Compliance(self.fail)
        self.later, self.given_up, self.invocations = deque(), [], []
        self.bus = events.EventBridge(self.aws, self.invoke_later)
        self.s3, self.dynamodb = self.aws.client("s3"), self.aws.client("dynamodb")
        self.subscribe()

    def function(self, name, part=0):
        """One of the functions. Each process has keys of its own, so that its calls are known from others'."""
        key = f"AKIALAB{name.upper():0<8}{part:05}"
        given = {"AWS_ENDPOINT_URL": self.aws.url, **self.stack.env[name], **self.env, "AWS_ACCESS_KEY_ID": key}
        return Function(self.program, given, name=self.stack.functions[name], timeout=self.timeout)

    def subscribe(self):
        """Somebody wants to hear all that is published."""
        sqs = self.aws.client("sqs")
        self.heard = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
        endpoint = ledger_stack.arn(sqs, self.heard)
        self.aws.client("sns").subscribe(TopicArn=self.stack.topic_arn, Protocol="sqs", Endpoint=endpoint)

    def close(self):
        for function in self.functions.values():
            function.stop()
        self.aws.wire.reset()

    # What happens.

    def put(self, key, body):
        """An object in the bucket, by somebody else than the functions: bytes, text, or an object as JSON."""
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        body = body.encode() if isinstance(body, str) else body
        self.s3.put_object(Bucket=self.stack.bucket, Key=key, Body=body)
        return key

    def put_report(self, family, ami, finished, report="typical", image=None, id=None):
        """A report is published; gives its key. `finished` is a time or RFC 3339; `report` a sample's name, or a
        report, which is then said to be of this AMI and time. `image` has members of an `image.json` that is
        there before, `{"created": …}` for one."""
        if isinstance(finished, str):
            finished = datetime.fromisoformat(finished.replace("Z", "+00:00"))
        if image is not None:
            self.put_image(family, ami, since=seconds(finished), **image)
        report = reports.load(report) if isinstance(report, str) else report
        report = reports.named(report, ami, "i-0123456789abcdef0", finished)
        segment = finished.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        report["scan"]["id"] = id or hashlib.sha256(f"{ami} {segment}".encode()).hexdigest()[:32]
        return self.put(f"reports/{family}/{ami}/{segment}/report.json", report)

    def put_image(self, family, ami, status="assessed", **more):
        """What is known of an AMI, as `hardtarget_report::image_status` has it; gives its key."""
        known = {
            "version": 1,
            "ami": ami,
            "name": f"{family}-2026-11-21",
            "family": family,
            "account": ACCOUNT,
            "region": REGION,
            "created": None,
            "status": status,
            "reason": "",
            "since": seconds(datetime.now(UTC)),
            "report": None,
            "findings": None,
            "vulnerabilities": None,
            "tags": {},
        }
        return self.put(f"reports/{family}/{ami}/image.json", known | more)

    def put_golden(self, value):
        """What the golden list says: text, or an object as JSON."""
        text = value if isinstance(value, str) else json.dumps(value)
        self.aws.client("ssm").put_parameter(
            Name=ledger_stack.GOLDEN_PARAMETER, Type="String", Value=text, Overwrite=True
        )

    def association_ran(self, instance, status="Success"):
        """State Manager tells that an association ran on an instance. See `compliance` for what is found there."""
        self.bus.put(events.instance_association(instance, status))

    def terminated(self, instance, at=None):
        """EC2 tells that an instance was terminated."""
        self.bus.put(events.instance_state(instance, at=at))

    def fire(self, name):
        """The turn of a schedule has come: `monthly`, `wake`, `still-open`, `golden-check` or `golden`."""
        self.bus.fire(self.stack.rules[name])

    def invoke(self, name, event):
        """Invokes a function and waits, as `aws lambda invoke` does."""
        done = self.functions[name].invoke(event)
        self.invocations.append(done)
        return done

    def invoke_later(self, event, function):
        """EventBridge invokes a function, of ours or of those that are beside."""
        names = {given: name for name, given in self.stack.functions.items()}
        if function in names:
            self.later.append((names[function], event, 0))
        elif self.beside:
            self.beside.later.append((event, 0))

    def settle(self, rounds=100):
        """Lets everything happen that can: queues, until all that is left was given back, and what was invoked
        asynchronously, three times if it fails. Gives the invocations."""
        first = len(self.invocations)
        for _ in range(rounds):
            moved = bool(self.beside and self.beside.settle())
            while self.later:
                self.run_later()
                moved = True
            for name, queue in self.queues.items():
                moved |= queue.round(lambda event, name=name: self.invoke(name, event)) > 0
            if not moved:
                break
        return self.invocations[first:]

    def run_later(self):
        name, event, tried = self.later.popleft()
        done = self.invoke(name, event)
        if done.error is not None:
            if tried < 2:
                self.later.append((name, event, tried + 1))
            else:
                self.given_up.append((name, event, done.error))

    def give_up(self, name):
        """Lets the queue of a function come again and again, until what fails is laid aside."""
        for _ in range(ledger_stack.RECEIVES[name] + 1):
            self.queues[name].round(lambda event: self.invoke(name, event))

    def two_at_once(self, first, second, name="ledger", meet=None):
        """Two events at the same time, each in a process of its own. With `meet`, a call such as
        `("dynamodb", "Query")`, the first such call of each waits until the other has come as far:
        it is an error if they do not meet. Gives what came of both."""
        pair = [self.function(name, part) for part in (1, 2)]
        for one in pair:
            one.start()
        barrier = None
        if meet:
            barrier = self.hold([one.env["AWS_ACCESS_KEY_ID"] for one in pair], *meet)
        done = [None, None]

        def run(part, event):
            done[part] = pair[part].invoke(event)

        threads = [threading.Thread(target=run, args=given) for given in enumerate((first, second))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in pair:
            one.stop()
        assert barrier is None or not barrier.broken, f"they did not meet at {meet}"
        self.invocations += done
        return done

    def hold(self, keys, service, action):
        """Makes the first call of each of two processes wait for the other's. Gives what they wait at, which is
        broken if one waited in vain."""
        barrier, waits = threading.Barrier(2), set(keys)

        def watch(call):
            key = access_key(call)
            if (call.service, call.action) == (service, action) and key in waits:
                waits.discard(key)
                with suppress(threading.BrokenBarrierError):
                    barrier.wait(60)

        self.aws.wire.watchers.append(watch)
        return barrier

    def fail(self, service, action, code="InternalError", status=500, **more):
        """Makes calls fail, see `Fault`; gives it, so that `hits` can be read."""
        fault = Fault(service, action, code=code, status=status, **more)
        with self.aws.wire.lock:
            # What a test asks for comes before the lab's own.
            self.aws.wire.faults.insert(0, fault)
        return fault

    def kill_at(self, service, action, name="ledger", **more):
        """The call is done, but the function is killed before it hears of it."""
        return self.fail(service, action, effect="lost", then=lambda _: self.functions[name].kill(), **more)

    def heal(self):
        """Ends all faults that tests asked for."""
        with self.aws.wire.lock:
            self.aws.wire.faults = [one for one in self.aws.wire.faults if one.times >= 10**6]

    # What there is.

    def rows(self, pk=None, prefix=""):
        """Rows of the table as plain values, by their keys."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.stack.ledger_table)
        found = [plain(item) for page in pages for item in page["Items"]]
        found = [row for row in found if pk in (None, row["pk"]) and row["sk"].startswith(prefix)]
        return sorted(found, key=lambda row: (row["pk"], row["sk"]))

    def entries(self, target):
        """The ledger's entries of a target (`family:web`), open and not."""
        return self.rows(pk=target, prefix="F#")

    def looks(self, target):
        """What looked at a target."""
        return self.rows(pk=target, prefix="O#")

    def told(self):
        """What was told where, by the id of the change."""
        return {row["sk"]: row for row in self.rows(pk="told")}

    def keys(self, prefix=""):
        """The keys in the bucket."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.stack.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def read(self, key):
        """An object's bytes."""
        return self.s3.get_object(Bucket=self.stack.bucket, Key=key)["Body"].read()

    def changes(self):
        """What was put under `changes/`, in the order in which it was."""
        put = [call.key for call in self.calls("s3", "PutObject")]
        return [json.loads(self.read(key)) for key in sorted(self.keys("changes/"), key=put.index)]

    def page(self):
        """The fleet page; None if there is none."""
        return self.read("fleet.html").decode() if "fleet.html" in self.keys("fleet") else None

    def fleet(self):
        """What the page is made of, by family."""
        return json.loads(self.read("fleet.json"))["families"]

    def envelopes(self):
        """What a subscriber of the topic got: `Subject`, `Message` (a text), `MessageAttributes`."""
        queue = self.aws.sqs.get_queue(self.heard.rsplit("/", 1)[1])
        return [json.loads(message.body) for message in queue._messages]

    def published(self):
        """The messages of the topic, read as JSON."""
        return [json.loads(envelope["Message"]) for envelope in self.envelopes()]

    def dead(self, name):
        """The events that were given up of a queue, `ledger` or `tell`."""
        return [json.loads(body) for body in self.queues[name].dead()]

    def waiting(self):
        """What is on the queue of AMIs that wait, put there by the golden list."""
        queue = self.aws.sqs.get_queue(self.stack.launch_queue_url.rsplit("/", 1)[1])
        return [json.loads(message.body) for message in queue._messages]

    def calls(self, service=None, action=None, by=None):
        """The calls that were made: all, or those of one function (`by="tell"`)."""
        with self.aws.wire.lock:
            calls = list(self.aws.wire.calls)
        key = by and self.functions[by].env["AWS_ACCESS_KEY_ID"]
        return [
            call
            for call in calls
            if service in (None, call.service) and action in (None, call.action) and key in (None, access_key(call))
        ]

    def lines(self):
        """All log lines of all invocations."""
        return [line for done in self.invocations for line in done.lines]

    def errors(self):
        """What the functions logged as errors, and what they died of."""
        died = [done.error for done in self.invocations if done.error]
        return [line for line in self.lines() if line.get("level") == "ERROR"] + died

    def metrics(self, name):
        """The values of a metric, as CloudWatch reads them from the log lines."""
        return [line[name] for line in self.lines() if "_aws" in line and name in line]


def access_key(call):
    """Whose keys a call was signed with."""
    return call.headers.get("authorization", "").partition("Credential=")[2].partition("/")[0]


def seconds(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(**past):
    """So long ago, as RFC 3339: `ago(days=3)`."""
    return seconds(datetime.now(UTC) - timedelta(**past))


def plain(item):
    """An item of DynamoDB as JSON has it."""
    read = TypeDeserializer().deserialize

    def numbers(value):
        if isinstance(value, dict):
            return {name: numbers(one) for name, one in value.items()}
        if isinstance(value, list):
            return [numbers(one) for one in value]
        if hasattr(value, "to_integral_value"):
            return int(value) if value == value.to_integral_value() else float(value)
        return value

    return {name: numbers(read(one)) for name, one in item.items()}
