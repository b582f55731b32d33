"""What a change is told as, and that each channel is told it on its own: Slack, the topic, Security Hub.

`lab/slack.py` plays Slack, and is as strict as the real one."""

import csv
import io
import json

import pytest

from lab import Slack, ledger_stack, news

KEY = "changes/2026/11/5a7c2f0e9d3b.json"
ID = "5a7c2f0e9d3b"
WORST = news.told(1, "critical", title="Root may log in with a password")


@pytest.fixture
def slack():
    slack = Slack()
    yield slack
    slack.close()


@pytest.fixture
def tell(deploy_ledger, slack):
    """The ledger with Slack, settled once something was put under `changes/`; settings as for `deploy_ledger`."""

    def make(what=None, key=KEY, **settings):
        ledger = deploy_ledger(slack_url=slack.url, **settings)
        if what is not None:
            ledger.put(key, what)
            ledger.settle()
        return ledger

    return make


def table(file):
    """A CSV as a spreadsheet reads it, by its columns."""
    assert file.body.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8"
    return list(csv.DictReader(io.StringIO(file.body.decode("utf-8-sig"), newline="")))


def told(ledger):
    """Who was told of the change."""
    return set(ledger.told().get(ID, {})) - {"pk", "sk", "version", "expires"}


def again(ledger):
    """The queue's next turn."""
    ledger.settle(rounds=1)


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
    assert len(message.links) == 2
    [file] = message.files
    assert file.name == "new-web-2026-11-21.csv"
    rows = table(file)
    assert [row["id"] for row in rows] == [f"LAB-{number:06}" for number in (*range(1, 42), 90)]
    assert {row["status"] for row in rows} == {"new", "returned"}
    assert slack.called("files.upload") == 0 and slack.leaked == []
    assert told(ledger) == {"slack", "sns"}
    assert ledger.errors() == [] and ledger.queues["tell"].bodies() == []


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
    assert all(".console.aws.amazon.com/" in link for link in message.links)
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


# When something fails.


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ({"status": 503}, "HTTP 503"),
        ({"error": "fatal_error"}, "says fatal_error"),
        ({"method": "upload", "status": 500}, "Slack's upload answered HTTP 500"),
        ({"method": "files.completeUploadExternal", "error": "not_in_channel"}, "invite the app to the channel"),
        ({"retry_after": 3600}, "left alone for 3600 s"),
        ({"method": "upload", "retry_after": 60}, "left alone for 60 s"),
        ({"retry_after": "soon"}, "left alone"),
    ],
)
def test_a_slack_that_fails_is_told_later_and_nobody_else_twice(tell, slack, trouble, why):
    slack.fail(**trouble)
    ledger = tell(news.change(new=[WORST]))
    assert slack.messages == []
    [before] = ledger.rows(pk="told")
    again(ledger)
    again(ledger)
    assert len(ledger.published()) == 1 and told(ledger) == {"sns"}
    assert ledger.rows(pk="told") == [before], "the row of who was told is as it was"
    assert any(why in line["error"] for line in ledger.errors()), ledger.errors()
    slack.heal()
    ledger.settle()
    assert len(slack.messages) == 1 and len(ledger.published()) == 1
    assert told(ledger) == {"slack", "sns"}
    assert ledger.queues["tell"].bodies() == []


def test_a_slack_that_stays_away_ends_among_the_dead_letters(tell, slack):
    slack.fail(status=503)
    ledger = tell(news.change(new=[WORST]))
    ledger.give_up("tell")
    [dead] = ledger.dead("tell")
    assert dead["detail"]["object"]["key"] == KEY
    assert len(ledger.published()) == 1
    assert json.loads(ledger.read(KEY))["new"] == [WORST]
    # The message is put back on the queue by whoever mended it.
    slack.heal()
    ledger.queues["tell"].send(dead)
    ledger.settle()
    assert len(slack.messages) == 1 and len(ledger.published()) == 1


def test_a_slack_that_is_gone_holds_up_nobody(tell, slack):
    slack.close()
    ledger = tell(news.change(new=[WORST]))
    assert len(ledger.published()) == 1 and told(ledger) == {"sns"}
    assert len(ledger.queues["tell"]) == 1


def test_a_slack_that_hangs_holds_up_nobody(tell, slack):
    slack.fail(hang=True)
    ledger = tell()
    ledger.put(KEY, news.change(new=[WORST]))
    again(ledger)
    assert [done.error for done in ledger.invocations] == [None], "the function gives up before Lambda does"
    assert len(ledger.published()) == 1 and told(ledger) == {"sns"}
    slack.heal()
    ledger.settle()
    assert len(slack.messages) == 1 and len(ledger.published()) == 1


