"""Published reports in the ledger: twice, at once, out of order, throttled, cut off; the state is right in the end,
and what changed is told once."""

import copy
import itertools
import random

import pytest

from lab import reports

OLD, NEW = "ami-0aaaaaaaaaaaaaaa1", "ami-0bbbbbbbbbbbbbbb2"
MADE = {OLD: "2026-11-20T06:00:00.000Z", NEW: "2026-11-21T06:00:00.000Z"}
CRITICAL, FLAKY = "HT-ACC-002", "HT-SUDO-001"


def without(id, report="typical", outcome="pass"):
    """A report whose check has found nothing, or could not look."""
    report = copy.deepcopy(reports.load(report))
    for check in (check for engine in report["engines"] for check in engine["checks"] if check["id"] == id):
        check["outcome"], check["why"] = outcome, None if outcome == "pass" else "no such file"
    return reports.with_findings(report, [one for one in report["findings"] if one["id"] != id])


def published(ledger, ami, finished, report="typical", family="web"):
    return ledger.put_report(family, ami, finished, report, image={"created": MADE[ami]})


def event(key):
    """What S3 tells of an object."""
    return {"detail-type": "Object Created", "source": "aws.s3", "detail": {"object": {"key": key}}}


def states(ledger, target="family:web", id=None):
    """The states of a target's entries, by their keys."""
    rows = ledger.entries(target)
    return {row["sk"]: row["newest"]["state"] for row in rows if id in (None, row["fault"]["id"])}


def ledger_of(ledger, target):
    """The target's entries, without what the order of arrival may change, and without its name."""
    left_out = {"pk", "target", "version", "changed_by", "changed_at", "quietly_by", "opened_after", "was"}
    rows = [{name: value for name, value in row.items() if name not in left_out} for row in ledger.entries(target)]
    # A look's id is made of the report's key, and so of the family.
    for row in rows:
        row["seen"].pop("id")
        row["newest"]["order"].pop("id")
    return rows


def told(change, what):
    return {one["id"] for one in change[what]}


def test_a_write_that_meets_another_is_tried_again_at_once(ledger):
    """S3: "If a conflicting operation occurs during the upload S3 returns a 409 ConditionalRequestConflict"."""
    met = {"code": "ConditionalRequestConflict", "status": 409, "when": lambda call: "if-none-match" in call.headers}
    conflict = ledger.fail("s3", "PutObject", times=2, **met)
    published(ledger, OLD, "2026-11-20T06:15:01Z")
    ledger.settle()
    assert (conflict.hits, ledger.errors()) == (2, [])
    assert len(ledger.changes()) == 1


def test_a_first_report_is_told_with_all_that_is_open(ledger):
    key = published(ledger, OLD, "2026-11-20T06:15:01Z")
    ledger.settle()
    report = reports.load("typical")
    assert len(ledger.entries("family:web")) == len(report["findings"]) == 106
    [change] = ledger.changes()
    assert (change["kind"], change["source"], change["target"]) == ("change", "report", "family:web")
    assert (change["ami"], change["ami_name"], change["report"]) == (OLD, "web-2026-11-21", key)
    assert change["first"] and change["open"] == report["counts"]
    assert len(change["new"]) == 106 and change["new"][0]["severity"] == "critical"
    assert change["score"] == {"old": None, "new": report["score"]["index"], "reasons": []}
    assert ledger.errors() == []


def test_what_came_and_went_is_told_by_the_next_image(ledger):
    published(ledger, OLD, "2026-11-20T06:15:01Z", without(FLAKY))
    ledger.settle()
    directory = f"reports/web/{NEW}/20261121T061501Z"
    score = {"old": 60, "new": 67, "comparable": False, "reasons": ["Lynis 3.1.4 against 3.1.7"]}
    report = without(CRITICAL)
    ledger.put(f"{directory}/diff.json", {"schema_version": 1, "new_scan": {"id": "f" * 32}, "score": score})
    ledger.put_image("web", NEW, created=MADE[NEW])
    ledger.put_report("web", NEW, "2026-11-21T06:15:01Z", report, id="f" * 32)
    ledger.settle()
    change = ledger.changes()[1]
    assert not change["first"]
    assert (told(change, "new"), told(change, "fixed")) == ({FLAKY}, {CRITICAL})
    assert change["score"] == {name: score[name] for name in ("old", "new", "reasons")}
    assert set(states(ledger, id=CRITICAL).values()) == {"fixed"}
    [fixed] = [row for row in ledger.entries("family:web") if row["fault"]["id"] == CRITICAL]
    assert fixed["expires"] > 1_790_000_000 and fixed["first_seen"] == "2026-11-20T06:15:01Z"
    assert ledger.errors() == []


