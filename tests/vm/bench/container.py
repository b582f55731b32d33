"""An instance as a container: real systemd, real cloud-init with its Ec2 data source, the host's kernel."""

import os
import pathlib
import signal
import subprocess

from .guest import Guest
from .network import Network

HERE = pathlib.Path(__file__).resolve().parent


class Container(Guest):
    """A booted copy of the image, which is thrown away when it ends."""

    def __init__(self, rootfs):
        super().__init__()
        self.rootfs, self.network = rootfs, Network()
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
            f"--directory={self.rootfs}",
            "--volatile=overlay",
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
        self.boot(["sh", "-c", enter + 'exec "$@"', "sh", *nspawn])

    def processes(self):
        """`{pid: (parent, command line)}` of what runs in it, as this machine numbers them."""
        table = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
                    table[int(entry.name)] = (parent, (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip())
                except (OSError, ValueError):
                    pass
        inside, more = {self.process.pid}, True
        while more:
            more = {pid for pid, (parent, _) in table.items() if parent in inside} - inside
            inside |= more
        return {pid: table[pid] for pid in inside - {self.process.pid} if pid in table}

    def find(self, wanted):
        """The processes for which `wanted(command line)` holds, lowest number first."""
        return sorted(pid for pid, (_, line) in self.processes().items() if wanted(line))

    def signal(self, pids, number=signal.SIGKILL):
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        return pids

    def root(self):
        """Its root directory, as seen from outside."""
        init = next(pid for pid, (parent, _) in self.processes().items() if parent == self.process.pid)
        return pathlib.Path(f"/proc/{init}/root")

    def fill(self, *directories):
        """Leaves no room in the file systems of these directories."""
        for directory in directories:
            path = self.root() / directory.lstrip("/") / "full"
            # Without O_EXCL and links: the guest is ours.
            with open(path, "wb") as full:
                try:
                    while True:
                        full.write(bytes(1 << 20))
                except OSError:
                    pass

    def close(self):
        self.kill()
        self.network.close()
        for group in self.groups:
            # What nspawn left behind, the innermost first.
            for directory, _, _ in os.walk(group, topdown=False):
                subprocess.run(["rmdir", directory], capture_output=True)


def own_groups():
    """Where this process is in the control group hierarchies that systemd uses."""
    mounts = {"systemd": "/sys/fs/cgroup/systemd", "unified": "/sys/fs/cgroup/unified", "only": "/sys/fs/cgroup"}
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        if controllers == "name=systemd":
            place = mounts["systemd"]
        elif number == "0":
            place = next((mounts[name] for name in ("unified", "only") if os.path.exists(mounts[name] + "/cgroup.procs")), None)
        else:
            continue
        if place and os.path.isdir(place + path):
            yield pathlib.Path(place + path)