def test_a_short_rest_is_waited_for(tell, slack):
    slack.fail("files.getUploadURLExternal", retry_after=1, times=1)
    slack.fail("files.completeUploadExternal", retry_after=1, times=1)
    ledger = tell(news.change(new=[WORST]))
    assert len(slack.messages) == 1 and ledger.errors() == []
    assert slack.called("upload") == 1


def test_patience_has_an_end(tell, slack):
    slack.fail(retry_after=0)
    ledger = tell(news.change(new=[WORST]))
    assert slack.called("files.getUploadURLExternal") == 3 * len(ledger.invocations)
    assert len(ledger.queues["tell"]) == 1


def test_a_topic_that_fails_is_told_later_and_slack_not_twice(tell, slack):
    ledger = tell()
    ledger.fail("sns", "Publish", code="InternalError", status=500, times=1000)
    ledger.put(KEY, news.change(new=[WORST]))
    again(ledger)
    assert len(slack.messages) == 1 and told(ledger) == {"slack"}
    ledger.heal()
    ledger.settle()
    assert len(slack.messages) == 1 and len(ledger.published()) == 1
    assert told(ledger) == {"slack", "sns"}


def test_a_crash_after_one_was_told_tells_the_others_alone(tell, slack):
    ledger = tell(timeout=20)
    slack.fail(status=503)
    ledger.put(KEY, news.change(new=[WORST]))
    # The row of the topic is written; then the function is gone.
    ledger.kill_at("dynamodb", "PutItem", name="tell", times=1)
    again(ledger)
    assert told(ledger) == {"sns"}
    slack.heal()
    ledger.settle()
    assert len(ledger.published()) == 1 and len(slack.messages) == 1


def test_the_same_event_twice_is_told_once(tell, slack):
    ledger = tell(news.change(new=[WORST]))
    ledger.put(KEY, news.change(new=[WORST]))
    ledger.settle()
    assert len(slack.messages) == 1 and len(ledger.published()) == 1


def test_what_is_no_news_is_laid_aside(tell, slack):
    ledger = tell({"kind": "gossip"})
    ledger.give_up("tell")
    assert len(ledger.dead("tell")) == 1 and slack.calls == [] and ledger.published() == []
    assert any(f"{KEY} is no news" in line["error"] for line in ledger.errors())


def test_what_is_not_there_any_more_is_no_failure(tell, slack):
    ledger = tell()
    ledger.put(KEY, news.change(new=[WORST]))
    ledger.s3.delete_object(Bucket=ledger.stack.bucket, Key=KEY)
    ledger.settle()
    assert slack.calls == [] and ledger.errors() == [] and ledger.queues["tell"].bodies() == []


# The token.


def put_token(ledger, value):
    ledger.aws.client("ssm").put_parameter(
        Name=ledger_stack.TOKEN_PARAMETER, Type="SecureString", Value=value, Overwrite=True
    )


def reads(ledger):
    """How often the token was read."""
    return len(ledger.calls("ssm", "GetParameter", by="tell"))


def test_the_token_is_read_once(tell, slack):
    ledger = tell(news.change(new=[WORST]))
    for number in range(3):
        ledger.put(f"changes/2026/11/{number}.json", news.change(new=[WORST], id=str(number)))
    ledger.settle()
    assert len(slack.messages) == 4 and reads(ledger) == 1


def test_a_token_that_was_exchanged_is_read_again_at_once(tell, slack):
    ledger = tell(news.change(new=[WORST]))
    slack.revoked, slack.token = {slack.token}, "xoxb-the-next"
    put_token(ledger, "xoxb-the-next")
    ledger.put("changes/2026/11/b.json", news.change(new=[WORST], id="b"))
    ledger.settle()
    assert len(slack.messages) == 2 and reads(ledger) == 2 and ledger.errors() == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("xoxb-of-somebody-else", "says invalid_auth: put the app's current bot token"),
        ('{"tokn": "xoxb-x"}', "holds no token"),
        ("two words", "holds no token"),
    ],
)
def test_a_wrong_token_is_told_of_and_a_right_one_found(tell, slack, value, why):
    ledger = tell()
    put_token(ledger, value)
    ledger.put(KEY, news.change(new=[WORST]))
    again(ledger)
    assert slack.messages == [] and told(ledger) == {"sns"}
    [line] = ledger.errors()
    assert why in line["error"]
    put_token(ledger, json.dumps({"token": slack.token}))
    ledger.settle()
    assert len(slack.messages) == 1 and len(ledger.published()) == 1


