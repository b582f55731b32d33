"""A machine that boots: started, listened to at its console, waited for, ended."""

import re
import subprocess
import threading
import time


class Guest:
    """What containers and VMs have in common. Lines of the console are kept with the seconds since the start."""

    def __init__(self, log=None):
        """`log`, if given, is a file that the console goes to as it comes."""
        self.lines, self.watchers, self.log = [], [], log
        self.process = self.started = self.ended = None

    def boot(self, command, **more):
        """Starts the machine; `command` lives as long as it does and speaks for its console."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def on_line(self, pattern, action):
        """Calls `action` once, when a line of the console matches."""
        self.watchers.append((re.compile(pattern), action))

    def read(self):
        for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip("\r\n")
            self.lines.append((time.monotonic() - self.started, line))
            if self.log:
                print(f"{self.lines[-1][0]:7.1f} {line}", file=self.log, flush=True)
            for watcher in list(self.watchers):
                if watcher[0].search(line):
                    self.watchers.remove(watcher)
                    threading.Thread(target=watcher[1], daemon=True).start()

    @property
    def console(self):
        return "".join(f"{line}\n" for _, line in list(self.lines))

    def seconds(self, pattern):
        """When a line that matches came first, in seconds since the start; None if it did not."""
        return next((at for at, line in list(self.lines) if re.search(pattern, line)), None)

    def running(self):
        if self.process.poll() is None:
            return True
        self.ended = self.ended or time.monotonic() - self.started
        return False

    def wait(self, seconds):
        """Waits until it is off; whether it is."""
        try:
            self.process.wait(max(0, seconds))
        except subprocess.TimeoutExpired:
            return False
        self.ended = self.ended or time.monotonic() - self.started
        self.reader.join(5)
        return True

    def kill(self):
        """Pulls the plug, as the end of an instance does."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            if not self.wait(10):
                self.process.kill()
                self.wait(10)
