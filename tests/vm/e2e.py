"""From a new AMI to its tags, with a virtual machine that really boots, and how long each part took.

An AMI event launches an instance in the simulated AWS. A VM boots with the user data that EC2's API tells of; its
cloud-init finds by itself that this is EC2 and speaks IMDSv2; curl fetches the static agent from S3; all engines run;
the report goes to S3 with the instance role's credentials; the VM powers itself off; the glue tags the AMI.

HARDTARGET_E2E_CONSOLE names a file that the VM's console goes to. `--clock YEAR` sets the VM's
clock there (ahead: systemd goes back no further than to its own making), with a time limit that ends the scan early:
limits do not depend on the clock, and the AMI gets a partial result."""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

from bench.region import Region
from bench.vm import ADDRESS, MAC, Vm

HERE = pathlib.Path(__file__).resolve().parent

#: In software on a busy machine a scan takes minutes.
MINUTES = 60

#: What marks the end of each part on the console.
PARTS = [
    ("boot, to the user data", r"hardtarget: scan of"),
    ("download", r"hardtarget: running the agent"),
    ("scan", r"hardtarget: (no )?score"),
    ("upload", r"hardtarget: (the report is in|gave up)"),
]


def built(script):
    return pathlib.Path(subprocess.run([HERE / script], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())


def main():
    glue = pathlib.Path(os.environ.get("HARDTARGET_GLUE") or HERE.parents[1] / "target/debug/hardtarget-glue").resolve()
    agent = pathlib.Path(os.environ["HARDTARGET_AGENT"]).resolve()
    # With --clock YEAR the VM's clock is set there: to see that deadlines do not depend on it.
    clock = f"{sys.argv[2]}-01-02T03:04:05" if sys.argv[1:2] == ["--clock"] else "utc"
    image, qemu = built("image/build.sh"), built("image/qemu.sh")
    log = pathlib.Path(os.environ.get("HARDTARGET_E2E_CONSOLE") or os.devnull).open("w")
    minutes = MINUTES if clock == "utc" else 6
    region = Region(glue, agent, minutes)
    vm = None
    try:
        ami, instance = region.new_ami()
        assert region.lab.status(ami) == "assessing", region.lab.tags(ami)
        # QEMU speaks to the host from an address of the host: there is one instance, whoever asks.
        metadata = region.metadata(instance, ADDRESS, MAC)
        region.imds.instances["*"] = metadata
        vm = Vm(image, qemu, instance, clock, log)
        vm.start()
        off = vm.wait(minutes * 60)
        assert off, f"the VM is still on after {minutes} minutes\n{vm.console}"
        assert vm.process.returncode == 0, vm.console
        region.went_off(instance, vm.console)
        check(region, ami, instance, metadata, vm.console, wrong_clock=clock != "utc")
        print(figures(vm))
    finally:
        if vm:
            vm.close()
        region.close()


def check(region, ami, instance, metadata, console, wrong_clock):
    """What a user would see."""
    lab, tags = region.lab, region.lab.tags(ami)
    prefix = f"scans/{lab.stack.role_id}:{instance}/"
    assert tags.get("hardtarget:status") == ("partial" if wrong_clock else "assessed"), f"{tags}\n{console}"
    report = json.loads(lab.read(prefix + "report.json"))
    assert report["target"]["instance"] == instance and report["target"]["ami"] == ami
    assert any(key.startswith("reports/") and key.endswith("/report.html") for key in lab.keys("reports/"))
    assert not lab.instances(), "an instance is left"
    paths = [path for _, _, path in metadata.requests]
    assert paths.count("/latest/api/token") >= 2 and "/latest/meta-data/iam/security-credentials/scan" in paths
    if wrong_clock:
        year = datetime.datetime.now(datetime.UTC).year
        assert not report["scan"]["started"].startswith(str(year)), "the clock was not wrong"
    else:
        assert re.fullmatch(r"\d+", tags["hardtarget:score"])
        assert {"lynis-report.dat", "lynis.log.gz"} <= {key.removeprefix(prefix) for key in lab.keys(prefix)}
        assert all(engine["outcome"] == "ran" for engine in report["engines"]), report["engines"]
    print(f"{ami}: {tags['hardtarget:status']}, score {tags.get('hardtarget:score', 'none')}")


def figures(vm):
    rows, before = ["| part | seconds |", "|---|---|"], 0.0
    for name, pattern in PARTS:
        at = vm.seconds(pattern)
        rows.append(f"| {name} | {at - before:.1f} |")
        before = at
    rows.append(f"| power-off | {vm.ended - before:.1f} |")
    rows.append(f"| user data to power-off, in all | {vm.ended - vm.seconds(PARTS[0][1]):.1f} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