def test_what_could_not_be_looked_for_stays_open(ledger):
    published(ledger, OLD, "2026-11-20T06:15:01Z")
    published(ledger, NEW, "2026-11-21T06:15:01Z", without(CRITICAL, outcome="unknown"))
    ledger.settle()
    assert set(states(ledger, id=CRITICAL).values()) == {"open"}
    assert told(ledger.changes()[-1], "fixed") == set()


def test_the_same_report_twice_is_told_once(ledger):
    key = published(ledger, OLD, "2026-11-20T06:15:01Z")
    ledger.settle()
    before = ledger.rows()
    ledger.queues["ledger"].send(event(key))
    ledger.settle()
    entries = [row for row in ledger.rows() if row["sk"].startswith("F#")]
    assert entries == [row for row in before if row["sk"].startswith("F#")]
    assert len(ledger.changes()) == 1
    assert ledger.changes()[0]["first"] and len(ledger.changes()[0]["new"]) == 106
    assert ledger.errors() == []


@pytest.mark.parametrize("meet", [("dynamodb", "Query"), ("dynamodb", "PutItem"), None])
def test_the_same_report_by_two_at_once_is_told_once(ledger, meet):
    key = published(ledger, OLD, "2026-11-20T06:15:01Z")
    done = ledger.two_at_once(event(key), event(key), meet=meet)
    assert [one.error for one in done] == [None, None]
    ledger.settle()
    assert set(states(ledger).values()) == {"open"} and len(states(ledger)) == 106
    [change] = ledger.changes()
    assert change["first"] and len(change["new"]) == 106


@pytest.mark.parametrize("meet", [("dynamodb", "Query"), ("dynamodb", "PutItem"), None])
def test_two_images_at_once_end_as_one_after_the_other(ledger, meet):
    for family in ("web", "other"):
        keys = [
            published(ledger, OLD, "2026-11-20T06:15:01Z", without(FLAKY), family),
            published(ledger, NEW, "2026-11-21T06:15:01Z", without(CRITICAL), family),
        ]
        if family == "web":
            done = ledger.two_at_once(event(keys[1]), event(keys[0]), meet=meet)
            assert [one.error for one in done] == [None, None]
    ledger.settle()
    assert ledger_of(ledger, "family:web") == ledger_of(ledger, "family:other")
    changes = [one for one in ledger.changes() if one["target"] == "family:web"]
    opened = {one["key"] for change in changes for one in change["new"]}
    assert {key[2:] for key, state in states(ledger).items() if state == "open"} <= opened


def test_whatever_order_reports_come_in_the_ledger_is_the_same(ledger):
    looks = [
        (OLD, "2026-11-20T06:15:01Z", without(FLAKY)),
        (NEW, "2026-11-21T06:15:01Z", without(CRITICAL)),
        # The older image once more, later: that does not make it the family's newest.
        (OLD, "2026-11-21T18:15:01Z", reports.load("typical")),
        (NEW, "2026-11-22T06:15:01Z", without(CRITICAL, outcome="unknown")),
    ]
    families = []
    for number, order in enumerate([(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)]):
        families.append(f"family:order-{number}")
        for look in order:
            published(ledger, *looks[look], family=f"order-{number}")
            ledger.settle()
    assert ledger.errors() == []
    expected = ledger_of(ledger, families[0])
    assert len(expected) == 106
    for family in families[1:]:
        assert ledger_of(ledger, family) == expected, family
    assert set(states(ledger, families[0], CRITICAL).values()) == {"fixed"}


def test_an_older_image_assessed_again_changes_nothing_and_tells_nothing(ledger):
    published(ledger, NEW, "2026-11-21T06:15:01Z", without(CRITICAL))
    ledger.settle()
    before = {key for key, state in states(ledger).items() if state == "open"}
    published(ledger, OLD, "2026-11-22T06:15:01Z")
    ledger.settle()
    assert {key for key, state in states(ledger).items() if state == "open"} == before
    assert set(states(ledger, id=CRITICAL).values()) == {"fixed"}
    assert len(ledger.changes()) == 1


def test_by_ami_each_image_is_held_against_itself(deploy_ledger):
    ledger = deploy_ledger(HARDTARGET_LEDGER_BY="ami")
    published(ledger, OLD, "2026-11-20T06:15:01Z")
    published(ledger, NEW, "2026-11-21T06:15:01Z", without(CRITICAL))
    ledger.settle()
    assert set(states(ledger, f"ami:{OLD}", CRITICAL).values()) == {"open"}
    assert states(ledger, f"ami:{NEW}", CRITICAL) == {}
    assert all(change["first"] for change in ledger.changes()) and len(ledger.changes()) == 2


