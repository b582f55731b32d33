"""Snoozes, set as people do: by the command line `hardtarget-ledger`."""

import os
import subprocess
from datetime import UTC, datetime, timedelta

from .aws import KEYS, REGION

OWNER, REASON = "ops@example.org", "=Waits for spring"


def today():
    """The day, UTC: as it is now, since tests may run past midnight."""
    return datetime.now(UTC).date()


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

    def snooze(self, target, finding, until=None):
        """Snoozes, for 30 days unless said, and gives the id."""
        until = until or today() + timedelta(days=30)
        words = ("--target", target, "--finding", finding, "--until", str(until))
        done = self("snooze", *words, "--owner", OWNER, "--reason", REASON)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def over(ledger, id, days=2):
    """The snooze's last day was so many days ago. One that ended with yesterday may not be taken for over yet: in
    the first minutes of a day functions may be at work that began the day before."""
    until = today() - timedelta(days=days)
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
