"""The month's list of all that is open."""

import csv
import io
from datetime import date, timedelta

from lab import inspec
from lab.snoozes import TODAY


def sheet(ledger):
    """The month's table as a spreadsheet reads it: by the byte order mark it knows UTF-8."""
    month = f"{TODAY:%Y-%m}"
    text = ledger.read(f"monthly/{month}.csv").decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_months_list_has_all_that_is_open_worst_first_and_no_formulas(ledger, cli):
    cli.snooze("web", "ssh-01")
    hostile = inspec.control("os-01", impact=1.0, title='=HYPERLINK("http://x.example","ü")\r\n@SUM(1)')
    inspec.put(ledger, "web", "2026-11-01T06:00:00Z", hostile, inspec.control("ssh-01", impact=0.5))
    ledger.settle()
    inspec.failed(ledger, "db", "ssh-01")
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
    assert [(one["target"], one["id"]) for one in news["oldest"]] == [
        ("instance:web", "os-01"),
        ("instance:db", "ssh-01"),
    ]


def test_a_month_is_told_once_and_an_empty_ledger_as_such(ledger):
    for _ in range(2):
        ledger.fire("monthly")
        ledger.settle()
    assert sheet(ledger) == []
    [news] = ledger.changes()
    assert (news["targets"], set(news["open"].values())) == (0, {0})
