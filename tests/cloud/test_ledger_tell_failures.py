"""Somebody cannot be told: Slack is down, hangs, is in a hurry or takes no token; the topic fails; the function dies.
Nothing is lost, nobody is told twice because of another, and the log says what to do."""

import json

import pytest

from lab import ledger_stack, news

KEY = "changes/2026/11/5a7c2f0e9d3b.json"
ID = "5a7c2f0e9d3b"
WORST = news.told(1, "critical", title="Root may log in with a password")


def told(ledger):
    """Who was told of the change."""
    return set(ledger.told().get(ID, {})) - {"pk", "sk", "version", "expires"}


def again(ledger):
    """The queue's next turn."""
    ledger.settle(rounds=1)


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
        (lambda slack: slack.scopes.discard("files:write"), "missing_scope (needed: files:write): give the app the"),
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


def test_a_person_is_no_channel_and_slack_says_why(tell, slack):
    slack.channels.add("U0123456789")
    ledger = tell(news.change(new=[WORST]), HARDTARGET_SLACK_CHANNEL="U0123456789")
    why = "invalid_arguments ([ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id])"
    assert any(f"Slack's files.completeUploadExternal says {why}" in line["error"] for line in ledger.errors())
    assert slack.messages == []


@pytest.mark.parametrize("host", ["http://127.0.0.1:1", "https://evil.example", "http://files.slack.com"])
def test_the_bytes_go_nowhere_else(tell, slack, host):
    slack.upload_host = host
    ledger = tell(news.change(new=[WORST]))
    assert any("is no place of Slack's" in line["error"] for line in ledger.errors())
    assert slack.messages == []
