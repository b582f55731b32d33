"""The user-data script, in dash, busybox and bash, with each downloader alone and with each failure."""

import base64
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from box import AGENT, SCRIPT, Box, Server, rendered

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a chroot needs root")

SHELLS = ["dash", "busybox", "bash"]
NASTY = "a'b\"c $(touch /events/broken) `touch /events/broken` \\ ; * ${HOME} !! \t# x"


@pytest.fixture
def root():
    with tempfile.TemporaryDirectory(prefix="user-data-") as directory:
        yield pathlib.Path(directory)


@pytest.fixture
def served():
    servers = []

    def serve(*args, **kwargs):
        servers.append(Server(*args, **kwargs))
        return servers[-1]

    yield serve
    for server in servers:
        server.close()


def values(url="", agent=AGENT, **others):
    return {
        "AGENT_URL_X86_64": url,
        "AGENT_SHA256_X86_64": hashlib.sha256(agent).hexdigest(),
        "AGENT_URL_AARCH64": "",
        "AGENT_SHA256_AARCH64": "",
        "ADVISORIES_URL": "",
        "ADVISORIES_SHA256": "",
        "BUCKET": "bucket",
        "REGION": "eu-central-1",
        "ROLE_ID": "AROAEXAMPLE",
        "AMI": "ami-0123456789abcdef0",
        "DEADLINE_SECONDS": 600,
        "ENDPOINT_URL": "",
        "EXTRA_BASE64": "",
        **others,
    }


def gave_up(console):
    """What the glue finds on the console."""
    return [line.removeprefix("hardtarget: gave up: ") for line in console.splitlines() if "gave up: " in line]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "tools",
    [("curl", "sha256sum"), ("wget", "sha256sum"), ("python3",), ("curl", "openssl"), ("curl", "shasum", "perl")],
)
def test_fetches_checks_and_runs_the_agent_with_what_is_there(root, served, shell, tools):
    box = Box(root, shell, tools)
    console = box.run(values(served().url))
    arguments = box.event("agent-arguments").splitlines()
    assert arguments, console
    deadline = arguments.pop(4)
    assert arguments == [
        "--upload",
        "s3://bucket/scans/AROAEXAMPLE:{instance-id}/",
        "--power-off",
        "--deadline",
        "--region",
        "eu-central-1",
        "--expect-ami",
        "ami-0123456789abcdef0",
    ]
    # Ten minutes less what the download took and what powering off may take.
    assert deadline.endswith("s") and 400 <= int(deadline[:-1]) <= 450
    assert box.event("power").startswith("systemctl poweroff\n")
    assert not gave_up(console)


def test_the_agent_gets_a_clean_environment(root, served):
    box = Box(root)
    box.run(values(served().url, ENDPOINT_URL="http://10.0.2.2:5000"))
    names = {line.split("=")[0] for line in box.event("agent-env").splitlines()}
    assert names - {"PWD", "_", "SHLVL", "OLDPWD"} == {"PATH", "HOME", "LC_ALL", "AWS_ENDPOINT_URL"}
    assert "AWS_ENDPOINT_URL=http://10.0.2.2:5000\n" in box.event("agent-env")


@pytest.mark.parametrize("shell", SHELLS)
def test_no_value_breaks_out_of_its_quotes(root, served, shell):
    box = Box(root, shell)
    box.run(values(served().url, BUCKET=NASTY, ROLE_ID="-n", REGION=NASTY, AMI=NASTY))
    arguments = box.event("agent-arguments").splitlines()
    assert arguments[1] == f"s3://{NASTY}/scans/-n:{{instance-id}}/"
    assert arguments[6] == NASTY and arguments[8] == NASTY
    assert not (root / "events/broken").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_an_agent_with_another_hash_is_not_run(root, served, shell):
    box = Box(root, shell)
    console = box.run(values(served(AGENT + b"# tampered").url))
    assert not box.event("agent-arguments")
    assert "the SHA-256 of the downloaded agent is " in gave_up(console)[0]
    assert box.event("power")


@pytest.mark.parametrize("tools", [("curl",), ("wget",), ("python3",)])
def test_refused_by_s3_says_so(root, served, tools):
    box = Box(root, tools=(*tools, "sha256sum"))
    console = box.run(values(served(how=403).url, DEADLINE_SECONDS=26))
    assert gave_up(console)[0].startswith("the agent could not be downloaded: ")
    assert "403" in gave_up(console)[0]
    assert box.event("power")


@pytest.mark.parametrize("tools", [("curl",), ("wget",), ("python3",)])
def test_an_s3_that_recovers_is_tried_again(root, served, tools):
    server = served(how=[503, 503, "ok"])
    box = Box(root, tools=(*tools, "sha256sum"))
    console = box.run(values(server.url))
    assert box.event("agent-arguments"), console
    assert server.requests == 3


