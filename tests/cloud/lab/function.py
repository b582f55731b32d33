"""The Lambda function: the real binary, kept warm behind a local Runtime API."""

import fcntl
import json
import os
import queue
import select
import signal
import subprocess
import termios
import threading
import time
from dataclasses import dataclass, field

from .aws import ACCOUNT, KEYS, REGION
from .runtime_api import RuntimeApi


@dataclass
class Invocation:
    """What came of one event."""

    response: object = None
    # What Lambda would say in `errorMessage`; None if it went well.
    error: str | None = None
    # The JSON log lines written meanwhile.
    lines: list = field(default_factory=list)
    # What else was written, line by line.
    other: list = field(default_factory=list)
    seconds: float = 0.0

    def about(self, ami):
        """The log lines that name the AMI."""
        return [line for line in self.lines if line.get("ami") == ami]


class Function:
    """One configuration of the function. A process is started when needed, and again when it is gone."""

    def __init__(self, argv, env, name="hardtarget", timeout=60):
        self.argv, self.name, self.timeout = [os.fspath(part) for part in argv], name, timeout
        self.env = {name: str(value) for name, value in env.items()}
        self.process = self.api = None
        self.lock, self.reading = threading.Lock(), threading.Lock()
        self.lines, self.other = [], []

    def start(self):
        """Starts a process, as a cold start does; waits until it asks for its first event."""
        self.api = RuntimeApi(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}", self.timeout)
        env = {
            "PATH": os.environ["PATH"],
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "lab",
            "AWS_REGION": REGION,
            **KEYS,
            **self.env,
        }
        self.process = subprocess.Popen(self.argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self.read, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        while not self.api.first_asked.wait(0.02):
            if self.process.poll() is not None:
                self.reader.join(2)
                break

    def read(self, stream):
        """Takes in what the process writes, until it ends."""
        rest = b""
        while True:
            select.select([stream], [], [])
            with self.reading:
                chunk = os.read(stream.fileno(), 1 << 16)
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    self.take(line.decode(errors="replace"))
            if not chunk:
                return

    def take(self, text):
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if isinstance(value, dict):
            self.lines.append(value)
        else:
            self.other.append(text)

    def invoke(self, event):
        """One event, one answer; events wait for one another, as with a concurrency of one."""
        with self.lock:
            lines, other = len(self.lines), len(self.other)
            if self.process is None or self.process.poll() is not None:
                self.stop()
                self.start()
            began = time.monotonic()
            kind, body = self.answer(json.dumps(event).encode(), began)
            done = Invocation(seconds=time.monotonic() - began)
            self.settle()
            done.lines, done.other = self.lines[lines:], self.other[other:]
            if kind == "response":
                done.response = json.loads(body) if body else None
            else:
                done.error = body.decode(errors="replace")
            return done

    def answer(self, event, began):
        request = self.api.invoke(event)
        while True:
            try:
                return self.api.result(request, 0.05)
            except queue.Empty:
                if self.process.poll() is not None:
                    self.reader.join(2)
                    said = self.api.init_error or "\n".join(self.other[-5:])
                    return "error", f"the runtime exited with {self.process.returncode}: {said}".encode()
                if time.monotonic() - began > self.timeout:
                    self.kill()
                    return "error", f"Task timed out after {self.timeout} seconds".encode()

    def settle(self):
        """Waits until all that the process has written is taken in: a pipe keeps no order with a socket."""
        while self.process.poll() is None:
            with self.reading:
                waiting = fcntl.ioctl(self.process.stdout, termios.FIONREAD, b"\0" * 4)
            if not any(waiting):
                return
            time.sleep(0.001)
        self.reader.join(2)

    def memory(self):
        """`{"VmRSS": …, "VmHWM": …}` of the process, in KiB: now, and at its peak."""
        with open(f"/proc/{self.process.pid}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        return {name: int(fields[name].split()[0]) for name in ("VmRSS", "VmHWM")}

    def kill(self):
        """Ends the process at once, as Lambda does when time is up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is not None:
            if self.process.poll() is None:
                self.kill()
            self.reader.join(2)
            self.process.stdout.close()
            self.api.close()
        self.process = self.api = None
