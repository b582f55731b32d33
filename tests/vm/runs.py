"""One case from its AMI to the AMI's tags, and the table of what came of all."""

import json
import re
import signal
import time
from dataclasses import dataclass, field

from bench.container import Container
from faults import SECONDS

#: How long a machine may take to boot until its user data starts, on a busy host.
BOOT = 60


@dataclass
class Outcome:
    """What came of a case."""

    case: object
    status: str = ""
    reason: str = ""
    #: Seconds from the start of the user data (or of the machine, when it never ran) to power-off.
    seconds: float = 0.0
    #: Whether it powered itself off.
    by_itself: bool = False
    console: str = ""
    #: The published report; empty without one.
    report: dict = field(default_factory=dict)

    @property
    def says(self):
        """What is on the AMI, with ids cut short."""
        reason = re.sub(r"\b(AROA|i-)[0-9A-Za-z]{10,}", r"\1…", self.reason)
        reason = re.sub(r"\b([0-9a-f]{4})[0-9a-f]{60}\b", r"\1…", reason)
        return f"`{self.status}`" + (f": {reason}" if reason else "")


class Guest(Container):
    """A container with what the faults need."""

    def stop_all(self, wanted):
        self.signal(self.find(wanted), signal.SIGSTOP)


class Run:
    """A case under way: what its fault may touch."""

    def __init__(self, region, rootfs, case, advisories=None):
        self.region, self.case = region, case
        self.guest = Guest(rootfs)
        if case.advisories:
            advisories = b"what is served instead is up to the fault"
        self.ami, self.instance = region.new_ami(advisories)
        network = self.guest.network
        self.metadata = region.metadata(self.instance, network.address, network.mac, version_1=True)
        region.imds.instances[network.address] = self.metadata

    def mine(self, call):
        return call.client == self.guest.network.address

    def on_call(self, action, then):
        """Calls `then` before this guest's first such call to S3 is answered."""
        done = []

        def watch(call):
            if call.action == action and self.mine(call) and not done:
                done.append(call)
                then(call)

        self.region.aws.wire.watchers.append(watch)

    def refuse(self, action, unless=lambda call: False, **how):
        """This guest's calls fail from now on, but for those that `unless` takes."""
        self.region.lab.fail("s3", action, times=10**6, when=lambda call: self.mine(call) and not unless(call), **how)

    def go(self):
        """Boots the guest, waits until it is off, lets the glue do its part."""
        outcome = Outcome(self.case)
        try:
            self.case.arrange(self)
            self.guest.start()
            if self.case.reaped:
                self.wait_for_nothing()
            else:
                self.guest.wait(BOOT + SECONDS)
            outcome.by_itself = not self.guest.running()
            if outcome.by_itself:
                self.region.went_off(self.instance, self.guest.console)
                self.region.reap()
            if self.region.lab.status(self.ami) in (None, "assessing"):
                self.region.reap(self.instance, self.guest.console)
            if self.region.state(self.instance) == "terminated":
                self.guest.kill()
        finally:
            self.guest.close()
        outcome.seconds = (self.guest.ended or 0) - (self.guest.seconds("hardtarget: scan of") or 0)
        outcome.status = self.region.lab.status(self.ami) or "none"
        outcome.reason = self.region.lab.reason(self.ami)
        outcome.console = self.guest.console
        keys = [key for key in self.region.lab.keys("reports/") if self.ami in key and key.endswith("report.json")]
        outcome.report = json.loads(self.region.lab.read(keys[0])) if keys else {}
        return outcome

    def wait_for_nothing(self):
        """Until the system is up; its user data would have run by then."""
        end = time.monotonic() + BOOT
        while time.monotonic() < end and self.guest.running() and not self.guest.seconds(r"Cloud-init .* finished"):
            time.sleep(0.2)


def table(outcomes):
    """The README's table."""
    rows = ["| fault | phase | what happens | the AMI says |", "|---|---|---|---|"]
    rows += [f"| {one.case.fault} | {one.case.phase} | {one.case.what} | {one.says} |" for one in outcomes]
    return "\n".join(rows) + "\n"