@pytest.mark.parametrize("tools", [("curl",), ("wget",), ("python3",)])
def test_an_s3_that_hangs_ends_the_download(root, served, tools):
    box = Box(root, tools=(*tools, "sha256sum"))
    console = box.run(values(served(how="hang").url, DEADLINE_SECONDS=26))
    assert gave_up(console)[0].startswith("the agent could not be downloaded: ")


@pytest.mark.parametrize("tools", [("curl",), ("wget",), ("python3",)])
def test_without_certificates_the_hash_vouches_for_the_agent(root, served, tools, tmp_path):
    certificate = tmp_path / "pair.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=s3 -keyout {certificate} -out {tmp_path}/cert.pem"
        f" && cat {tmp_path}/cert.pem >>{certificate}",
        shell=True,
        check=True,
        capture_output=True,
    )
    box = Box(root, tools=(*tools, "sha256sum"))
    console = box.run(values(served(certificate=certificate).url))
    assert "certificate" in console.lower()
    assert box.event("agent-arguments"), console


ADVISORIES = b"advisories\n" * 1000
READS_ADVISORIES = AGENT + b"""for argument; do
    case $argument in */advisories) cat $argument >/events/advisories ;; esac
done
"""


def with_advisories(url, **others):
    return {"ADVISORIES_URL": url, "ADVISORIES_SHA256": hashlib.sha256(ADVISORIES).hexdigest(), **others}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("tools", [("curl", "sha256sum"), ("wget", "sha256sum"), ("python3",)])
def test_the_agent_is_given_the_advisories(root, served, shell, tools):
    box = Box(root, shell, tools)
    agent, advisories = served(READS_ADVISORIES), served(ADVISORIES)
    console = box.run(values(agent.url, READS_ADVISORIES, **with_advisories(advisories.url)))
    assert box.event("agent-arguments").splitlines()[-2] == "--advisories", console
    assert box.event("advisories") == ADVISORIES.decode()
    assert "warning" not in console and not gave_up(console)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "how, body, says",
    [
        (403, ADVISORIES, "403"),
        (404, ADVISORIES, "404"),
        ("hang", ADVISORIES, "no answer within 6 seconds"),
        ("ok", ADVISORIES[:-1], "their SHA-256 is "),
    ],
)
def test_without_its_advisories_the_scan_goes_on_and_says_so(root, served, shell, how, body, says):
    box = Box(root, shell)
    server = served(body, how)
    console = box.run(values(served().url, DEADLINE_SECONDS=60, **with_advisories(server.url)))
    [warning] = [line for line in console.splitlines() if "warning" in line]
    assert warning.startswith("hardtarget: warning: the scan goes on without the advisories: ") and says in warning
    assert server.requests == 1
    assert box.event("agent-arguments").splitlines()[-1] == "ami-0123456789abcdef0"
    assert not gave_up(console)
    [left] = root.glob("*/*/hardtarget-*")
    assert [path.name for path in left.iterdir()] == ["agent"]


def test_advisories_are_tried_again_for_a_tenth_of_the_time(root, served):
    box = Box(root)
    console = box.run(values(served().url, **with_advisories(served(ADVISORIES, [503, 503, "ok"]).url)))
    assert "--advisories" in box.event("agent-arguments"), console
    console = Box(root / "again").run(
        values(served().url, DEADLINE_SECONDS=60, **with_advisories(served(ADVISORIES, 503).url))
    )
    assert "without the advisories" in console and "503" in console


def test_an_image_without_a_downloader_says_so(root):
    box = Box(root, tools=("sha256sum",))
    console = box.run(values("http://127.0.0.1:1/"))
    assert gave_up(console) == ["the image has no curl, wget or python3 to download the agent with"]
    assert box.event("power")


def test_an_image_without_a_hash_tool_says_so(root, served):
    box = Box(root, tools=("curl",))
    console = box.run(values(served().url))
    assert gave_up(console) == ["the image has no sha256sum, shasum, openssl or python3 to check the agent with"]
    assert not box.event("agent-arguments")


