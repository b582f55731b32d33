"""An instance metadata service, version 2 alone, for an agent that runs here instead of on the instance."""

import http.server
import json
import threading
from datetime import UTC, datetime, timedelta

from .aws import ACCOUNT, KEYS, REGION

TOKEN = "AQAEALab-token=="
ROLE = "scan"


class Imds:
    """Answers for one instance; `asked` are the paths that were asked for with a token."""

    def __init__(self, instance, ami, instance_type="t3.micro"):
        document = {
            "accountId": ACCOUNT,
            "architecture": "x86_64",
            "imageId": ami,
            "instanceId": instance,
            "instanceType": instance_type,
            "region": REGION,
            "version": "2017-09-30",
        }
        credentials = {
            "Code": "Success",
            "Type": "AWS-HMAC",
            "AccessKeyId": KEYS["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": KEYS["AWS_SECRET_ACCESS_KEY"],
            "Token": "session",
            "LastUpdated": stamp(0),
            "Expiration": stamp(6),
        }
        role = "/latest/meta-data/iam/security-credentials"
        self.pages = {
            "/latest/dynamic/instance-identity/document": json.dumps(document),
            "/latest/meta-data/instance-id": instance,
            "/latest/meta-data/ami-id": ami,
            "/latest/meta-data/placement/region": REGION,
            f"{role}/": ROLE,
            f"{role}/{ROLE}": json.dumps(credentials),
        }
        self.asked = []
        imds = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_PUT(self):
                ttl = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
                if self.path != "/latest/api/token" or ttl is None:
                    return self.reply(400, "")
                self.reply(200, TOKEN, {"X-aws-ec2-metadata-token-ttl-seconds": ttl})

            def do_GET(self):
                if self.headers.get("X-aws-ec2-metadata-token") != TOKEN:
                    return self.reply(401, "")
                imds.asked.append(self.path)
                body = imds.pages.get(self.path)
                self.reply(404, "") if body is None else self.reply(200, body)

            def reply(self, status, body, headers=None):
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def stamp(hours):
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
