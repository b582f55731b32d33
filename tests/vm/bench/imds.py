"""The instance metadata service, as far as cloud-init and the agent ask. Instances are told apart by their address."""

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSIONS = ["1.0", "2009-04-04", "2016-09-02", "2018-09-24", "2021-03-23", "latest"]


@dataclass
class Instance:
    """What the service tells one instance. `watch(path)` is called before each answer."""

    instance: str
    ami: str
    account: str
    region: str
    zone: str
    type: str
    address: str
    mac: str
    user_data: bytes
    #: cloud-init never asks for a token when it runs in a container.
    version_1: bool = False
    #: Connections are taken and never answered.
    dead: bool = False
    watch: object = None
    requests: list = field(default_factory=list)

    def tree(self):
        host = "ip-" + self.address.replace(".", "-") + ".ec2.internal"
        interface = {
            "device-number": "0",
            "interface-id": "eni-0e2e0e2e0e2e0e2e0",
            "local-hostname": host,
            "local-ipv4s": self.address,
            "mac": self.mac,
            "owner-id": self.account,
            "security-groups": "scans",
            "security-group-ids": "sg-0e2e0e2e0e2e0e2e0",
            "subnet-id": "subnet-0e2e0e2e0e2e0e2e0",
            "subnet-ipv4-cidr-block": "10.0.2.0/24",
            "vpc-id": "vpc-0e2e0e2e0e2e0e2e0",
            "vpc-ipv4-cidr-block": "10.0.2.0/24",
            "vpc-ipv4-cidr-blocks": "10.0.2.0/24",
        }
        document = {
            "accountId": self.account,
            "architecture": "x86_64",
            "availabilityZone": self.zone,
            "imageId": self.ami,
            "instanceId": self.instance,
            "instanceType": self.type,
            "pendingTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "privateIp": self.address,
            "region": self.region,
            "version": "2017-09-30",
        }
        credentials = {
            "Code": "Success",
            "Type": "AWS-HMAC",
            "LastUpdated": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "AccessKeyId": "ASIABENCHBENCHBENCH1",
            "SecretAccessKey": "bench",
            "Token": "bench",
            "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6 * 3600)),
        }
        profile = f"arn:aws:iam::{self.account}:instance-profile/scan"
        return {
            "meta-data": {
                "ami-id": self.ami,
                "ami-launch-index": "0",
                "ami-manifest-path": "(unknown)",
                "block-device-mapping": {"ami": "/dev/vda", "root": "/dev/vda"},
                "hostname": host,
                "iam": {
                    "info": json.dumps({"Code": "Success", "InstanceProfileArn": profile}),
                    "security-credentials": {"scan": json.dumps(credentials)},
                },
                "instance-action": "none",
                "instance-id": self.instance,
                "instance-life-cycle": "on-demand",
                "instance-type": self.type,
                "local-hostname": host,
                "local-ipv4": self.address,
                "mac": self.mac,
                "network": {"interfaces": {"macs": {self.mac: interface}}},
                "placement": {"availability-zone": self.zone, "region": self.region},
                "profile": "default-hvm",
                "reservation-id": "r-0e2e0e2e0e2e0e2e0",
                "security-groups": "scans",
                "services": {"domain": "amazonaws.com", "partition": "aws"},
            },
            "dynamic": {"instance-identity": {"document": json.dumps(document, indent=1)}},
            "user-data": self.user_data,
        }


class Imds:
    """The service at 169.254.169.254. `instances` maps a guest's address to what it is told."""

    def __init__(self, address="169.254.169.254", port=80):
        self.instances = {}
        tokens, service = {}, self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def instance(self):
                # QEMU's own network speaks to the host from an address of the host.
                given = service.instances.get(self.client_address[0]) or service.instances.get("*")
                if given is None:
                    return None
                given.requests.append((time.monotonic(), self.command, self.path))
                if given.watch:
                    given.watch(self.path)
                if given.dead:
                    time.sleep(600)
                return given

            def reply(self, status, body=b"", headers=()):
                body = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_PUT(self):
                if self.instance() is None or self.path != "/latest/api/token":
                    return self.reply(404)
                if self.headers.get("X-Forwarded-For"):
                    return self.reply(403)
                lifetime = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
                if not lifetime.isdigit() or not 1 <= int(lifetime) <= 21600:
                    return self.reply(400)
                token = secrets.token_urlsafe(40)
                tokens[token] = time.monotonic() + int(lifetime)
                self.reply(200, token, [("X-aws-ec2-metadata-token-ttl-seconds", lifetime)])

            def do_GET(self):
                instance = self.instance()
                if instance is None:
                    return self.reply(404)
                token = self.headers.get("X-aws-ec2-metadata-token")
                if tokens.get(token or "", 0) < time.monotonic() and not (token is None and instance.version_1):
                    return self.reply(401)
                parts = [part for part in self.path.split("?")[0].split("/") if part]
                if not parts:
                    return self.reply(200, "\n".join(VERSIONS))
                node = instance.tree() if parts[0] in VERSIONS else None
                for part in parts[1:]:
                    node = node.get(part) if isinstance(node, dict) else None
                if node is None:
                    return self.reply(404)
                if isinstance(node, dict):
                    node = "\n".join(name + ("/" if isinstance(value, dict) else "") for name, value in node.items())
                self.reply(200, node)

        self.server = ThreadingHTTPServer((address, port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
