"""The real agent hands in to the real function: everything but the machine, which tests/vm has."""

import json
import subprocess

import pytest

from lab.aws import KEYS, REGION
from lab.imds import Imds

STATUS = """Package: bash
Status: install ok installed
Version: 5.2.15-2+b7
Architecture: amd64
"""


@pytest.fixture
def root(tmp_path):
    """A machine's root, so small that its scan takes no time."""
    for name, text in {
        "etc/os-release": "ID=debian\nVERSION_ID=12\nPRETTY_NAME='Debian GNU/Linux 12 (bookworm)'\n",
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
        "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
        "var/lib/dpkg/status": STATUS,
        # What an image brings along is not asked for credentials, nor for a region.
        "root/.aws/credentials": "[default]\naws_access_key_id=AKIAIMAGEIMAGEIMAGE1\naws_secret_access_key=image\n",
    }.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "root"


@pytest.fixture
def scan(lab):
    lab.available(lab.image("web-2026-11-21"))
    lab.settle()
    return lab.guests()[0]


@pytest.fixture
def imds(scan):
    imds = Imds(scan.instance, scan.ami)
    yield imds
    imds.close()


def run(agent, lab, scan, imds, root, env=None, **more):
    """As the user-data script starts it, but for the power-off."""
    place = f"s3://{lab.stack.bucket}/scans/{lab.stack.role_id}:{{instance-id}}/"
    argv = [agent, "--upload", place, "--deadline", "60s", "--root", root, "--engine", "native", "--engine", "packages"]
    for name, value in more.items():
        argv += [f"--{name.replace('_', '-')}", value]
    given = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": root / "root",
        "AWS_ENDPOINT_URL": lab.aws.url,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": imds.url,
        **(env or {}),
    }
    return subprocess.run(argv, env=given, capture_output=True, text=True, timeout=90, check=False)


@pytest.mark.parametrize("credentials", ["environment", "instance role"])
def test_from_the_agent_to_the_tags(lab, agent, scan, imds, root, credentials):
    ami, env = scan.ami, {}
    if credentials == "environment":
        env = {**KEYS, "AWS_REGION": REGION}
    done = run(agent, lab, scan, imds, root, env, expect_ami=ami)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    puts = [call.key for call in lab.calls("s3", "PutObject") if call.key.startswith("scans/")]
    # The report is last: its arrival means that the rest is there.
    assert puts == [scan.prefix + "sbom.cdx.json", scan.prefix + "report.json"]
    asked_for_role = any("security-credentials" in path for path in imds.asked)
    assert asked_for_role == (credentials == "instance role")

    lab.settle()
    assert lab.given_up == []
    tags = lab.tags(ami)
    # Without Lynis there is no score.
    assert tags["hardtarget:status"] in ("assessed", "partial"), tags
    assert "hardtarget:score" not in tags
    assert int(tags["hardtarget:findings-low"]) >= 1
    [_, key] = lab.published("reports/")
    report = json.loads(lab.read(key))
    assert report["target"]["ami"] == ami
    assert [package["name"] for package in report["packages"]] == ["bash"]
    assert "HT-IMG-015" in [finding["id"] for finding in report["findings"]]
    assert lab.instances() == []


def test_an_instance_of_another_image_hands_nothing_in(lab, agent, scan, imds, root):
    done = run(agent, lab, scan, imds, root, expect_ami="ami-0123456789abcdef0")
    assert done.returncode == 1
    assert lab.keys("scans/") == []


def test_s3_that_stumbles_gets_the_report_all_the_same(lab, agent, scan, imds, root):
    ami = scan.ami
    fault = lab.fail("s3", "PutObject", code="SlowDown", status=503, times=4)
    done = run(agent, lab, scan, imds, root)
    assert done.returncode == 0, done.stderr
    assert fault.hits == 4
    lab.settle()
    assert lab.status(ami) in ("assessed", "partial")


def test_what_arrives_is_what_was_sent(lab, agent, scan, imds, root):
    """The upload carries a checksum, and S3 refuses a body that has another."""
    seen = []
    lab.aws.wire.watchers.append(lambda call: seen.append(call.headers) if call.action == "PutObject" else None)
    assert run(agent, lab, scan, imds, root).returncode == 0
    assert len(seen) == 2
    for headers in seen:
        assert any(name.startswith("x-amz-checksum-") or name == "x-amz-trailer" for name in headers), headers