def test_another_architecture_says_so(root, served):
    box = Box(root, fakes={"uname": None})
    (root / "bin/uname").unlink()
    (root / "bin/uname").write_text("#!/bin/sh\necho riscv64\n")
    (root / "bin/uname").chmod(0o755)
    assert gave_up(box.run(values(served().url))) == ["there is no agent for this machine (riscv64)"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "end, says",
    [
        ("exit 1", None),
        ("exit 101", "the agent ended with code 101"),
        ("kill -9 $$", "the agent was killed by signal 9"),
        ("exit 0", None),
    ],
)
def test_an_agent_that_ends_powers_the_instance_off(root, served, shell, end, says):
    agent = f"#!/bin/sh\n{end}\n".encode()
    box = Box(root, shell)
    console = box.run(values(served(agent).url, agent=agent))
    assert gave_up(console) == ([says] if says else [])
    assert box.event("power").startswith("systemctl poweroff\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_an_agent_that_hangs_is_outlived_by_the_timed_power_off(root, served, shell):
    agent = b"#!/bin/sh\nsleep 1000\n"
    box = Box(root, shell)
    console = box.run(values(served(agent).url, agent=agent, DEADLINE_SECONDS=40))
    assert gave_up(console) == ["the time limit of 40 seconds was reached"]
    assert box.event("power")
    assert box.seconds < 40


def test_the_timed_power_off_is_armed_first_and_by_the_monotonic_clock(root):
    box = Box(root, tools=("sha256sum",))
    box.run(values("http://127.0.0.1:1/"), until="systemd-run")
    arguments = box.event("systemd-run").splitlines()
    # Ten minutes less twice the 50 seconds of grace that an orderly power-off has.
    assert "--on-active=502" in arguments
    assert "AccuracySec=1s" in "".join(arguments)
    # systemd would expand them.
    assert "$" not in box.event("systemd-run")


def test_a_power_off_that_does_not_work_is_tried_by_all_means(root):
    box = Box(root, tools=("sha256sum",), power_off_works=False)
    box.run(values("http://127.0.0.1:1/", DEADLINE_SECONDS=60), until="/proc/sysrq-trigger")
    ladder = ["systemctl poweroff", "systemctl poweroff --force --force", "poweroff -f"]
    assert box.event("power").splitlines()[:3] == ladder
    assert box.event("/proc/sysrq-trigger") == "o\n"


def test_without_systemd_it_is_poweroff_that_is_called(root):
    box = Box(root, tools=("sha256sum",), fakes={"systemctl": None, "systemd-run": None})
    box.run(values("http://127.0.0.1:1/"))
    assert box.event("power").startswith("poweroff")


@pytest.mark.parametrize("extra", ["echo extra ran\nexit 7\n", "#!/bin/sh\necho extra ran\nexit 7\n"])
def test_additional_user_data_runs_first_and_its_failure_is_told(root, served, extra):
    box = Box(root)
    console = box.run(values(served().url, EXTRA_BASE64=base64.b64encode(extra.encode()).decode()))
    lines = console.splitlines()
    assert lines.index("extra ran") < lines.index("hardtarget: downloading the agent")
    assert "hardtarget: the additional user data ended with code 7" in lines
    assert box.event("agent-arguments")


@pytest.mark.parametrize("shell", SHELLS)
def test_additional_user_data_that_hangs_is_ended(root, served, shell):
    extra = base64.b64encode(b"#!/bin/sh\nsleep 1000 & sleep 1000\n").decode()
    box = Box(root, shell)
    console = box.run(values(served().url, EXTRA_BASE64=extra, DEADLINE_SECONDS=44))
    assert "hardtarget: the additional user data ended with code 137" in console
    assert box.event("agent-arguments"), console


def test_a_place_where_nothing_may_run_or_with_no_room_is_passed_over(root, served):
    box = Box(root)
    (root / "var/tmp").rmdir()
    (root / "var/tmp").touch()
    df = root / "bin/df"
    df.unlink()
    df.write_text(
        "#!/bin/sh\necho Filesystem Blocks Used Available\n[ $2 = /tmp ] && echo a 1 1 99999 || echo a 1 1 8\n"
    )
    df.chmod(0o755)
    console = box.run(values(served().url))
    assert box.event("agent-arguments"), console
    assert [path.parent.name for path in root.glob("*/hardtarget-*")] in ([], ["tmp"])


def test_a_console_that_blocks_stops_nothing(root, served):
    box = Box(root)
    box.run(values(served().url), console_blocks=True)
    assert box.event("agent-arguments")
    assert box.event("power")


def test_without_its_values_it_does_nothing(root):
    """So that nobody powers off the machine the source lies on."""
    box = Box(root)
    box.run({}, until="ended")
    assert not box.event("power") and not box.event("systemd-run")
    assert "scan.sh is a template" in (root / "stdout").read_text()


def test_fits_ec2s_limit_with_long_urls(root):
    """An instance gets the agent of its own architecture only: two URLs, each with a session token in it."""
    long = "https://bucket.s3.eu-central-1.amazonaws.com/" + "x" * 2800
    assert len(rendered(values(long, EXTRA_BASE64="", **with_advisories(long))).encode()) < 16_384


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_shellcheck_has_nothing_to_say():
    subprocess.run(["shellcheck", "-s", "sh", str(SCRIPT)], check=True)
