"""An instance as a container: real systemd, real cloud-init with its Ec2 data source, the host's kernel."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import tempfile

from .guest import Guest
from .network import Network

HERE = pathlib.Path(__file__).resolve().parent

#: What is free on a guest's disk.
ROOM = "128m"


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def disk(rootfs):
    """A guest's disk, in `root`: what it writes goes into memory, as much as a small disk has room for."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="hardtarget-bench-"))
    mount("-t", "tmpfs", "-o", f"size={ROOM},mode=755", "bench", directory)
    for name in ("root", "upper", "work"):
        (directory / name).mkdir()
    layers = f"lowerdir={rootfs},upperdir={directory}/upper,workdir={directory}/work"
    mount("-t", "overlay", "-o", layers, "bench", directory / "root")
    return directory


class Container(Guest):
    """A booted copy of the image, which is thrown away when it ends."""

    def __init__(self, rootfs):
        super().__init__()
        self.network, self.disk = Network(), disk(rootfs)
        self.name = self.network.name
        self.groups = [directory / f"hardtarget-{os.getpid()}-{self.name}" for directory in own_groups()]

    def start(self):
        for group in self.groups:
            group.mkdir(exist_ok=True)
        # nspawn makes control groups beside itself: it gets a place of its own for that.
        enter = "".join(f"echo $$ >{group}/cgroup.procs; " for group in self.groups)
        nspawn = [
            "systemd-nspawn",
            "--quiet",
            f"--directory={self.disk}/root",
            "--boot",
            f"--machine={self.name}",
            "--register=no",
            "--keep-unit",
            f"--network-namespace-path={self.network.path}",
            "--console=read-only",
            "--resolv-conf=off",
            f"--bind-ro={HERE}/container.cfg:/etc/cloud/cloud.cfg.d/91-container.cfg",
            # A getty hangs up whoever has this console open, which a real /dev/console is proof against.
            "systemd.mask=console-getty.service",
        ]
        # /tmp is on the disk, as on most cloud images.
        environment = {**os.environ, "SYSTEMD_NSPAWN_TMPFS_TMP": "0"}
        self.boot(["sh", "-c", enter + 'exec "$@"', "sh", *nspawn], env=environment)

    def processes(self):
        """`{pid: (parent, command line)}` of what runs in it, as this machine numbers them."""
        table = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                    table[int(entry.name)] = (parent, line)
                except (OSError, ValueError):
                    pass
        inside, more = {self.process.pid}, True
        while more:
            more = {pid for pid, (parent, _) in table.items() if parent in inside} - inside
            inside |= more
        return {pid: table[pid] for pid in inside - {self.process.pid} if pid in table}

    def find(self, wanted):
        """The processes for which `wanted(command line)` holds."""
        return {pid for pid, (_, line) in self.processes().items() if wanted(line)}

    def agents(self):
        """The supervisor and the worker, as far as they are there: two sets of process ids."""
        processes = self.processes()
        agents = {pid for pid, (_, line) in processes.items() if re.match(r"\S+/hardtarget-\d+/agent ", line + " ")}
        workers = {pid for pid in agents if processes[pid][0] in agents}
        return agents - workers, workers

    def signal(self, pids, number=signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def fill(self):
        """Leaves no room on its disk."""
        with (self.disk / "upper/full").open("wb", buffering=0) as full, contextlib.suppress(OSError):
            while True:
                full.write(bytes(1 << 16))

    def close(self):
        self.kill()
        self.network.close()
        for directory in (self.disk / "root", self.disk):
            subprocess.run(["umount", "-l", directory], capture_output=True)
        self.disk.rmdir()
        for group in self.groups:
            # What nspawn left behind, the innermost first.
            for directory, _, _ in os.walk(group, topdown=False):
                subprocess.run(["rmdir", directory], capture_output=True)


def own_groups():
    """Where this process is in the control group hierarchies that systemd uses."""
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        if controllers == "name=systemd":
            place = "/sys/fs/cgroup/systemd"
        elif number == "0":
            unified = ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")
            place = next((mount for mount in unified if os.path.exists(f"{mount}/cgroup.procs")), None)
        else:
            continue
        if place and os.path.isdir(place + path):
            yield pathlib.Path(place + path)
