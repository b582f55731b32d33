"""A Slack that checks requests as the real one does, over HTTP: `chat.postMessage` and the current way to upload a
file (`files.getUploadURLExternal`, the bytes to the URL that it gives, `files.completeUploadExternal`).

As https://docs.slack.dev says: nearly every answer is HTTP 200 with `ok`, and where that is false an `error`; being
too quick is 429 with `Retry-After`; a file that is not completed is never seen by anybody. What it says of itself
elsewhere: `<https://…|text>` in a file's plain comment is shown as it stands (python-slack-sdk#1289), and a file is
shared in channels only, not with people (bolt-js#2115).

slack = Slack()
slack.url             # for HARDTARGET_SLACK_URL
slack.messages        # what people see
slack.fail(status=503)  # until slack.heal()
"""

import http.server
import json
import re
import secrets
import threading
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from . import slack_blocks
from .ledger_stack import CHANNEL, TOKEN

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
# What each method asks of the token, and in which forms it takes its arguments.
METHODS = {
    "chat.postMessage": ("chat:write", (FORM, JSON)),
    "files.getUploadURLExternal": ("files:write", (FORM,)),
    "files.completeUploadExternal": ("files:write", (FORM, JSON)),
}
RETIRED = ("files.upload",)
# Where a file may be shared.
CHANNEL_ID = re.compile(r"[CGDZ][A-Z0-9]{8,}")
CALLS_SOMEBODY = re.compile(r"<(?:!(?:channel|here|everyone|subteam\^)|[@#])[^>]*>|(?<!\w)@(?:channel|here|everyone)\b")


@dataclass
class File:
    """A file on its way, or shared."""

    id: str
    name: str
    length: int
    body: bytes | None = None
    title: str = ""
    shared: bool = False


@dataclass
class Message:
    """What stands in a channel."""

    channel: str
    text: str
    files: list = field(default_factory=list)
    # Whether what is marked as a link is one; whether what only looks like one is too.
    marked: bool = True
    guessed: bool = False

    @property
    def calls(self):
        """The parts of the text that would notify somebody, or a whole channel."""
        return CALLS_SOMEBODY.findall(self.text)

    @property
    def links(self):
        """Where the text's links lead to."""
        marked = re.findall(r"<(https?://[^|>]+)", self.text) if self.marked else []
        bare = re.findall(r"(?<![<\w])https?://[^\s|>]+", self.text) if self.guessed else []
        return [link.replace("&amp;", "&") for link in marked + bare]

    @property
    def shown(self):
        """The text as people read it, formatting aside."""
        text = re.sub(r"<https?://[^|>]+\|([^>]*)>", r"\1", self.text) if self.marked else self.text
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("\u2060", "")


@dataclass
class Trouble:
    """What becomes of the next calls of a method: an `error` in an answer with `ok: false`, another `status`, 429 with
    `retry_after` seconds, or no answer at all (`hang`); `times` of them."""

    method: str
    error: str | None
    status: int
    retry_after: str | None
    hang: bool
    times: int


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, error, **more):
        self.answer = {"ok": False, "error": error, **more}