def test_a_token_that_is_not_there_is_told_of(tell, slack):
    ledger = tell()
    ledger.aws.client("ssm").delete_parameter(Name=ledger_stack.TOKEN_PARAMETER)
    ledger.put(KEY, news.change(new=[WORST]))
    again(ledger)
    [line] = ledger.errors()
    assert f"there is no SSM parameter {ledger_stack.TOKEN_PARAMETER}" in line["error"]


def test_the_token_may_be_a_secret(tell, slack):
    name = "/aws/reference/secretsmanager/hardtarget/slack"
    ledger = tell(HARDTARGET_SLACK_TOKEN_PARAMETER=name)
    secret = json.dumps({"token": slack.token})
    ledger.aws.client("secretsmanager").create_secret(Name="hardtarget/slack", SecretString=secret)
    ledger.put(KEY, news.change(new=[WORST]))
    ledger.settle()
    assert len(slack.messages) == 1 and ledger.errors() == []


def test_the_token_is_in_no_log(tell, slack):
    ledger = tell(HARDTARGET_LOG="trace")
    slack.fail(status=500)
    ledger.put(KEY, news.change(new=[WORST]))
    again(ledger)
    slack.heal()
    ledger.settle()
    assert len(slack.messages) == 1
    written = [json.dumps(done.lines) + "\n".join(done.other) for done in ledger.invocations]
    ours = [line for line in ledger.lines() if "hardtarget" in line.get("target", "")]
    assert ours and all(slack.token not in json.dumps(line) for line in ours)
    assert len(written) > 1
    assert slack.token not in json.dumps(ledger.functions["tell"].env)


@pytest.mark.parametrize(
    ("settle", "why"),
    [
        (lambda slack: slack.scopes.discard("files:write"), "missing_scope: give the app the bot scopes"),
        (lambda slack: slack.channels.clear(), "channel_not_found: HARDTARGET_SLACK_CHANNEL has to be"),
        (lambda slack: slack.strange.add(ledger_stack.CHANNEL), "not_in_channel: invite the app"),
        (lambda slack: slack.archived.add(ledger_stack.CHANNEL), "is_archived: HARDTARGET_SLACK_CHANNEL"),
    ],
)
def test_what_slack_refuses_comes_with_what_to_do(tell, slack, settle, why):
    settle(slack)
    ledger = tell(news.change(new=[WORST]))
    assert any(why in line["error"] for line in ledger.errors()), ledger.errors()
    assert slack.messages == []


@pytest.mark.parametrize("host", ["http://127.0.0.1:1", "https://evil.example", "http://files.slack.com"])
def test_the_bytes_go_nowhere_else(tell, slack, host):
    slack.upload_host = host
    ledger = tell(news.change(new=[WORST]))
    assert any("is no place of Slack's" in line["error"] for line in ledger.errors())
    assert slack.messages == []


# The topic.


def test_subscribers_get_the_change_as_json(tell, slack):
    change = news.change(new=[WORST, news.told(2, "low")], fixed=[news.told(3)])
    ledger = tell(change)
    [envelope] = ledger.envelopes()
    assert envelope["Subject"] == "Hard Target: web: 2 new, 0 again (worst: critical), 1 fixed"
    attributes = {name: one["Value"] for name, one in envelope["MessageAttributes"].items()}
    assert attributes == {"kind": "change", "worst": "critical", "target": "family:web"}
    got = json.loads(envelope["Message"])
    more = {"bucket": ledger.stack.bucket, "whole": KEY, "truncated": {"new": 0, "returned": 0, "fixed": 0}}
    assert got == change | more


def test_a_change_that_is_too_large_is_cut_at_the_end_and_attached_whole(tell, slack):
    many = [WORST, *(news.told(number, "low") for number in range(2, 5001))]
    ledger = tell(news.change(new=many))
    [got] = ledger.published()
    assert got["new"][0] == WORST
    assert len(got["new"]) + got["truncated"]["new"] == 5000 and got["truncated"]["new"] > 0
    assert len(json.loads(ledger.read(got["whole"]))["new"]) == 5000
    [message] = slack.messages
    assert len(table(message.files[0])) == 5000
