"""From a public feed to the AMI's tags: the real refresh, user data, agent and function, on an instance that boots."""

import http.server
import json
import pathlib
import threading

import pytest
from bench.region import ADVISORIES_KEY, Region
from conftest import program
from faults import MINUTES, Case
from runs import Run

from lab.function import Function
from lab.stack import zipped

ROOT = pathlib.Path(__file__).resolve().parents[2]

#: bash is on the machine, in an older version than this one.
RECORD = {
    "schema_version": "1.6.0",
    "id": "DSA-9999-1",
    "modified": "2026-01-01T00:00:00Z",
    "upstream": ["CVE-2026-9999"],
    "affected": [
        {
            "package": {"ecosystem": "Debian:12", "name": "bash"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99-1"}]}],
        }
    ],
}


@pytest.fixture
def feed():
    """The address of a zip with that record."""
    body = zipped({"DSA-9999-1.json": json.dumps(RECORD).encode()})

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/all.zip"
    server.shutdown()


@pytest.fixture
def region(glue, agent):
    region = Region(glue, agent, MINUTES)
    yield region
    region.close()


@pytest.fixture
def advisories(region, feed):
    """What the refresh makes of the feed."""
    where = {"Bucket": region.lab.stack.artefacts, "Key": ADVISORIES_KEY}
    function = Function(
        [program("HARDTARGET_REFRESH", ROOT / "target/debug/hardtarget-refresh")],
        {
            "AWS_ENDPOINT_URL": region.aws.url,
            "HARDTARGET_ADVISORY_FEEDS": feed,
            "HARDTARGET_AGENT_BUCKET": where["Bucket"],
            "HARDTARGET_ADVISORIES_KEY": where["Key"],
        },
    )
    done = function.invoke({})
    function.stop()
    assert done.error is None, done.error
    return region.lab.s3.get_object(**where)["Body"].read()


@pytest.mark.timeout(600)
def test_a_vulnerability_in_a_public_feed_is_counted_on_the_ami(region, image, advisories):
    run = Run(region, image / "rootfs", Case("none", "", lambda run: None, "", "assessed"), advisories)
    outcome = run.go()
    assert outcome.status in ("assessed", "partial"), outcome.console
    assert outcome.report["advisories"]["origin"] == "file"
    [found] = outcome.report["vulnerabilities"]
    assert (found["id"], found["package"], found["fixed"]) == ("CVE-2026-9999", "bash", "99-1")
    counted = {name: value for name, value in region.lab.tags(run.ami).items() if "vulnerabilities" in name}
    assert sum(int(value) for value in counted.values()) == 1 and len(counted) == 4, counted
