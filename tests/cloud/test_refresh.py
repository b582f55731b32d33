"""The daily refresh of the advisories: the real function, feeds from a local server, S3 from the laboratory."""

import gzip
import hashlib
import http.server
import os
import threading
from pathlib import Path

import pytest

from lab.function import Function
from lab.stack import STACK, zipped
from lab.wire import Fault

ROOT = Path(__file__).parents[2]
DATA = ROOT / "packaging/advisories/tests/data"
BUCKET, KEY = "artefacts", f"{STACK}/advisories/advisories.htadv"
RECORDS = {path.name: path.read_bytes() for path in (DATA / "osv").iterdir()}
AMAZON = gzip.compress((DATA / "updateinfo-amzn2023.xml").read_bytes(), mtime=0)


class Feeds:
    """A server of feeds: `files` by their path, and the statuses in `answers` before that."""

    def __init__(self):
        self.files, self.answers, self.asked = {}, {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.asked.append(self.path)
                waiting = outer.answers.get(self.path, [])
                status = waiting.pop(0) if waiting else 200 if self.path in outer.files else 404
                body = outer.files.get(self.path, b"")
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.files["/osv/all.zip"] = zipped(RECORDS)
        self.files["/al2023/mirror.list"] = f"{self.url}/al2023/guid/\n".encode()
        self.files["/al2023/guid/repodata/abc-updateinfo.xml.gz"] = AMAZON
        self.index()

    def index(self, sha256=hashlib.sha256(AMAZON).hexdigest()):
        self.files["/al2023/guid/repodata/repomd.xml"] = (
            '<repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="updateinfo">'
            f'<checksum type="sha256">{sha256}</checksum>'
            '<location href="repodata/abc-updateinfo.xml.gz"/></data></repomd>'
        ).encode()


@pytest.fixture
def feeds():
    feeds = Feeds()
    yield feeds
    feeds.server.shutdown()


@pytest.fixture
def s3(aws):
    aws.reset()
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return s3


@pytest.fixture
def refresh(aws, s3, feeds, tmp_path):
    """Runs the function once for these feeds."""
    binary = Path(os.environ.get("HARDTARGET_REFRESH") or ROOT / "target/debug/hardtarget-refresh").resolve()
    assert binary.is_file(), f"{binary} is missing: build it, or name another with HARDTARGET_REFRESH"
    functions = []

    def run(*paths):
        env = {
            "AWS_ENDPOINT_URL": aws.url,
            "HARDTARGET_ADVISORY_FEEDS": ",".join(feeds.url + path for path in paths),
            "HARDTARGET_AGENT_BUCKET": BUCKET,
            "HARDTARGET_ADVISORIES_KEY": KEY,
            "TMPDIR": str(tmp_path),
        }
        functions.append(Function([binary], env))
        done = functions[-1].invoke({})
        assert list(tmp_path.iterdir()) == [], "something is left on the disk"
        return done

    yield run
    for function in functions:
        function.stop()


def there(s3):
    """The object's SHA-256 as its metadata have it, its number of releases, and its bytes; None without one."""
    if "Contents" not in s3.list_objects_v2(Bucket=BUCKET):
        return None
    found = s3.get_object(Bucket=BUCKET, Key=KEY)
    return found["Metadata"]["sha256"], int(found["Metadata"]["sections"]), found["Body"].read()


BOTH = ("/osv/all.zip", "/al2023/mirror.list")


def test_feeds_become_one_file_that_says_what_it_is(refresh, s3):
    done = refresh(*BOTH)
    assert done.error is None, done.error
    sha256, sections, body = there(s3)
    assert hashlib.sha256(body).hexdigest() == sha256
    assert sections > 2
    assert done.response == {"feeds": 2, "sections": sections, "bytes": len(body), "sha256": sha256}
    assert [line["releases"] for line in done.lines if line.get("message") == "a feed is in"][1] == "amzn:2023"


def test_the_next_day_it_takes_the_place_of_the_old_one(refresh, s3, feeds):
    assert refresh(*BOTH).error is None
    before = there(s3)
    name = next(name for name in RECORDS if name.startswith("ALSA"))
    feeds.files["/osv/all.zip"] = zipped({**RECORDS, name: RECORDS[name].replace(b"CVE-2022", b"CVE-2023")})
    assert refresh(*BOTH).error is None
    assert there(s3)[0] != before[0] and there(s3)[1] == before[1]


def test_less_than_before_of_the_same_feeds_is_not_believed(refresh, s3, feeds):
    assert refresh(*BOTH).error is None
    before = there(s3)
    name = next(name for name in RECORDS if name.startswith("ALSA"))
    feeds.files["/osv/all.zip"] = zipped({name: RECORDS[name]})
    done = refresh(*BOTH)
    assert f"told of {before[1]} before: the old file stays" in done.error
    assert there(s3) == before
    # Somebody who takes a feed out of the list means it.
    assert refresh("/osv/all.zip").error is None
    assert there(s3)[1] < before[1]


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("/osv/all.zip", None, "HTTP 404"),
        ("/osv/all.zip", b"", "is empty"),
        ("/osv/all.zip", b"<html>Sorry</html>", "feed"),
        ("/osv/all.zip", zipped(RECORDS)[:-40], "feed"),
        ("/osv/all.zip", zipped({"a.json": b"{}"}), "a.json"),
        ("/al2023/mirror.list", b"", "names no mirror"),
        ("/al2023/mirror.list", b"http://mirror.example/al2023/", "only https is"),
        ("/al2023/guid/repodata/repomd.xml", b"<repomd/>", "names no updateinfo"),
        ("/al2023/guid/repodata/abc-updateinfo.xml.gz", gzip.compress(b"<updates/>"), "expected"),
    ],
    ids=["gone", "empty", "page", "cut", "record", "no mirror", "insecure", "no updates", "other bytes"],
)
def test_a_feed_that_fails_fails_all_and_the_old_file_stays(refresh, s3, feeds, path, body, why):
    assert refresh(*BOTH).error is None
    before = there(s3)
    feeds.files[path] = body
    if body is None:
        del feeds.files[path]
    done = refresh(*BOTH)
    assert done.error and "the feed http" in done.error and why in done.error, done.error
    assert there(s3) == before
    assert [line for line in done.lines if line.get("level") == "ERROR"]


def test_a_server_that_recovers_is_asked_again_and_a_redirect_is_not_followed(refresh, s3, feeds):
    feeds.answers["/osv/all.zip"] = [503, 500]
    assert refresh("/osv/all.zip").error is None
    assert feeds.asked == ["/osv/all.zip"] * 3
    feeds.answers["/osv/all.zip"] = [302]
    assert "HTTP 302: it has moved" in refresh("/osv/all.zip").error
    assert "/elsewhere" not in feeds.asked


@pytest.mark.parametrize(("action", "code"), [("HeadObject", 500), ("PutObject", 403)])
def test_what_s3_refuses_is_an_error(refresh, s3, aws, action, code):
    fault = Fault("s3", action, effect="answer", times=100, then=lambda _: (code, {}, b""))
    aws.wire.faults.append(fault)
    done = refresh("/osv/all.zip")
    assert f"{action} of s3://{BUCKET}/{KEY}" in done.error
    assert there(s3) is None
