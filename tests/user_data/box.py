"""A box for the user-data script: a chroot with the tools that a test picks, where powering off is only written down.

Nothing in it can reach this machine's power: it has a PID namespace of its own (there reboot(2) ends that namespace
only), lacks the capabilities to reboot or mount, and its /proc and /dev are plain directories.
"""

import http.server
import os
import pathlib
import select
import ssl
import subprocess
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = REPOSITORY / "user-data" / "scan.sh"

#: What any image has. The downloaders, the hash tools and systemd's come on top.
COMMON = frozenset(
    "base64 cat chmod cut df env grep head kill mkdir mktemp printf rm setsid sleep tail tr uname".split()
)

AGENT = b"""#!/bin/sh
/bin/env >/events/agent-env
for argument; do printf '%s\\n' "$argument"; done >/events/agent-arguments
"""


def quoted(value):
    return "'" + value.replace("'", "'\\''") + "'"


def rendered(values):
    """The script with its values, as the glue renders it."""
    lines = [f"{name}={quoted(str(value))}" for name, value in values.items()]
    template = SCRIPT.read_text()
    assert template.count("\n# @VALUES@\n") == 1
    return template.replace("# @VALUES@", "\n".join(lines))


class Server:
    """Serves the agent as S3 would, or fails as S3 might. `how`: ok, hang, or an HTTP status."""

    def __init__(self, body=AGENT, how="ok", certificate=None):
        self.requests = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.requests += 1
                answer = how.pop(0) if isinstance(how, list) and len(how) > 1 else how
                answer = answer[0] if isinstance(answer, list) else answer
                if answer == "hang":
                    time.sleep(60)
                    return
                self.send_response(200 if answer == "ok" else answer)
                content = body if answer == "ok" else b"<Error/>"
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}/agent?X-Amz-Signature=0&x='$(id)'"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()


class Box:
    """One box. `shell` is dash, busybox or bash; `tools` are names of programs, `fakes` maps names to scripts."""

    def __init__(self, root, shell="dash", tools=("curl", "sha256sum"), fakes=None, power_off_works=True):
        self.root = root
        for name in "bin dev etc events host proc/self proc/sys/kernel root run tmp usr/lib usr/lib64 var/tmp".split():
            (root / name).mkdir(parents=True)
        (root / "usr/bin").symlink_to("../bin")
        (root / "lib").symlink_to("usr/lib")
        (root / "lib64").symlink_to("usr/lib64")
        (root / "etc/resolv.conf").touch()
        (root / "dev/null").touch()
        (root / "dev/urandom").touch()
        os.mkfifo(root / "dev/console")
        (root / "proc/uptime").touch()
        for name in (*COMMON, *tools):
            program = "busybox" if shell == "busybox" and name in BUSYBOX_APPLETS else name
            (root / "bin" / name).symlink_to(f"/host/{program}")
        (root / "bin/sh").symlink_to(f"/host/{shell}")
        # Ends the test's wait, as the machine's end would, unless it is to look like a broken one.
        works = "" if power_off_works else "exit 1"
        fakes = {
            "systemctl": f'echo "systemctl $*" >>/events/power\n{works}',
            "poweroff": f'echo "poweroff $*" >>/events/power\n{works}',
            "systemd-run": 'for a; do printf "%s\\n" "$a"; done >/events/systemd-run',
            **(fakes or {}),
        }
        for name, script in fakes.items():
            if script is not None:
                path = root / "bin" / name
                path.write_text(f"#!/bin/sh\n{script}\n")
                path.chmod(0o755)

    def run(self, values, until="power", seconds=90, console_blocks=False):
        """Runs the script until it powers off (or writes `until` under /events or /proc). Returns the console."""
        # A pipe holds 64 KiB for a reader that comes late; without a reader, opening it blocks.
        console = None if console_blocks else os.open(self.root / "dev/console", os.O_RDWR | os.O_NONBLOCK)
        (self.root / "scan.sh").write_text(rendered(values))
        (self.root / "scan.sh").chmod(0o755)
        binds = "\n".join(
            f"mount --bind {flags} {source} {self.root}/{target}"
            for source, target, flags in (
                ("/usr/lib", "usr/lib", "-o ro"),
                ("/usr/lib64", "usr/lib64", "-o ro"),
                ("/usr/bin", "host", "-o ro"),
                ("/dev/null", "dev/null", ""),
                ("/dev/urandom", "dev/urandom", ""),
                ("/proc/uptime", "proc/uptime", ""),
            )
        )
        inside = f"""set -e
{binds}
mount -t tmpfs -o size=64m,mode=1777 tmpfs {self.root}/tmp
cd /
setpriv --bounding-set=-sys_boot,-sys_admin,-sys_rawio,-mknod,-sys_module \
    env -i /usr/sbin/chroot {self.root} /bin/sh -c '/scan.sh; echo ended >/events/ended; sleep 1000' &
wait"""
        process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "sh", "-c", inside],
            stdin=subprocess.DEVNULL,
            stdout=(self.root / "stdout").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            end = time.monotonic() + seconds
            started = time.monotonic()
            while not self.event(until) and process.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            self.seconds = time.monotonic() - started
            time.sleep(0.3)
        finally:
            process.kill()
            process.wait()
        said = ""
        if console and select.select([console], [], [], 0)[0]:
            said = os.read(console, 1 << 16).decode(errors="replace")
        assert self.event(until), (self.root / "stdout").read_text() + said
        return said

    def event(self, name):
        path = self.root / (name.lstrip("/") if name.startswith("/") else f"events/{name}")
        return path.read_text() if path.is_file() else ""


BUSYBOX_APPLETS = {*COMMON, "wget", "sha256sum"} - {"printf"}
