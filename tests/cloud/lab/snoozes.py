"""Snoozes, set as people do: by the command line `hardtarget-ledger`."""

import os
import subprocess
from datetime import UTC, datetime, timedelta

from .aws import KEYS, REGION

TODAY = datetime.now(UTC).date()
OWNER, REASON = "ops@example.org", "=Waits for spring"


class Cli:
    """The command line, on a ledger's table: `cli("list", "--open")`. Settings are variables."""

    def __init__(self, program, ledger):
        self.program = program
        self.env = {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": ledger.aws.url,
            "AWS_REGION": REGION,
            **KEYS,
            "HARDTARGET_LEDGER_TABLE": ledger.stack.ledger_table,
        }

    def __call__(self, *words, **variables):
        """Runs it; a variable that is None is not set."""
        env = {name: value for name, value in (self.env | variables).items() if value is not None}
        return subprocess.run([self.program, *words], env=env, capture_output=True, text=True, timeout=60)

    def snooze(self, target, finding, until=TODAY + timedelta(days=30)):
        """Snoozes, and gives the id."""
        words = ("--target", target, "--finding", finding, "--until", str(until))
        done = self("snooze", *words, "--owner", OWNER, "--reason", REASON)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def over(ledger, id, days=1):
    """The snooze's last day was yesterday, or so many days ago."""
    until = TODAY - timedelta(days=days)
    update(ledger, id, "until", str(until))
    update(ledger, id, "created", f"{until - timedelta(days=30)}T00:00:00Z")


def update(ledger, id, name, value):
    ledger.dynamodb.update_item(
        TableName=ledger.stack.ledger_table,
        Key={"pk": {"S": "snooze"}, "sk": {"S": id}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": {"S": value}},
    )
