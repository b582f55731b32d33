"""What a change, a month and a golden run are told as, in Slack and to the topic.

`lab/slack.py` plays Slack, and is as strict as the real one. What happens when somebody cannot be told is in
test_ledger_tell_failures.py, Security Hub in test_ledger_security_hub.py."""

import csv
import io
import json

from lab import ledger_stack, news

KEY = "changes/2026/11/5a7c2f0e9d3b.json"
WORST = news.told(1, "critical", title="Root may log in with a password")


def table(file):
    """A CSV as a spreadsheet reads it, by its columns."""
    assert file.body.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8"
    return list(csv.DictReader(io.StringIO(file.body.decode("utf-8-sig"), newline="")))


# Slack.


def test_one_message_with_the_list_of_all_that_is_new(tell, slack):
    many = [WORST, *(news.told(number, "low") for number in range(2, 42))]
    ledger = tell(news.change(new=many, returned=[news.told(90)], fixed=[news.told(91, "low")]))
    [message] = slack.messages
    assert message.channel == ledger_stack.CHANNEL
    lines = message.shown.splitlines()
    assert lines[0] == "*web*: 41 new, 1 speaks up again, 1 fixed"
    assert "AMI `ami-0c1f3a9b27d5e8846` `web-2026-11-21`" in lines[1]
    assert "Score: 67 → 71" in lines
    assert "• critical · Root may log in with a password in `/etc/lab/1.conf` · `LAB-000001`" in lines
    assert sum(line.startswith("•") for line in lines) == 5
    assert f"s3://{ledger.stack.bucket}/{news.REPORT.replace('.json', '.html')}" in message.text
    report, changed = message.links
    assert "report.html" in report and "diff.json" in changed
    assert message.shown.splitlines()[-1].startswith("Report · What changed · `s3://")
    [file] = message.files
    assert file.name == "new-web-2026-11-21.csv"
    rows = table(file)
    assert [row["id"] for row in rows] == [f"LAB-{number:06}" for number in (*range(1, 42), 90)]
    assert {row["status"] for row in rows} == {"new", "returned"}
    assert slack.called("files.upload") == 0 and slack.leaked == []
    assert {"slack", "sns"} <= set(ledger.told()["5a7c2f0e9d3b"])
    assert ledger.errors() == [] and ledger.queues["tell"].bodies() == []


def test_the_longest_message_fits_with_its_list(tell, slack):
    """A section of Slack's takes 3,000 characters, of which an escape is five."""
    many = [news.told(number, title="&" * 1000, subject="&" * 1000, id="&" * 1000) for number in range(1, 9)]
    tell(news.change(new=many, target="family:" + "&" * 300))
    [message] = slack.messages
    assert len(message.text) > 3000 and len(message.files) == 1 and len(message.links) == 2


def test_what_was_only_fixed_needs_no_list(tell, slack):
    tell(news.change(fixed=[WORST]))
    [message] = slack.messages
    assert message.shown.startswith("*web*: nothing new, 1 fixed")
    assert message.files == []
    assert slack.calls == ["chat.postMessage"]


def test_nothing_new_is_said_if_asked_for(tell, slack):
    tell(news.change())
    assert slack.calls == []
    ledger = tell(news.change(), HARDTARGET_TELL_NOTHING_NEW="true")
    assert [message.shown.splitlines()[0] for message in slack.messages] == ["*web*: nothing new"]
    assert len(ledger.published()) == 1


def test_scores_that_do_not_compare_have_no_arrow(tell, slack):
    tell(news.change(new=[WORST], score={"old": 67, "new": 71, "reasons": ["Lynis 3.1.4 against 3.1.7"]}))
    [message] = slack.messages
    assert "→" not in message.text
    assert "does not compare: Lynis 3.1.4 against 3.1.7" in message.shown


def test_text_from_outside_calls_nobody_and_computes_nothing(tell, slack):
    title = "<!channel> @here <@U123> =1+1 <https://evil.example|log in> ```all clear"
    formula = '=HYPERLINK("https://evil.example","log in")\r\n@SUM(1)'
    evil = [news.told(1, title=title, subject="`<!here>`"), news.told(2, title=formula, id="-1+1", subject="+1")]
    tell(news.change(new=evil, target="family:<!everyone>", ami_name="<!subteam^S1>`"))
    [message] = slack.messages
    assert message.calls == []
    assert message.links and all(".console.aws.amazon.com/" in link for link in message.links)
    assert "```" not in message.text
    assert "<!channel> @here <@U123> =1+1" in message.shown, "it can be read all the same"
    for row in table(message.files[0]):
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) and "\n" not in cell


def test_the_month_comes_with_its_list(tell, slack):
    ledger = tell()
    ledger.put("monthly/2026-11.csv", "\ufeff\"target\"\r\n\"family:web\"\r\n")
    ledger.put("changes/2026/11/monthly-2026-11.json", news.monthly(oldest=[WORST]))
    ledger.settle()
    [message] = slack.messages
    assert message.shown.startswith("*2026-11*: 6 open in 3 targets")
    [file] = message.files
    assert (file.name, table(file)) == ("open-2026-11.csv", [{"target": "family:web"}])
    [envelope] = ledger.envelopes()
    assert envelope["MessageAttributes"]["kind"]["Value"] == "monthly"
    assert json.loads(envelope["Message"])["csv"] == "monthly/2026-11.csv"


def test_the_golden_message_goes_to_the_topic_as_it_stands(tell, slack):
    counts = {f"Finding-Severity-{name}-Count": "2" for name in ("Critical", "High", "Medium", "Low", "Informational")}
    message = [{"team": "web", **counts, "hardtarget": {"ami": "ami-0c1f3a9b27d5e8846", "status": "assessed"}}]
    ledger = tell(news.golden(message), key="changes/2026/11/golden-1.json")
    assert ledger.published() == [message]
    [said] = slack.messages
    assert said.shown.startswith("*The golden list*: 1 of 1 AMIs assessed") and said.files == []


# The topic.


def test_subscribers_get_the_change_as_json(tell, slack):
    change = news.change(new=[WORST, news.told(2, "low")], fixed=[news.told(3)])
    ledger = tell(change)
    [envelope] = ledger.envelopes()
    assert envelope["Subject"] == "Hard Target: web: 2 new, 0 again (worst: critical), 1 fixed"
    attributes = {name: one["Value"] for name, one in envelope["MessageAttributes"].items()}
    assert attributes == {"kind": "change", "worst": "critical", "target": "family:web"}
    got = json.loads(envelope["Message"])
    lists = ("new", "returned", "fixed", "waived", "gone", "quietly_opened", "quietly_closed")
    truncated = dict.fromkeys(lists, 0)
    assert got == change | {"bucket": ledger.stack.bucket, "whole": KEY, "truncated": truncated}


def test_a_change_that_is_too_large_is_cut_at_the_end_and_attached_whole(tell, slack):
    many = [WORST, *(news.told(number, "low") for number in range(2, 5001))]
    ledger = tell(news.change(new=many))
    [got] = ledger.published()
    assert got["new"][0] == WORST
    assert len(got["new"]) + got["truncated"]["new"] == 5000 and got["truncated"]["new"] > 0
    assert len(json.loads(ledger.read(got["whole"]))["new"]) == 5000
    [message] = slack.messages
    assert len(table(message.files[0])) == 5000
