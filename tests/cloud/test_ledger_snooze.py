"""Snoozes by the command line, and how they speak up again; the month's list of all that is open."""

import csv
import io
import json
import os
import subprocess
from datetime import UTC, date, datetime, timedelta

import pytest

from lab import inspec
from lab.aws import KEYS, REGION

TODAY = datetime.now(UTC).date()


@pytest.fixture
def cli(ledger, ledger_program):
    """The command line, on the ledger's table: `cli("list", "--open")`."""

    def run(*words, **variables):
        env = {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": ledger.aws.url,
            "AWS_REGION": REGION,
            **KEYS,
            "HARDTARGET_LEDGER_TABLE": ledger.stack.ledger_table,
            **variables,
        }
        return subprocess.run([ledger_program, *words], env=env, capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture
def snooze(cli):
    """Snoozes, and gives the id."""

    def run(target, finding, until=TODAY + timedelta(days=30)):
        words = ("--target", target, "--finding", finding, "--until", str(until))
        done = cli("snooze", *words, "--owner", "ops@example.org", "--reason", "=Waits for spring")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def failed(ledger, name, *controls, file="report", at="2026-11-01T06:00:00Z"):
    """InSpec found these controls failing."""
    inspec.put(ledger, name, at, *map(inspec.control, controls), file=file)
    ledger.settle()


def over(ledger, id, **days):
    """The snooze's last day was yesterday, or so many days ago."""
    [row] = ledger.rows(pk="snooze", prefix=id)
    until = TODAY - timedelta(**days or {"days": 1})
    update(ledger, id, "until", str(until))
    update(ledger, id, "created", f"{until - timedelta(days=30)}T00:00:00Z")
    return row


def update(ledger, id, name, value):
    ledger.dynamodb.update_item(
        TableName=ledger.stack.ledger_table,
        Key={"pk": {"S": "snooze"}, "sk": {"S": id}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": {"S": value}},
    )


def wake(ledger):
    ledger.fire("wake")
    ledger.settle()


def ids(change, what):
    return [one["id"] for one in change[what]]


def test_what_is_snoozed_is_not_told_until_its_day_is_over_and_then_once(ledger, snooze):
    id = snooze("instance:we*", "ssh-0*")
    failed(ledger, "web", "ssh-01", "telnet-01")
    failed(ledger, "db", "ssh-01")
    first, other = ledger.changes()
    assert (ids(first, "new"), first["snoozed"]) == (["telnet-01"], 1)
    assert (ids(other, "new"), other["snoozed"]) == (["ssh-01"], 0)
    wake(ledger)
    assert len(ledger.changes()) == 2, "it holds"
    over(ledger, id)
    wake(ledger)
    wake(ledger)
    [change] = ledger.changes()[2:]
    assert (change["source"], change["target"], change["instance"]) == ("snooze", "instance:web", "web")
    assert (ids(change, "new"), ids(change, "returned"), ids(change, "fixed")) == ([], ["ssh-01"], [])
    [row] = ledger.rows(pk="snooze")
    days = (datetime.fromtimestamp(row["expires"], UTC) - datetime.now(UTC)).days
    assert row["woken"] and days in (39, 40)
    failed(ledger, "web", "ssh-02", file="later", at="2026-11-02T06:00:00Z")
    assert ids(ledger.changes()[-1], "new") == ["ssh-02"], "it holds no more"


def test_what_was_fixed_meanwhile_does_not_speak_up(ledger, snooze):
    id = snooze("*", "*")
    failed(ledger, "web", "ssh-01")
    inspec.put(ledger, "web", "2026-11-02T06:00:00Z", inspec.control("ssh-01", "passed"), file="later")
    ledger.settle()
    before = len(ledger.changes())
    over(ledger, id)
    wake(ledger)
    assert len(ledger.changes()) == before
    assert ledger.rows(pk="snooze")[0]["woken"]


@pytest.mark.parametrize("service, skip", [("s3", 0), ("s3", 1), ("dynamodb", 0)])
def test_a_crash_while_waking_loses_nothing_and_tells_nothing_twice(ledger, snooze, service, skip):
    id = snooze("*", "*")
    for name in ("web", "db"):
        failed(ledger, name, "ssh-01")
    before = len(ledger.changes())
    over(ledger, id)
    action = {"s3": "PutObject", "dynamodb": "PutItem"}[service]
    killed = ledger.kill_at(service, action, skip=skip)
    wake(ledger)
    wake(ledger)
    assert killed.hits == 1
    changes = ledger.changes()[before:]
    assert sorted(change["target"] for change in changes) == ["instance:db", "instance:web"]
    assert [ids(change, "returned") for change in changes] == [["ssh-01"]] * 2
    assert ledger.rows(pk="snooze")[0]["woken"]


def test_what_another_snooze_holds_back_longer_stays_quiet(ledger, snooze):
    short, _ = snooze("web", "ssh-01"), snooze("*", "ssh-*")
    failed(ledger, "web", "ssh-01")
    before = len(ledger.changes())
    over(ledger, short)
    wake(ledger)
    assert len(ledger.changes()) == before


def test_unsnoozing_ends_a_snooze_and_it_speaks_up_again(ledger, cli, snooze):
    id = snooze("web", "ssh-01")
    failed(ledger, "web", "ssh-01")
    before = len(ledger.changes())
    done = cli("unsnooze", id)
    assert (done.returncode, done.stdout) == (0, "") and "told again" in done.stderr
    [row] = ledger.rows(pk="snooze")
    ended = datetime.fromisoformat(row["ended"])
    assert abs(datetime.now(UTC) - ended) < timedelta(minutes=2)
    wake(ledger)
    assert len(ledger.changes()) == before, "what began under it may still be under way"
    update(ledger, id, "ended", (ended - timedelta(minutes=16)).isoformat())
    # It was first seen before the snooze ended.
    wake(ledger)
    assert [ids(change, "returned") for change in ledger.changes()[before:]] == [["ssh-01"]]
    assert cli("unsnooze", id).stderr.strip().endswith("is over already")


def test_snoozing_the_same_again_is_one_snooze(ledger, cli, snooze):
    first = snooze("web", "ssh-01")
    until = TODAY + timedelta(days=90)
    assert snooze("web", "ssh-01", until) == first
    [listed] = json.loads(cli("list", "--format", "json").stdout)
    assert (listed["id"], listed["until"], listed["state"]) == (first, str(until), "active")


def test_the_list_of_snoozes_and_of_what_is_open(ledger, cli, snooze):
    id, gone = snooze("web", "ssh-*"), snooze("*", "telnet-01")
    over(ledger, gone)
    failed(ledger, "web", "ssh-01", "telnet-01")
    failed(ledger, "db", "ssh-01")
    lines = cli("list").stdout.splitlines()
    assert lines[0].split() == ["ID", "STATE", "UNTIL", "TARGET", "FINDING", "OWNER", "REASON"]
    assert [line.split()[:2] for line in lines[1:]] == [[id, "active"], [gone, "expired"]]
    assert len({line.index(word) for line, word in zip(lines[1:], ("web", "*"), strict=True)}) == 1
    lines = cli("list", "--open", "--target", "instance:w*").stdout.splitlines()
    assert [(line.split()[2], line.split()[4]) for line in lines[1:]] == [("ssh-01", id), ("telnet-01", "-")]
    listed = json.loads(cli("list", "--open", "--format", "json").stdout)
    assert [(one["target"], one["snoozed"]) for one in listed if one["fault"]["id"] == "ssh-01"] == [
        ("instance:db", None),
        ("instance:web", id),
    ]


def test_words_go_to_stderr_and_data_to_stdout(ledger, cli):
    for words in (("list",), ("list", "--open")):
        done = cli(*words)
        assert (done.returncode, done.stdout) == (0, "") and done.stderr
        assert json.loads(cli(*words, "--format", "json").stdout) == []


def test_colours_only_where_they_are_welcome(ledger, cli, snooze):
    snooze("web", "ssh-01")
    assert "\x1b" not in cli("list").stdout
    assert "\x1b[1m" in cli("list", CLICOLOR_FORCE="1").stdout
    assert "\x1b" not in cli("list", NO_COLOR="1", CLICOLOR_FORCE="").stdout


@pytest.mark.parametrize(
    "words, code, said",
    [
        (("unsnooze", "00000000"), 3, "there is no snooze 00000000"),
        (("list", "--table", "no-such-table"), 1, "ResourceNotFoundException"),
        (("list", "--format", "xml"), 2, "invalid value 'xml'"),
        (("snooze", "--target", "web"), 2, "--finding"),
        ((), 2, "Usage"),
    ],
)
def test_exit_codes(ledger, cli, words, code, said):
    done = cli(*words)
    assert done.returncode == code and said in done.stderr, done.stderr
    assert done.stdout == ""


def test_a_snooze_needs_a_day_to_come_a_reason_and_an_owner(ledger, cli):
    words = {"--target": "web", "--finding": "*", "--owner": "ops", "--reason": "x", "--until": str(TODAY)}
    for name, value in [("--until", str(TODAY - timedelta(days=1))), ("--until", "soon"), ("--reason", ""), ("--owner", "")]:
        done = cli("snooze", *sum((words | {name: value}).items(), ()))
        assert done.returncode == 2 and name in done.stderr
    assert ledger.rows(pk="snooze") == []
    assert cli("snooze", *sum(words.items(), ())).returncode == 0


def test_no_table_is_no_crash(cli):
    done = cli("list", HARDTARGET_LEDGER_TABLE="")
    assert done.returncode in (1, 2) and "panicked" not in done.stderr


def sheet(ledger):
    """The month's table as a spreadsheet reads it: by the byte order mark it knows UTF-8."""
    month = f"{TODAY:%Y-%m}"
    text = ledger.read(f"monthly/{month}.csv").decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_months_list_has_all_that_is_open_worst_first_and_no_formulas(ledger, snooze):
    snooze("web", "ssh-01")
    hostile = inspec.control("os-01", impact=1.0, title='=HYPERLINK("http://x.example","ü")\r\n@SUM(1)')
    inspec.put(ledger, "web", "2026-11-01T06:00:00Z", hostile, inspec.control("ssh-01", impact=0.5))
    ledger.settle()
    failed(ledger, "db", "ssh-01")
    ledger.fire("monthly")
    ledger.settle()
    rows = sheet(ledger)
    assert [(row["target"], row["severity"], row["id"], row["state"]) for row in rows] == [
        ("instance:web", "critical", "os-01", "open"),
        ("instance:db", "high", "ssh-01", "open"),
        ("instance:web", "medium", "ssh-01", "snoozed"),
    ]
    assert rows[0]["title"].startswith("'=HYPERLINK(") and "\n" not in rows[0]["title"]
    assert (rows[2]["snoozed_by"], rows[2]["snoozed_because"]) == ("ops@example.org", "'=Waits for spring")
    assert rows[2]["snoozed_until"] == str(TODAY + timedelta(days=30)) and rows[0]["snoozed_until"] == ""
    assert int(rows[0]["age_days"]) == (TODAY - date(2026, 11, 1)).days
    [news] = [change for change in ledger.changes() if change["kind"] == "monthly"]
    assert news["csv"] == f"monthly/{news['month']}.csv"
    assert (news["targets"], news["snoozed"], news["open"]["critical"], news["open"]["medium"]) == (2, 1, 1, 0)
    assert [(one["target"], one["id"]) for one in news["oldest"]] == [("instance:web", "os-01"), ("instance:db", "ssh-01")]


def test_a_month_is_told_once_and_an_empty_ledger_as_such(ledger):
    for _ in range(2):
        ledger.fire("monthly")
        ledger.settle()
    assert sheet(ledger) == []
    [news] = ledger.changes()
    assert (news["targets"], set(news["open"].values())) == (0, {0})
