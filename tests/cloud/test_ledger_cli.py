"""The command line `hardtarget-ledger`."""

import json
import os
import subprocess
from datetime import timedelta

import pytest

from lab import inspec
from lab.aws import KEYS, REGION
from lab.snoozes import over, today


def test_snoozing_the_same_again_is_one_snooze(ledger, cli):
    first = cli.snooze("web", "ssh-01")
    until = today() + timedelta(days=90)
    assert cli.snooze("web", "ssh-01", until) == first
    [listed] = json.loads(cli("list", "--format", "json").stdout)
    assert (listed["id"], listed["until"], listed["state"]) == (first, str(until), "active")


def test_the_list_of_snoozes_and_of_what_is_open(ledger, cli):
    id, gone = cli.snooze("web", "ssh-*"), cli.snooze("*", "telnet-01")
    over(ledger, gone)
    inspec.failed(ledger, "web", "ssh-01", "telnet-01")
    inspec.failed(ledger, "db", "ssh-01")
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


def test_whoever_stops_reading_gets_no_error(ledger, cli):
    cli.snooze("web", "ssh-01")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([cli.program, "list"], env=cli.env, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_colours_only_where_they_are_welcome(ledger, cli):
    cli.snooze("web", "ssh-01")
    assert "\x1b" not in cli("list").stdout
    assert "\x1b[1m" in cli("list", CLICOLOR_FORCE="1").stdout
    assert "\x1b" not in cli("list", NO_COLOR="1", CLICOLOR_FORCE="").stdout


@pytest.mark.parametrize(
    "words, code, said",
    [
        (("unsnooze", "00000000"), 3, "there is no snooze 00000000"),
        (("unsnooze", "x" * 400), 3, "there is no snooze xxx"),
        (("unsnooze", ""), 2, "it is blank"),
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
    words = {"--target": "web", "--finding": "*", "--owner": "ops", "--reason": "x", "--until": str(today() + timedelta(days=1))}
    for name, value in [
        ("--until", str(today() - timedelta(days=1))),
        ("--until", "soon"),
        ("--reason", ""),
        ("--reason", " \n"),
        ("--owner", ""),
        ("--owner", "x" * 501),
        ("--target", "  "),
        ("--target", "web\x07"),
        ("--finding", "\t"),
        ("--finding", "*" * 501),
    ]:
        done = cli("snooze", *sum((words | {name: value}).items(), ()))
        assert done.returncode == 2 and name in done.stderr
    assert ledger.rows(pk="snooze") == []
    assert cli("snooze", *sum(words.items(), ())).returncode == 0


def test_no_table_is_no_crash(cli):
    done = cli("list", HARDTARGET_LEDGER_TABLE="")
    assert done.returncode in (1, 2) and "panicked" not in done.stderr


def test_region_and_keys_of_a_profile(ledger, cli, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(f"[profile work]\nregion = {REGION}\n")
    keys = "\n".join(f"{name.lower()} = {value}" for name, value in KEYS.items())
    (tmp_path / ".aws/credentials").write_text(f"[work]\n{keys}\n")
    nothing = dict.fromkeys(["AWS_REGION", *KEYS])
    done = cli("list", **nothing, AWS_PROFILE="work", HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", [["AWS_REGION"], list(KEYS)])
def test_without_region_or_keys_it_says_where_they_are_looked_for(ledger, cli, tmp_path, missing):
    nothing = dict.fromkeys(missing)
    done = cli("list", **nothing, HOME=str(tmp_path), AWS_EC2_METADATA_DISABLED="true")
    assert done.returncode == 1 and "hardtarget-ledger --help" in done.stderr
    assert "DispatchFailure" not in done.stderr, done.stderr
