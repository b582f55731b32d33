"""Snoozes: what they hold back is not told, and speaks up again once they are over."""

from datetime import UTC, datetime, timedelta

import pytest

from lab import inspec
from lab.snoozes import over, today, update


def wake(ledger):
    ledger.fire("wake")
    ledger.settle()


def ids(change, what):
    return [one["id"] for one in change[what]]


def test_what_is_snoozed_is_not_told_until_its_day_is_over_and_then_once(ledger, cli):
    id = cli.snooze("instance:we*", "ssh-0*")
    inspec.failed(ledger, "web", "ssh-01", "telnet-01")
    inspec.failed(ledger, "db", "ssh-01")
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
    inspec.failed(ledger, "web", "ssh-02", file="later", at="2026-11-02T06:00:00Z")
    assert ids(ledger.changes()[-1], "new") == ["ssh-02"], "it holds no more"


def test_what_a_scan_held_back_whose_clock_is_ahead_speaks_up_as_it_would_have_been_told(ledger, cli):
    id = cli.snooze("family:web", "*")
    finished = datetime.now(UTC) + timedelta(hours=20)
    ledger.put_report("web", "ami-0c1f3a9b27d5e8846", finished, image={})
    ledger.settle()
    [held] = ledger.changes()
    assert held["new"] == [] and held["snoozed"] > 0
    over(ledger, id)
    wake(ledger)
    [_, back] = ledger.changes()
    assert len(back["returned"]) == held["snoozed"]
    same = ("target", "ami", "ami_name", "report")
    assert [back[name] for name in same] == [held[name] for name in same] and back["report"]


def test_what_came_back_after_the_snooze_and_was_told_does_not_speak_up(ledger, cli):
    inspec.failed(ledger, "web", "ssh-01")
    id = cli.snooze("web", "ssh-01")
    inspec.put(ledger, "web", "2026-11-02T06:00:00Z", inspec.control("ssh-01", "passed"), file="b")
    ledger.settle()
    over(ledger, id)
    inspec.failed(ledger, "web", "ssh-01", file="c", at="2026-11-03T06:00:00Z")
    assert ids(ledger.changes()[-1], "new") == ["ssh-01"]
    before = len(ledger.changes())
    wake(ledger)
    assert len(ledger.changes()) == before and ledger.rows(pk="snooze")[0]["woken"]


def test_what_was_fixed_meanwhile_does_not_speak_up(ledger, cli):
    id = cli.snooze("*", "*")
    inspec.failed(ledger, "web", "ssh-01")
    inspec.put(ledger, "web", "2026-11-02T06:00:00Z", inspec.control("ssh-01", "passed"), file="later")
    ledger.settle()
    before = len(ledger.changes())
    over(ledger, id)
    wake(ledger)
    assert len(ledger.changes()) == before
    assert ledger.rows(pk="snooze")[0]["woken"]


@pytest.mark.parametrize("service, skip", [("s3", 0), ("s3", 1), ("dynamodb", 0)])
def test_a_crash_while_waking_loses_nothing_and_tells_nothing_twice(ledger, cli, service, skip):
    id = cli.snooze("*", "*")
    for name in ("web", "db"):
        inspec.failed(ledger, name, "ssh-01")
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


def test_what_another_snooze_holds_back_longer_stays_quiet(ledger, cli):
    short, _ = cli.snooze("web", "ssh-01"), cli.snooze("*", "ssh-*")
    inspec.failed(ledger, "web", "ssh-01")
    before = len(ledger.changes())
    over(ledger, short)
    wake(ledger)
    assert len(ledger.changes()) == before


def test_what_is_snoozed_anew_while_the_old_snooze_wakes_stays_snoozed(ledger, cli):
    id = cli.snooze("web", "ssh-01")
    inspec.failed(ledger, "web", "ssh-01")
    over(ledger, id)
    until, again = today() + timedelta(days=60), []

    def meanwhile(call):
        # The snoozes are read, what is open is about to be.
        if call.action == "Scan" and not again:
            again.append(None)
            again[0] = cli.snooze("web", "ssh-01", until)

    ledger.aws.wire.watchers.append(meanwhile)
    wake(ledger)
    assert again == [id]
    [row] = ledger.rows(pk="snooze")
    assert (row["until"], row["woken"]) == (str(until), False)
    before = len(ledger.changes())
    inspec.failed(ledger, "web", "ssh-01", file="later", at="2026-11-02T06:00:00Z")
    wake(ledger)
    assert len(ledger.changes()) == before or ids(ledger.changes()[-1], "new") == []


def test_unsnoozing_ends_a_snooze_and_it_speaks_up_again(ledger, cli):
    id = cli.snooze("web", "ssh-01")
    inspec.failed(ledger, "web", "ssh-01")
    before = len(ledger.changes())
    done = cli("unsnooze", id)
    assert (done.returncode, done.stdout) == (0, "") and "told again" in done.stderr
    [row] = ledger.rows(pk="snooze")
    ended = datetime.fromisoformat(row["ended"])
    assert abs(datetime.now(UTC) - ended) < timedelta(minutes=2)
    wake(ledger)
    assert len(ledger.changes()) == before, "what began under it may still be under way"
    update(ledger, id, "ended", (ended - timedelta(minutes=10)).isoformat())
    wake(ledger)
    assert [ids(change, "returned") for change in ledger.changes()[before:]] == [["ssh-01"]]
    assert cli("unsnooze", id).stderr.strip().endswith("is over already")


def test_two_that_wake_at_once_tell_it_once(ledger, cli):
    id = cli.snooze("*", "*")
    inspec.failed(ledger, "web", "ssh-01")
    before = len(ledger.changes())
    over(ledger, id)
    done = ledger.two_at_once({"wake": True}, {"wake": True}, meet=("dynamodb", "Scan"))
    assert [one.error for one in done] == [None, None]
    ledger.settle()
    assert [ids(change, "returned") for change in ledger.changes()[before:]] == [["ssh-01"]]
    assert ledger.rows(pk="snooze")[0]["woken"]
