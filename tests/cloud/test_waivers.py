"""What the account has accepted does not count; only the account says so, and loudly if it cannot be read."""

import json

import pytest

from lab import reports

KEY = "security/waivers.toml"
# Three findings of the typical report: one critical, and two of one check.
ONE = '[[waiver]]\nid = "HT-ACC-002"\nreason = "until the move (OPS-1)"\nowner = "ops@example.org"\nexpires = "{}"\n'


@pytest.fixture
def lab(deploy):
    return deploy(HARDTARGET_WAIVERS_KEY=KEY)


def accept(lab, text):
    body = text if isinstance(text, bytes) else text.encode()
    lab.s3.put_object(Bucket=lab.stack.artefacts, Key=KEY, Body=body)


def published(lab):
    [key] = [key for key in lab.published("reports/") if key.endswith("report.json")]
    return json.loads(lab.read(key))


def assessed(lab, report="typical"):
    """The tags and the report of a new AMI."""
    ami = lab.image()
    lab.assess(ami, report)
    assert lab.status(ami) == "assessed"
    return lab.tags(ami), published(lab)


def test_what_is_waived_stays_in_the_report_and_does_not_count(lab):
    accept(lab, ONE.format("2999-12-31"))
    tags, report = assessed(lab)
    assert tags["hardtarget:findings-critical"] == "7"
    assert report["waived"] == 1 and report["counts"]["critical"] == 7
    [finding] = [one for one in report["findings"] if one["waiver"]]
    assert finding["id"] == "HT-ACC-002"
    assert finding["waiver"] == {
        "reason": "until the move (OPS-1)",
        "owner": "ops@example.org",
        "expires": "2999-12-31",
        "expired": False,
    }
    assert lab.metrics("WaiversUnusable") == []


def test_what_has_expired_counts_again_and_the_note_stays(lab):
    accept(lab, ONE.format("2020-01-01"))
    tags, report = assessed(lab)
    assert tags["hardtarget:findings-critical"] == "8"
    assert [one["waiver"]["expired"] for one in report["findings"] if one["waiver"]] == [True]


def test_an_id_that_no_check_has_is_told(lab):
    accept(lab, ONE.format("2999-12-31").replace("HT-ACC-002", "HT-ACC-999"))
    _, report = assessed(lab)
    assert report["waived"] == 0
    assert "HT-ACC-999" in report["facts"]["waivers"][0]
    assert [line for line in lab.lines() if "HT-ACC-999" in line.get("unknown", "")]


@pytest.mark.parametrize("configured", [True, False])
def test_a_machine_cannot_waive_its_own_faults(deploy, configured):
    lab = deploy(HARDTARGET_WAIVERS_KEY=KEY if configured else "")
    accept(lab, "")
    report = reports.load()
    for finding in report["findings"]:
        finding["waiver"] = {"reason": "trust me", "owner": "root", "expires": "2999-01-01", "expired": False}
    report["waived"] = len(report["findings"])
    report["counts"] = dict.fromkeys(reports.SEVERITIES, 0)
    report["facts"]["waivers"] = ["all is well"]
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    [guest] = lab.guests()
    guest.hand_in(reports.named(report, ami, guest.instance))
    lab.settle()
    assert lab.tags(ami)["hardtarget:findings-critical"] == "8"
    kept = published(lab)
    assert kept["waived"] == 0 and not [one for one in kept["findings"] if one["waiver"]]
    assert "waivers" not in kept["facts"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no toml", "line 1"),
        (ONE.format("soon"), "waiver 1 HT-ACC-002"),
        (ONE.format("2999-12-31") + 'sverity = "low"\n', "line "),
        (b"\xff\xfe", "UTF-8"),
        ("#" * ((1 << 20) + 1), "longer than"),
        (None, "there is no such object"),
    ],
    ids=["no TOML", "no date", "a slip of the pen", "no text", "too long", "missing"],
)
def test_waivers_that_cannot_be_used_waive_nothing_and_that_is_told(lab, text, why):
    if text is not None:
        accept(lab, text)
    tags, report = assessed(lab)
    assert tags["hardtarget:findings-critical"] == "8"
    assert report["waived"] == 0
    assert why in report["facts"]["waivers"][0] and "none applied" in report["facts"]["waivers"][0]
    assert lab.metrics("WaiversUnusable") == [1]
    assert [line for line in lab.lines() if line.get("level") == "ERROR" and "waivers" in line["message"]]


def test_waivers_that_may_not_be_read_are_told_too(lab):
    accept(lab, ONE.format("2999-12-31"))
    when = lambda call: call.key == KEY  # noqa: E731
    lab.fail("s3", "GetObject", code="AccessDenied", status=403, times=100, when=when)
    _, report = assessed(lab)
    assert "not there or may not be read" in report["facts"]["waivers"][0]
    assert lab.metrics("WaiversUnusable") == [1]


def test_an_outage_of_s3_is_waited_out(lab):
    accept(lab, ONE.format("2999-12-31"))
    lab.available(lab.image())
    lab.settle()
    [guest] = lab.guests()
    guest.hand_in()
    lab.fail("s3", "GetObject", code="InternalError", times=100, when=lambda call: call.key == KEY)
    lab.run_later()
    assert lab.published("reports/") == [] and lab.later
    lab.heal()
    lab.settle()
    assert published(lab)["waived"] == 1
