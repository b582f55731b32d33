"""moto's server in a thread of this process, so that a test can both speak HTTP to it and change what it holds."""

import functools
import logging
import os
import threading

# Before moto is imported: no catalogue of public AMIs, RunInstances refuses an AMI that is not there.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_ENABLE_AMI_VALIDATION", "true")

import boto3  # noqa: E402
import moto.backends  # noqa: E402
from botocore.config import Config  # noqa: E402
from moto.core.base_backend import BackendDict  # noqa: E402
from moto.core.model_instances import reset_model_data  # noqa: E402
from moto.ec2.models import ec2_backends  # noqa: E402
from moto.events.models import events_backends  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app  # noqa: E402
from moto.sqs.models import sqs_backends  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from .wire import Wire  # noqa: E402

# moto lists its own directory for every request; it does not change.
moto.backends.list_of_moto_modules = functools.cache(lambda found=moto.backends.list_of_moto_modules: tuple(found()))

ACCOUNT = "123456789012"
REGION = "eu-west-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIALABLABLABLABLAB1", "AWS_SECRET_ACCESS_KEY": "lab"}


class Handler(MotoRequestHandler):
    # Without it each call would pay a new connection, and no client could be seen reusing one.
    protocol_version = "HTTP/1.1"

    def log_request(self, *_):
        pass

    def send_header(self, keyword, value):
        # One date, that of the answer if it has its own: the server has put one in by itself.
        if keyword.lower() == "date":
            self._headers_buffer = [line for line in self._headers_buffer if not line.lower().startswith(b"date:")]
        super().send_header(keyword, value)


class Aws:
    """The simulated AWS: one account, one region."""

    def __init__(self):
        self.clients = {}
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.wire = Wire(DomainDispatcherApplication(create_backend_app))
        self.server = make_server("127.0.0.1", 0, self.wire, threaded=True, request_handler=Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        os.environ["MOTO_PORT"] = str(self.port)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()

    def reset(self):
        """Forgets everything, calls and faults too."""
        self.wire.reset()
        BackendDict.reset()
        reset_model_data()

    def client(self, service):
        """A client that asks once and no more; kept, since boto3 takes long to make one."""
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                region_name=REGION,
                endpoint_url=self.url,
                aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self.clients[service]

    @property
    def ec2(self):
        """What moto holds of EC2."""
        return ec2_backends[ACCOUNT][REGION]

    @property
    def sqs(self):
        """What moto holds of SQS."""
        return sqs_backends[ACCOUNT][REGION]

    @property
    def events(self):
        """What moto holds of EventBridge."""
        return events_backends[ACCOUNT][REGION]
