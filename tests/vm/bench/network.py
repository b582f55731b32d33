"""The network of one container: a namespace of its own, on the bench's bridge. See run.sh."""

import itertools
import subprocess

NUMBERS = itertools.count(15)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class Network:
    """One guest's cable."""

    def __init__(self):
        number = next(NUMBERS)
        self.name, self.address, self.mac = f"guest{number}", f"10.0.2.{number}", f"02:0e:2e:00:00:{number:02x}"
        self.path = f"/run/netns/{self.name}"
        ip("netns", "add", self.name)
        ip("link", "add", self.name, "type", "veth", "peer", "name", "eth0", "address", self.mac, "netns", self.name)
        ip("link", "set", self.name, "master", "bench0", "up")
        ip("-n", self.name, "link", "set", "lo", "up")
        ip("-n", self.name, "address", "add", f"{self.address}/24", "dev", "eth0")
        ip("-n", self.name, "link", "set", "eth0", "up")
        ip("-n", self.name, "route", "add", "default", "via", "10.0.2.2")

    def cut(self):
        """Nothing gets through any more, in either direction, and nobody is told."""
        ip("link", "set", self.name, "nomaster")

    def close(self):
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True)
        subprocess.run(["ip", "link", "delete", self.name], capture_output=True)
