"""What can go wrong on an instance, and when: each fault at each phase where it means something.

The phases: `boot`, until the user data starts; `download`, of the agent; `advisories`, their download; `scan`;
`upload`, of the report."""

import datetime
import re
import time
from dataclasses import dataclass

#: What the glue gives an instance here: two thirds of the two minutes that the region is set to.
MINUTES, SECONDS = 2, 80


@dataclass
class Case:
    """One fault at one phase. `arrange(run)` sees to it; `status` and `reason` are what must be on the AMI."""

    fault: str
    phase: str
    arrange: object
    what: str
    status: str
    reason: str = ""
    #: The user data never runs: nothing on the instance can power it off.
    reaped: bool = False
    #: Whether there are advisories for the instance to download. What is wrong with them is said on its console.
    advisories: str = ""

    @property
    def name(self):
        return f"{self.fault}, {self.phase}"


def at_download(action):
    """When the agent is asked for."""
    return lambda run: run.on_call("GetObject", lambda _: action(run))


def at_scan(action):
    """When Lynis is at work."""

    def later(run):
        time.sleep(1.5)
        action(run)

    return lambda run: run.guest.on_line("hardtarget: native: done", lambda: later(run))


def at_upload(action):
    """When the first attachment comes in."""
    return lambda run: run.on_call("PutObject", lambda _: action(run))


def at_questions(action):
    """When the agent asks who the instance is, before the upload."""

    def arrange(run):
        def watch(_):
            if run.guest.seconds("hardtarget: score"):
                action(run)

        run.metadata.watch = watch

    return arrange


def cut(run):
    run.guest.network.cut()


def silence(run):
    run.metadata.dead = True


def fill(run):
    run.guest.fill()


def kill_worker(run):
    run.guest.signal(run.guest.agents()[1])


def kill_supervisor(run):
    run.guest.signal(run.guest.agents()[0])


def kill_script(run):
    """All shells of the user data: the one that works, and the one that waits for the deadline."""
    run.guest.signal(run.guest.find(lambda line: re.search(r"/scripts/part-\d+", line)))


def stop_lynis(run):
    """Stopped, as by a device that never answers. New ones come as long as there are parts left."""
    for _ in range(40):
        run.guest.stop_all(lambda line: "lynis audit system" in line)
        time.sleep(0.1)


def refuse(action, status, code):
    return lambda run: run.refuse(action, status=status, code=code)


def hang(action):
    return lambda run: run.refuse(action, effect="hang")


def other_agent(run):
    """The bucket holds something else than what was deployed."""
    body = run.region.agent[:-1] + b"?"
    run.refuse("GetObject", effect="answer", then=lambda _: (200, {"Content-Type": "binary/octet-stream"}, body))


def year_off(run):
    """The instance's clock and that of S3 are a year apart. A container has its host's clock: so it is S3's that is
    off here. S3 refuses what is signed more than 15 minutes away from its own time."""
    off = datetime.timedelta(days=365)
    body = (
        b"<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time"
        b" is too large.</Message></Error>"
    )

    def signed_in_time(call):
        at = datetime.datetime.strptime(call.headers["x-amz-date"], "%Y%m%dT%H%M%S%z")
        return abs(at - off - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=15)

    def too_skewed(_):
        now = datetime.datetime.now(datetime.UTC) + off
        return 403, {"Content-Type": "application/xml", "Date": now.strftime("%a, %d %b %Y %H:%M:%S GMT")}, body

    run.refuse("PutObject", unless=signed_in_time, effect="answer", then=too_skewed)


def refuse_advisories(**how):
    return lambda run: run.refuse("GetObject", unless=lambda call: not call.key.endswith(".htadv"), **how)


NO_USER_DATA = "no user data, so nothing runs; the reaper ends the instance"
NOT_LOOKED_FOR = "the scan goes on; vulnerabilities are not looked for"
KEEPS_ON = "tried again until the time for it is over"

