"""What goes over the wire to the simulated AWS: every call is kept, and any can be made to fail."""

import io
import json
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from urllib.parse import parse_qs, parse_qsl, unquote


@dataclass
class Call:
    """One request that a client made."""

    service: str
    action: str
    params: dict
    method: str
    path: str
    # The address that it came from.
    client: str = ""
    headers: dict = field(default_factory=dict)
    status: int = 0
    at: float = field(default_factory=time.time)

    @property
    def key(self):
        """The key of an S3 object."""
        return self.path.lstrip("/").partition("/")[2]

    @property
    def nested(self):
        """The parameters of the EC2 query API as they were meant: `A.1.B=c` is `{"A": [{"B": "c"}]}`."""
        tree = {}
        for name, value in self.params.items():
            *path, last = name.split(".")
            at = tree
            for part in path:
                at = at.setdefault(part, {})
            at[last] = value
        return listed(tree)


def listed(tree):
    """The tree with a list wherever all names are numbers."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(name.isdigit() for name in tree):
        return [listed(tree[name]) for name in sorted(tree, key=int)]
    return {name: listed(value) for name, value in tree.items()}


@dataclass
class Fault:
    """What becomes of the next calls that match, `times` of them after the first `skip`.

    `effect` is one of: `error` (answered with `code` and `status`, nothing done), `hang` (never
    answered while the lab lives, nothing done), `lost` (done, but the answer never comes: `then`
    runs instead, as when the function is killed at this moment), `answer` (`then(call)` gives
    status, headers and body).
    """

    service: str
    action: str
    effect: str = "error"
    code: str = "InternalError"
    status: int = 500
    message: str = "made to fail by the lab"
    times: int = 1
    skip: int = 0
    when: object = None
    then: object = None
    hits: int = 0

    def takes(self, call):
        if self.service != call.service or self.action not in ("*", call.action):
            return False
        if self.when is not None and not self.when(call):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.hits >= self.times:
            return False
        self.hits += 1
        return True


class Wire:
    """WSGI middleware in front of moto."""

    def __init__(self, app):
        self.app = app
        self.lock = threading.Lock()
        self.condition = threading.Lock()
        self.reset()

    def reset(self):
        with self.lock:
            self.calls = []
            self.faults = []
            self.watchers = []
        if hasattr(self, "ended"):
            self.ended.set()
        self.ended = threading.Event()

    def __call__(self, environ, start_response):
        call = read(environ)
        call.client = environ.get("REMOTE_ADDR", "")
        if call.service == "moto":
            return self.app(environ, start_response)
        with self.lock:
            self.calls.append(call)
            fault = next((fault for fault in self.faults if fault.takes(call)), None)
            watchers = list(self.watchers)
        for watch in watchers:
            watch(call)

        def start(status, headers, exc_info=None):
            call.status = int(status.split()[0])
            return start_response(status, headers, exc_info)

        if fault is None:
            return self.serve(call, environ, start)
        if fault.effect == "hang":
            self.ended.wait(300)
            return answer(start, 503, {}, b"")
        if fault.effect == "lost":
            b"".join(self.serve(call, environ, lambda *_: None))
            fault.then(call)
            return answer(start, 503, {}, b"")
        if fault.effect == "answer":
            return answer(start, *fault.then(call))
        return answer(start, *error(call, fault))

    def serve(self, call, environ, start):
        """What moto answers. It looks at a write's condition first and writes then, so two at once may both find
        it met; at AWS just one does."""
        conditional = call.service == "dynamodb" or {"if-match", "if-none-match"} & set(call.headers)
        with self.condition if conditional else nullcontext():
            return self.app(environ, start)


def read(environ):
    """The call that a request is."""
    call = recognised(environ)
    names = ((name[5:].replace("_", "-").lower(), value) for name, value in environ.items() if name.startswith("HTTP_"))
    call.headers = dict(names)
    return call


def recognised(environ):
    """Which call of which service a request is."""
    path, method = unquote(environ.get("PATH_INFO", "")), environ["REQUEST_METHOD"]
    query = environ.get("QUERY_STRING", "")
    if path.startswith("/moto-api"):
        return Call("moto", "", {}, method, path)
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split(",")[0]
    service = scope.split("/")[3] if scope.count("/") >= 4 else "s3"
    if service == "s3":
        params = dict(parse_qsl(query, keep_blank_values=True))
        return Call("s3", s3_action(method, path, params), params, method, path)
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return Call(service, target.rpartition(".")[2], json.loads(body or b"{}"), method, path)
    params = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    return Call(service, params.pop("Action", ""), params, method, path)


def s3_action(method, path, params):
    """The name of an S3 call; those that the project makes, the rest by its method."""
    of_object = "/" in path.strip("/")
    if method == "GET" and not of_object and "list-type" in params:
        return "ListObjectsV2"
    name = {"GET": "Get", "PUT": "Put", "HEAD": "Head", "DELETE": "Delete", "POST": "Post"}.get(method, method)
    return name + ("Object" if of_object else "Bucket")


def error(call, fault):
    """The answer that the service itself would give."""
    if call.service == "ec2":
        kind = "text/xml"
        body = (
            f"<Response><Errors><Error><Code>{fault.code}</Code><Message>{fault.message}</Message></Error></Errors>"
            "<RequestID>lab</RequestID></Response>"
        )
    elif call.service == "s3":
        kind = "application/xml"
        body = f"<Error><Code>{fault.code}</Code><Message>{fault.message}</Message></Error>"
    else:
        kind = "application/x-amz-json-1.0"
        body = json.dumps({"__type": f"com.amazonaws.{call.service}#{fault.code}", "message": fault.message})
    return fault.status, {"Content-Type": kind}, body.encode()


def answer(start, status, headers, body):
    """Answers with bytes, or with an iterator of them whose length is in the headers."""
    if isinstance(body, bytes):
        headers = {**headers, "Content-Length": str(len(body))}
        body = [body]
    start(f"{status} Lab", list(headers.items()))
    return body
