"""The month's list of all that is open."""

import csv
import io
from datetime import date, datetime, timedelta

from lab import inspec
from lab.snoozes import today


def sheet(ledger, news):
    """The month's table as a spreadsheet reads it: by the byte order mark it knows UTF-8."""
    assert news["csv"] == f"monthly/{news['month']}.csv"
    text = ledger.read(news["csv"]).decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_months_list_has_all_that_is_open_worst_first_and_no_formulas(ledger, cli):
    until = today() + timedelta(days=30)
    cli.snooze("web", "ssh-01", until)
    hostile = inspec.control("os-01", impact=1.0, title='=HYPERLINK("http://x.example","ü")\r\n@SUM(1)')
    inspec.put(ledger, "web", "2026-11-01T06:00:00Z", hostile, inspec.control("ssh-01", impact=0.5))
    ledger.settle()
    inspec.failed(ledger, "db", "ssh-01")
    ledger.fire("monthly")
    ledger.settle()
    [news] = [change for change in ledger.changes() if change["kind"] == "monthly"]
    rows = sheet(ledger, news)
    assert [(row["target"], row["severity"], row["id"], row["state"]) for row in rows] == [
        ("instance:web", "critical", "os-01", "open"),
        ("instance:db", "high", "ssh-01", "open"),
        ("instance:web", "medium", "ssh-01", "snoozed"),
    ]
    assert rows[0]["title"].startswith("'=HYPERLINK(") and "\n" not in rows[0]["title"]
    assert (rows[2]["snoozed_by"], rows[2]["snoozed_because"]) == ("ops@example.org", "'=Waits for spring")
    assert rows[2]["snoozed_until"] == str(until) and rows[0]["snoozed_until"] == ""
    made = datetime.fromisoformat(news["at"]).date()
    assert news["month"] == f"{made:%Y-%m}" and made in (until - timedelta(days=30), today())
    assert int(rows[0]["age_days"]) == (made - date(2026, 11, 1)).days
    assert (news["targets"], news["snoozed"], news["open"]["critical"], news["open"]["medium"]) == (2, 1, 1, 0)
    assert [(one["target"], one["id"]) for one in news["oldest"]] == [
        ("instance:web", "os-01"),
        ("instance:db", "ssh-01"),
    ]


def test_a_month_is_told_once_and_an_empty_ledger_as_such(ledger):
    month = None
    while month != f"{today():%Y-%m}":
        # Once more, should a month have ended meanwhile.
        month = f"{today():%Y-%m}"
        for _ in range(2):
            ledger.fire("monthly")
            ledger.settle()
    [news] = [one for one in ledger.changes() if one["month"] == month]
    assert sheet(ledger, news) == []
    assert (news["targets"], set(news["open"].values())) == (0, {0})
