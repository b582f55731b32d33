"""The golden list's whole way, with all real functions: from the schedule over launch, scan and report to what a
subscriber of the topic hears."""

import base64
import re

import pytest
from test_ledger_golden import SCRIPT, patience_ends, start

GONE = "ami-0123456789abcdef0"


@pytest.fixture
def ledger(lab, deploy_ledger):
    return deploy_ledger(beside=lab)


def heard(ledger):
    """The messages on golden runs that a subscriber got."""
    return [one for one in ledger.published() if isinstance(one, list)]


def guest_of(lab, ami):
    [guest] = [one for one in lab.guests() if one.ami == ami]
    return guest


def assess(ledger, ami, report="typical"):
    guest_of(ledger.beside, ami).hand_in(report)
    ledger.settle()


def test_from_the_schedule_to_the_subscriber(lab, ledger):
    web = lab.image("web-2026-11-20", tags={"Name": "web", "app-name": "shop", "hardtarget:family": "web"})
    db = lab.image("db-2026-11-20", tags={"app-name": "orders"})
    ledger.put_golden([{"ami-id": web, "instanceType": "m5.large", "userData": SCRIPT}, db, GONE])
    ledger.fire("golden")
    ledger.settle()

    as_asked, as_ever = lab.launches()
    assert (as_asked["InstanceType"], as_ever["InstanceType"]) == ("m5.large", "t3.micro")
    assert lab.instance_tags(guest_of(lab, web).instance)["app-name"] == "shop"
    [script] = re.findall(r"^EXTRA_BASE64='([^']*)'$", guest_of(lab, web).user_data, re.M)
    assert base64.b64decode(script).decode() == SCRIPT + "\n"

    assess(ledger, web)
    # Of what is no AMI there is no event: the check looks.
    ledger.fire("golden-check")
    ledger.settle()
    assert heard(ledger) == []
    never_up = guest_of(lab, db)
    never_up.power_off()
    lab.overdue(never_up.instance)
    lab.reap()
    ledger.settle()

    [[first, second, third]] = heard(ledger)
    assert (first["Name"], first["app-name"], second["app-name"]) == ("web", "shop", "orders")
    assert not any(name.startswith("hardtarget:") for name in first)
    tags = lab.tags(web)
    for severity in ("Critical", "High", "Medium", "Low"):
        assert first[f"Finding-Severity-{severity}-Count"] == tags[f"hardtarget:findings-{severity.lower()}"]
    ours = first["hardtarget"]
    assert (ours["ami"], ours["family"], ours["status"]) == (web, "web", "assessed")
    assert (ours["report"], str(ours["score"])) == (tags["hardtarget:report"], tags["hardtarget:score"])
    assert second["hardtarget"]["status"] == lab.status(db) != "assessed"
    assert second["hardtarget"]["reason"] == lab.reason(db) != ""
    assert (third["hardtarget"]["ami"], third["hardtarget"]["status"]) == (GONE, "given-up")
    assert third["hardtarget"]["reason"].startswith("it was not assessed: there is no such AMI in this account")
    assert [name for one in (second, third) for name in one if name.startswith("Finding")] == []
    envelope = next(one for one in ledger.envelopes() if one["Message"].startswith("["))
    assert envelope["MessageAttributes"]["kind"]["Value"] == "golden"
    assert lab.instances() == [] and lab.queue.bodies() == [] and lab.given_up == []


def test_the_next_day_is_a_run_of_its_own(lab, ledger):
    web = lab.image("web-2026-11-20")
    ledger.put_golden(web)
    runs = []
    for _ in range(2):
        runs.append(start(ledger)["run"])
        ledger.settle()
        assess(ledger, web)
    assert [one[0]["hardtarget"]["run"] for one in heard(ledger)] == runs
    assert all(one[0]["hardtarget"]["status"] == "assessed" for one in heard(ledger))
    assert len(lab.launches()) == 2


def test_what_hangs_is_given_up_in_the_end(lab, ledger):
    web = lab.image("web-2026-11-20", tags={"app-name": "shop"})
    ledger.put_golden(web)
    start(ledger)
    ledger.settle()
    patience_ends(ledger)
    ledger.fire("golden-check")
    ledger.settle()
    [[only]] = heard(ledger)
    assert only["app-name"] == "shop"
    assert (only["hardtarget"]["status"], only["hardtarget"]["reason"]) == ("given-up", "it is assessing after 0 hours")