class Slack:
    def __init__(self, token=TOKEN):
        self.token, self.scopes = token, {"chat:write", "files:write"}
        self.revoked, self.channels, self.archived = set(), {CHANNEL}, set()
        # Channels that exist, but that the bot was not invited to.
        self.strange = set()
        self.messages, self.files, self.uploads, self.calls, self.troubles = [], {}, {}, [], []
        # Tokens that were sent to where no token belongs.
        self.leaked = []
        self.lock, self.closed = threading.Lock(), threading.Event()
        slack = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with slack.lock:
                    status, headers, answer = slack.answer(self.path, self.headers, body)
                if status is None:
                    slack.closed.wait(300)
                    return
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(answer))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.host = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.url = f"{self.host}/api/"
        # Where the bytes of a file are sent to.
        self.upload_host = self.host
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()

    def fail(self, method="*", error=None, status=200, retry_after=None, hang=False, times=10**6):
        """Makes calls fail; `upload` is the method of the bytes."""
        with self.lock:
            status = 429 if retry_after is not None else status
            self.troubles.append(Trouble(method, error, status, retry_after, hang, times))

    def heal(self):
        with self.lock:
            self.troubles = []

    def called(self, method):
        """How often a method was called."""
        return self.calls.count(method)

    def answer(self, path, headers, body):
        """Status, headers and body of an answer; no status if there is to be none."""
        place, _, name = path.lstrip("/").partition("/")
        method = "upload" if place == "upload" else name
        self.calls.append(method)
        for trouble in self.troubles:
            if trouble.times > 0 and trouble.method in ("*", method):
                trouble.times -= 1
                return refused(trouble)
        if place == "upload":
            return self.take(name, headers, body)
        if place != "api":
            return 404, {}, b"not found"
        try:
            answer = self.run(method, headers, body)
        except Refusal as refusal:
            answer = refusal.answer
        return 200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(answer).encode()

    def run(self, method, headers, body):
        if method in RETIRED:
            raise Refusal("method_deprecated")
        if method not in METHODS:
            raise Refusal("unknown_method", req_method=method)
        scope, forms = METHODS[method]
        given = arguments(headers, body, forms)
        self.authorise(headers, given, scope)
        handlers = {
            "chat.postMessage": self.post,
            "files.getUploadURLExternal": self.begin,
            "files.completeUploadExternal": self.complete,
        }
        return {"ok": True, **handlers[method](given)}

    def authorise(self, headers, given, scope):
        kind, _, token = (headers.get("Authorization") or "").partition(" ")
        token = token if kind == "Bearer" else given.get("token", "")
        if not token:
            raise Refusal("not_authed")
        if token in self.revoked:
            raise Refusal("token_revoked")
        if token != self.token:
            raise Refusal("invalid_auth")
        if scope not in self.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    def may_post(self, channel):
        if channel in self.strange:
            raise Refusal("not_in_channel")
        if channel in self.archived:
            raise Refusal("is_archived")
        if channel not in self.channels:
            raise Refusal("channel_not_found")

    def post(self, given):
        self.may_post(given.get("channel"))
        if not given.get("text"):
            raise Refusal("no_text")
        # "Slack will truncate messages containing more than 40,000 characters"
        guessed = given.get("parse") != "none"
        self.messages.append(Message(given["channel"], given["text"][:40_000], guessed=guessed))
        return {"channel": given["channel"], "ts": f"{len(self.messages)}.000100"}

    def begin(self, given):
        length, name = given.get("length", ""), given.get("filename", "")
        if not name or length in ("", "0"):
            raise Refusal("missing_argument")
        if not length.isdigit():
            raise Refusal("invalid_arguments")
        file = File(f"F{len(self.files):010}", name, int(length))
        self.files[file.id] = file
        ticket = f"v1/{secrets.token_urlsafe(24)}"
        self.uploads[ticket] = file
        return {"upload_url": f"{self.upload_host}/upload/{ticket}", "file_id": file.id}

    def take(self, ticket, headers, body):
        """The bytes of a file: once, to the URL that was given for it, as many as were said."""
        if headers.get("Authorization"):
            self.leaked.append(headers["Authorization"])
        file = self.uploads.pop(ticket, None)
        if file is None:
            return 404, {}, b"no such upload"
        if len(body) != file.length:
            return 400, {}, b"length mismatch"
        file.body = body
        return 200, {"Content-Type": "text/plain"}, f"OK - {len(body)}".encode()

    def complete(self, given):
        asked, channel = given.get("files"), given.get("channel_id")
        if channel is not None and not CHANNEL_ID.fullmatch(channel):
            pattern = f"^{CHANNEL_ID.pattern}$"
            why = f"[ERROR] input must match regex pattern: {pattern} [json-pointer:/channel_id]"
            raise Refusal("invalid_arguments", response_metadata={"messages": [why]})
        said = comment(given, channel)
        try:
            asked = json.loads(asked) if isinstance(asked, str) else asked
            files = [(self.files.get(one["id"]), one.get("title", "")) for one in asked]
        except (TypeError, ValueError, KeyError):
            raise Refusal("invalid_arguments") from None
        if not files or any(file is None or file.body is None or file.shared for file, _ in files):
            raise Refusal("file_not_found")
        # Without a channel the file stays private: nobody sees a message.
        if channel is not None:
            self.may_post(channel)
        for file, title in files:
            file.title, file.shared = title or file.name, True
        if channel is not None:
            said.files = [file for file, _ in files]
            self.messages.append(said)
        return {"files": [{"id": file.id, "title": file.title} for file, _ in files]}


def comment(given, channel):
    """What stands above a file: its plain comment, or else its blocks, "If the initial_comment field is provided, the
    blocks field is ignored"."""
    if "initial_comment" in given:
        return Message(channel, given["initial_comment"], marked=False, guessed=True)
    try:
        texts = slack_blocks.read(given.get("blocks", []))
    except slack_blocks.WrongBlocks as wrong:
        messages = {"messages": wrong.messages}
        more = {"response_metadata": messages} if wrong.messages else {}
        raise Refusal(wrong.error, **more) from None
    text = "\n".join(text for text, _, _ in texts)
    marked = all(kind == "mrkdwn" for _, kind, _ in texts)
    return Message(channel, text, marked=marked, guessed=not all(verbatim for _, _, verbatim in texts))


def refused(trouble):
    if trouble.hang:
        return None, {}, b""
    if trouble.status == 429:
        headers = {"Content-Type": JSON, "Retry-After": str(trouble.retry_after)}
        return 429, headers, json.dumps({"ok": False, "error": "ratelimited"}).encode()
    if trouble.error is not None:
        return trouble.status, {"Content-Type": JSON}, json.dumps({"ok": False, "error": trouble.error}).encode()
    return trouble.status, {"Content-Type": "text/html"}, b"<html>Slack is having trouble</html>"


def arguments(headers, body, forms):
    """What a request says, as a form or as JSON."""
    kind, _, parameters = (headers.get("Content-Type") or "").partition(";")
    kind = kind.strip().lower()
    if not kind:
        raise Refusal("missing_post_type")
    charset = parameters.strip().lower().removeprefix("charset=")
    if charset not in ("", "utf-8"):
        raise Refusal("invalid_charset")
    if kind not in (FORM, JSON):
        raise Refusal("invalid_post_type")
    if kind not in forms:
        raise Refusal("invalid_arguments")
    try:
        if kind == JSON:
            given = json.loads(body)
            if not isinstance(given, dict):
                raise Refusal("json_not_object")
            # A token among arguments in JSON counts for nothing.
            return {name: value for name, value in given.items() if name != "token"}
        fields = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True)
        return {name: values[0] for name, values in fields.items()}
    except ValueError:
        raise Refusal("invalid_json" if kind == JSON else "invalid_form_data") from None
