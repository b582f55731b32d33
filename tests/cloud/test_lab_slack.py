"""The played Slack itself: it refuses what the real one refuses, and shows nothing that was not completed."""

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

from lab import ledger_stack

CHANNEL, TOKEN = ledger_stack.CHANNEL, ledger_stack.TOKEN


def send(url, body, kind=None, token=TOKEN):
    """A POST; its status and its answer's text."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # urllib says that it is a form if nothing is said.
    headers["Content-Type"] = kind or ""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers, method="POST")) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def form(slack, method, token=TOKEN, **given):
    body = urllib.parse.urlencode(given).encode()
    return json.loads(send(slack.url + method, body, "application/x-www-form-urlencoded", token)[1])


def in_json(slack, method, **given):
    return json.loads(send(slack.url + method, json.dumps(given).encode(), "application/json")[1])


def test_a_file_is_seen_once_it_is_completed(slack):
    begun = form(slack, "files.getUploadURLExternal", filename="a.csv", length=5)
    assert send(begun["upload_url"], b"a,b\r\n", token=None) == (200, "OK - 5")
    assert slack.messages == []
    given = {"files": [{"id": begun["file_id"]}], "channel_id": CHANNEL, "blocks": [section("new")]}
    assert in_json(slack, "files.completeUploadExternal", **given)["ok"]
    [message] = slack.messages
    assert (message.text, message.files[0].body) == ("new", b"a,b\r\n")
    assert in_json(slack, "files.completeUploadExternal", **given)["error"] == "file_not_found"
    assert len(slack.messages) == 1


def section(text, **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, **more}}


def shared(slack, **given):
    """A file with what is given beside it; what Slack answers."""
    begun = form(slack, "files.getUploadURLExternal", filename="a.csv", length=5)
    send(begun["upload_url"], b"a,b\r\n", token=None)
    files = [{"id": begun["file_id"]}]
    return in_json(slack, "files.completeUploadExternal", **{"files": files, "channel_id": CHANNEL, **given})


LINK = "<https://example.org/?a=1&amp;b=2|Report>"


def test_what_is_marked_as_a_link_is_one_in_blocks_and_not_in_a_plain_comment(slack):
    assert shared(slack, initial_comment=LINK, blocks=[section(LINK)])["ok"]
    assert shared(slack, blocks=json.dumps([section(LINK, verbatim=True), section("more", verbatim=True)]))["ok"]
    plain, blocks = slack.messages
    assert "https://example.org/?a=1&b=2" not in plain.links and "|Report>" in plain.shown
    assert (blocks.links, blocks.shown) == (["https://example.org/?a=1&b=2"], "Report\nmore")


def test_what_only_looks_like_a_link_is_one_unless_it_is_verbatim(slack):
    for more in ({}, {"verbatim": True}):
        assert shared(slack, blocks=[section("see https://evil.example/x", **more)])["ok"]
    assert [message.links for message in slack.messages] == [["https://evil.example/x"], []]


@pytest.mark.parametrize(
    ("blocks", "error", "why"),
    [
        ("{", "invalid_blocks_format", None),
        ({"type": "section"}, "invalid_blocks_format", None),
        ([section("a")] * 51, "invalid_blocks", "no more than 50 items allowed [json-pointer:/blocks]"),
        ([section("a" * 3001)], "invalid_blocks", "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([section("")], "invalid_blocks", "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([section("a"), {"type": "section"}], "invalid_blocks", "failed to match all allowed schemas"),
        ([section("a", emoji=True)], "invalid_blocks", "invalid additional property: emoji"),
        ([{"type": "sektion"}], "invalid_blocks", "unsupported type: sektion"),
        ([{"type": "markdown", "text": "a"}], "internal_error", None),
    ],
)
def test_blocks_are_looked_at(slack, blocks, error, why):
    refused = shared(slack, blocks=blocks)
    assert (refused["ok"], refused["error"]) == (False, error)
    messages = refused.get("response_metadata", {}).get("messages", [])
    assert why is None and messages == [] or any(why in message for message in messages)
    assert slack.messages == []
    assert shared(slack, blocks=[section("a" * 3000)] * 50)["ok"]


def test_a_file_is_shared_in_a_channel_and_not_with_a_person(slack):
    slack.channels.add("U0123456789")
    assert form(slack, "chat.postMessage", text="a", channel="U0123456789")["ok"]
    refused = shared(slack, channel_id="U0123456789")
    assert refused["error"] == "invalid_arguments"
    [why] = refused["response_metadata"]["messages"]
    assert "^[CGDZ][A-Z0-9]{8,}$" in why


def test_the_bytes_are_as_many_as_was_said_and_come_once(slack):
    begun = form(slack, "files.getUploadURLExternal", filename="a.csv", length=6)
    assert send(begun["upload_url"], b"a,b\r\n", token=None)[0] == 400
    begun = form(slack, "files.getUploadURLExternal", filename="a.csv", length=5)
    assert send(begun["upload_url"], b"a,b\r\n", token=None)[0] == 200
    assert send(begun["upload_url"], b"a,b\r\n", token=None)[0] == 404
    begun = form(slack, "files.getUploadURLExternal", filename="a.csv", length=5)
    files = [{"id": begun["file_id"]}]
    assert in_json(slack, "files.completeUploadExternal", files=files, channel_id=CHANNEL)["error"] == "file_not_found"


def test_without_a_channel_nobody_sees_it(slack):
    begun = form(slack, "files.getUploadURLExternal", filename="a.csv", length=1)
    send(begun["upload_url"], b"a", token=None)
    assert in_json(slack, "files.completeUploadExternal", files=[{"id": begun["file_id"]}])["ok"]
    assert slack.messages == []


def test_the_retired_way_is_refused(slack):
    assert form(slack, "files.upload", content="a,b", channels=CHANNEL)["error"] == "method_deprecated"


@pytest.mark.parametrize(
    ("method", "given", "error"),
    [
        ("files.getUploadURLExternal", {"filename": "a.csv"}, "missing_argument"),
        ("files.getUploadURLExternal", {"filename": "a.csv", "length": 0}, "missing_argument"),
        ("files.getUploadURLExternal", {"filename": "a.csv", "length": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"text": "a", "channel": "general"}, "channel_not_found"),
        ("chat.postMessage", {"text": "", "channel": CHANNEL}, "no_text"),
        ("chat.sing", {"text": "a"}, "unknown_method"),
    ],
)
def test_arguments_are_looked_at(slack, method, given, error):
    refused = form(slack, method, **given)
    assert (refused["ok"], refused["error"]) == (False, error)


def test_the_form_of_a_request_is_looked_at(slack):
    url, body = slack.url + "chat.postMessage", json.dumps({"text": "a", "channel": CHANNEL}).encode()
    for kind, error in [
        ("text/csv", "invalid_post_type"),
        ("application/json; charset=latin-1", "invalid_charset"),
        ("application/x-www-form-urlencoded", "invalid_form_data"),
    ]:
        assert json.loads(send(url, body, kind)[1])["error"] == error
    assert json.loads(send(url, b"{", "application/json")[1])["error"] == "invalid_json"
    given = {"filename": "a.csv", "length": 5}
    assert in_json(slack, "files.getUploadURLExternal", **given)["error"] == "invalid_arguments"


def test_the_token_is_looked_at(slack):
    given = {"text": "a", "channel": CHANNEL}
    assert form(slack, "chat.postMessage", token=None, **given)["error"] == "not_authed"
    assert form(slack, "chat.postMessage", token="xoxb-other", **given)["error"] == "invalid_auth"
    slack.revoked.add(TOKEN)
    assert form(slack, "chat.postMessage", **given)["error"] == "token_revoked"
    slack.revoked.clear()
    slack.scopes.discard("chat:write")
    refused = form(slack, "chat.postMessage", **given)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "chat:write")
    assert slack.messages == []


def test_who_is_called_is_seen(slack):
    for text in ("<!channel>", "<@U123>", "<!subteam^S1>", "so @here too"):
        form(slack, "chat.postMessage", text=text, channel=CHANNEL)
    form(slack, "chat.postMessage", text="&lt;!channel&gt; root@here.example", channel=CHANNEL)
    assert [bool(message.calls) for message in slack.messages] == [True, True, True, True, False]
