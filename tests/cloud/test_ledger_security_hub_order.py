"""Security Hub ignores an update that is not later than what it has: whichever is told first, and whatever the clocks
say, it has in the end what the ledger has."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from lab import inspec, news
from lab.security_hub import findings, states
from lab.snoozes import Cli, over

FAULT = news.told(1)


@pytest.fixture
def hub(deploy_ledger):
    return deploy_ledger(HARDTARGET_SECURITY_HUB="true")


def told(what, second, id, at="2026-11-21T06:15:01Z"):
    """The fault is new, fixed, ... since that second. The looks ended at one time, all of them."""
    return news.change(**{what: [{**FAULT, "changed": f"2026-11-21T06:16:{second:02}.250Z"}]}, id=id, at=at)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_in_whatever_order_it_is_told_the_last_change_stands(hub, order):
    life = [("new", 1), ("returned", 2), ("fixed", 3)]
    for number in (*order, order[0]):
        hub.put(f"changes/2026/11/{number}.json", told(*life[number], id=str(number)))
        hub.settle()
    assert states() == {FAULT["title"]: "ARCHIVED"}
    assert findings()[FAULT["title"]]["UpdatedAt"] == "2026-11-21T06:16:03.250Z"


def test_what_speaks_up_and_is_fixed_by_a_look_of_before_is_archived(hub, ledger_program):
    """A look ends, its report is under way, a snooze ends and is told; only then is the look recorded."""
    cli = Cli(ledger_program, hub)
    id = cli.snooze("*", "*")
    inspec.failed(hub, "web", "ssh-01")
    assert states() == {}
    over(hub, id)
    hub.fire("wake")
    hub.settle()
    assert states() == {"Title of ssh-01": "ACTIVE"}
    inspec.put(hub, "web", "2026-11-02T06:00:00Z", inspec.control("ssh-01", "passed"), file="later")
    hub.settle()
    assert states() == {"Title of ssh-01": "ARCHIVED"} and hub.errors() == []


def test_what_is_recorded_at_one_time_is_told_in_its_order(hub):
    """Two looks that S3 got in the same second: the one that was recorded later is later."""
    at = "2026-11-02T06:00:00Z"
    for number, status in enumerate(("failed", "passed", "failed")):
        inspec.put(hub, "web", at.replace("00Z", f"0{number}Z"), inspec.control("ssh-01", status), file=str(number))
        hub.queues["ledger"].round(lambda event: hub.invoke("ledger", event))
    [entry] = hub.entries("instance:web")
    changed = [one["changed"] for change in hub.changes() for one in (*change["new"], *change["fixed"])]
    assert changed == sorted(set(changed)) and changed[-1] == entry["changed_at"]
    now = datetime.fromisoformat(changed[-1].replace("Z", "+00:00"))
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=2)
    hub.settle()
    assert states() == {"Title of ssh-01": "ACTIVE"}