@pytest.mark.parametrize(
    ("code", "many"), [("ProvisionedThroughputExceededException", 5_000), ("ThrottlingException", 500)]
)
def test_of_thousands_of_findings_a_throttled_table_loses_none(ledger, code, many):
    report = reports.with_findings(reports.load("typical"), [reports.finding(number) for number in range(many)])
    chance = random.Random(5)
    throttled = ledger.fail(
        "dynamodb", "*", code=code, status=400, times=100_000, when=lambda _: chance.random() < 0.3
    )
    published(ledger, OLD, "2026-11-20T06:15:01Z", report)
    for _ in range(10):
        ledger.settle()
        if not len(ledger.queues["ledger"]):
            break
    assert throttled.hits > many / 5
    ledger.heal()
    ledger.settle()
    assert ledger.dead("ledger") == []
    assert len(states(ledger)) == many and set(states(ledger).values()) == {"open"}
    [change] = ledger.changes()
    assert change["first"] and len(change["new"]) == many and change["open"]["low"] == many


@pytest.mark.parametrize("action", ["GetItem", "Query", "PutItem"])
def test_while_the_table_is_away_the_message_waits(ledger, action):
    away = ledger.fail("dynamodb", action, times=10_000)
    published(ledger, OLD, "2026-11-20T06:15:01Z")
    ledger.settle()
    assert away.hits and len(ledger.queues["ledger"]) >= 1 and ledger.changes() == []
    ledger.heal()
    ledger.settle()
    assert len(states(ledger)) == 106 and len(ledger.changes()) == 1
    assert ledger.changes()[0]["first"] and len(ledger.changes()[0]["new"]) == 106


@pytest.mark.parametrize("skip", [0, 1, 2, 60, 107])
def test_killed_while_it_writes_it_tells_the_same_the_next_time(ledger, skip):
    ledger.kill_at("dynamodb", "PutItem", skip=skip)
    published(ledger, OLD, "2026-11-20T06:15:01Z")
    ledger.settle()
    ledger.settle()
    assert any(one.error for one in ledger.invocations)
    [change] = ledger.changes()
    assert change["first"] and len(change["new"]) == 106
    assert len(states(ledger)) == 106


def test_killed_after_it_was_written_down_it_is_not_told_twice(ledger):
    ledger.kill_at("s3", "PutObject", when=lambda call: call.key.startswith("changes/"))
    published(ledger, OLD, "2026-11-20T06:15:01Z")
    ledger.settle()
    ledger.settle()
    [change] = ledger.changes()
    assert len(change["new"]) == 106
    tries = [call.status for call in ledger.calls("s3", "PutObject") if call.key.startswith("changes/")]
    assert tries[-1] == 412 and ledger.queues["ledger"].bodies() == []


def test_what_is_no_report_is_said_in_the_log_and_left(ledger):
    keys = [
        f"reports/web/{OLD}/report.json",
        f"reports/web/i-0123456789abcdef0/20261120T061501Z/report.json",
        f"reports/web/{OLD}/20261120T061502Z/report.json",
        f"reports/web/{OLD}/20261120T061503Z/report.json",
        f"reports/web/{OLD}/20261120T061504Z/report.json",
    ]
    bodies = [reports.load(), reports.load(), "{", reports.load() | {"schema_version": 2}, b" " * (16 << 20) + b"{}"]
    for key, body in zip(keys, bodies, strict=True):
        ledger.put(key, body)
    ledger.queues["ledger"].send(event(f"reports/web/{OLD}/20261120T061509Z/report.json"))
    ledger.settle()
    assert ledger.queues["ledger"].bodies() == [] and ledger.dead("ledger") == []
    assert ledger.rows() == [] and ledger.changes() == []
    said = {line.get("key"): line.get("why") for line in ledger.errors()}
    assert said.keys() >= set(keys)
    assert said[keys[-1]] == "it is longer than 16 MiB"


def test_a_failed_scan_has_looked_at_nothing(ledger):
    published(ledger, OLD, "2026-11-20T06:15:01Z")
    published(ledger, NEW, "2026-11-21T06:15:01Z", "failed")
    ledger.settle()
    assert set(states(ledger).values()) == {"open"} and len(ledger.changes()) == 1
    assert len(ledger.looks("family:web")) == 1


def test_waived_findings_are_open_for_nobody_and_speak_up_when_they_no_longer_are(ledger):
    waiver = {"reason": "it waits", "owner": "ops", "expires": "2027-01-01", "expired": False}
    report = reports.load("typical")
    findings = [one | {"waiver": waiver} if one["id"] == CRITICAL else one for one in report["findings"]]
    opened = sum(1 for one in findings if not one["waiver"])
    waived = reports.with_findings(report, findings) | {"waived": len(findings) - opened}
    waived["counts"]["critical"] -= len(findings) - opened
    days = itertools.count(20)
    for one in (report, waived, report):
        published(ledger, NEW, f"2026-11-{next(days)}T06:15:01Z", one)
        ledger.settle()
    changes = ledger.changes()
    assert [told(change, "waived") for change in changes] == [set(), {CRITICAL}, set()]
    assert [told(change, "returned") for change in changes] == [set(), set(), {CRITICAL}]
    assert [sum(change["open"].values()) for change in changes] == [106, opened, 106]
    assert ledger.errors() == []