CASES = [
    Case("none", "", lambda run: None, "scanned, uploaded, powered off", "assessed"),
    Case("no network", "boot", cut, NO_USER_DATA, "timed-out", reaped=True),
    Case(
        "no network",
        "download",
        at_download(cut),
        f"the download is {KEEPS_ON}",
        "failed",
        "agent could not be downloaded",
    ),
    Case("no network", "scan", at_scan(cut), "the scan goes on; nobody says who the instance is", "failed", "score"),
    Case("no network", "upload", at_upload(cut), f"the upload is {KEEPS_ON}", "failed", "score"),
    Case(
        "S3 refuses (403)",
        "download",
        refuse("GetObject", 403, "AccessDenied"),
        f"the download is {KEEPS_ON}",
        "failed",
        "403",
    ),
    Case(
        "S3 refuses (503)",
        "download",
        refuse("GetObject", 503, "SlowDown"),
        f"the download is {KEEPS_ON}",
        "failed",
        "503",
    ),
    Case(
        "S3 hangs",
        "download",
        hang("GetObject"),
        f"the download is {KEEPS_ON}",
        "failed",
        "agent could not be downloaded",
    ),
    Case(
        "S3 refuses (403)",
        "upload",
        refuse("PutObject", 403, "AccessDenied"),
        f"the upload is {KEEPS_ON}",
        "failed",
        "AccessDenied.*score",
    ),
    Case(
        "S3 refuses (503)",
        "upload",
        refuse("PutObject", 503, "SlowDown"),
        f"the upload is {KEEPS_ON}",
        "failed",
        "score",
    ),
    Case("S3 hangs", "upload", hang("PutObject"), f"the upload is {KEEPS_ON}", "failed", "score"),
    Case("wrong hash", "download", other_agent, "the agent is not run", "failed", "SHA-256 of the downloaded agent"),
    Case(
        "S3 refuses (403)",
        "advisories",
        refuse_advisories(status=403, code="AccessDenied"),
        NOT_LOOKED_FOR,
        "assessed",
        advisories="403",
    ),
    Case(
        "wrong hash",
        "advisories",
        refuse_advisories(effect="answer", then=lambda _: (200, {"Content-Type": "binary/octet-stream"}, b"other")),
        NOT_LOOKED_FOR,
        "assessed",
        advisories="their SHA-256 is [0-9a-f]{64}, expected",
    ),
    Case("IMDS dead", "boot", silence, NO_USER_DATA, "timed-out", reaped=True),
    Case(
        "IMDS dead",
        "download",
        at_download(silence),
        "scanned; nobody says who the instance is",
        "failed",
        "metadata.*score",
    ),
    Case(
        "IMDS dead",
        "scan",
        at_scan(silence),
        "scanned; nobody says who the instance is",
        "failed",
        "metadata.*score",
    ),
    Case(
        "IMDS dead",
        "upload",
        at_questions(silence),
        "scanned; nobody says who the instance is",
        "failed",
        "metadata.*score",
    ),
    Case("agent killed", "scan", at_scan(kill_worker), "the supervisor reports what there is", "partial", "SIGKILL"),
    Case(
        "supervisor killed",
        "scan",
        at_scan(kill_supervisor),
        "the user data powers off",
        "failed",
        "killed by signal 9",
    ),
    Case(
        "supervisor killed",
        "upload",
        at_upload(kill_supervisor),
        "the user data powers off",
        "failed",
        "killed by signal 9",
    ),
    Case(
        "user data killed",
        "download",
        at_download(kill_script),
        "systemd's timer powers off",
        "failed",
        "time limit",
    ),
    Case("disk full", "boot", fill, NO_USER_DATA, "timed-out", reaped=True),
    Case("disk full", "download", at_download(fill), "the download moves on to a place with room", "assessed"),
    Case("disk full", "scan", at_scan(fill), "nothing: a scan works in memory", "assessed"),
    Case("disk full", "upload", at_upload(fill), "nothing: an upload needs no disk", "assessed"),
    Case("Lynis hung", "scan", at_scan(stop_lynis), "ended when the scan's time is over", "partial", "lynis"),
    Case(
        "clock wrong by a year",
        "upload",
        year_off,
        "S3 refuses the signature; the agent signs anew by S3's clock",
        "assessed",
    ),
]
