"""A simulated AWS (moto over HTTP, a process of its own), and deploy.sh and undeploy.sh run against it."""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "packaging" / "hardtarget.yaml"
LEDGER_TEMPLATE = ROOT / "packaging" / "ledger.yaml"
MOTO = pathlib.Path(__file__).with_name("moto_server.py")
TOOLS = pathlib.Path(os.environ.get("HARDTARGET_CLOUD_TOOLS") or ROOT / ".cache" / "cloud-tools")
ACCOUNT = "123456789012"
REGION = "eu-west-1"
STACK = "hardtarget"
LEDGER_STACK = f"{STACK}-ledger"
ARTEFACTS_BUCKET = "hardtarget-artefacts"

# What moto's CloudFormation does not create; all of it is checked in the template itself (test_template.py).
NOT_IN_MOTO = {
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}


class Account:
    """The simulator, with what is needed to talk to it."""

    def __init__(self, log):
        self.log = open(log, "wb")  # noqa: SIM115 (open as long as the process is)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, MOTO, "-H", "127.0.0.1", "-p", str(port)],
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, "MOTO_ACCOUNT_ID": ACCOUNT},
        )
        # Nothing of the person who runs the tests: no profile, no region, no other endpoint.
        self.environment = {
            "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": "/nonexistent",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "STACK": STACK,
            "REGION": REGION,
        }
        for _ in range(300):
            try:
                self.reset()
                return
            except OSError:
                time.sleep(0.1)
        self.close()
        raise RuntimeError("moto did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def reset(self):
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        urllib.request.urlopen(request, timeout=30).read()

    def client(self, service, region=REGION):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def script(self, name, **variables):
        """Runs a script of packaging/; (exit code, what it said)."""
        done = subprocess.run(
            [ROOT / "packaging" / name],
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=500,
        )
        return done.returncode, done.stdout

    def deploy(self, artefacts, **variables):
        return self.script("deploy.sh", BUCKET=ARTEFACTS_BUCKET, ARTEFACTS=str(artefacts), **variables)

    def undeploy(self, **variables):
        return self.script("undeploy.sh", **{"YES": "1", **variables})

    def deploy_ledger(self, artefacts, **variables):
        return self.script("deploy-ledger.sh", ARTEFACTS=str(artefacts), **variables)

    def path_with_a_fault(self, verb):
        """A PATH whose AWS CLI fails at one verb."""
        directory = pathlib.Path(tempfile.mkdtemp(dir=pathlib.Path(self.log.name).parent))
        real = pathlib.Path(sys.executable).parent / "aws"
        (directory / "aws").write_text(
            f'#!/bin/sh\ncase " $* " in *" {verb} "*) echo "Throttling: Rate exceeded" >&2; exit 254 ;; esac\n'
            f'exec {real} "$@"\n'
        )
        (directory / "aws").chmod(0o755)
        return f"{directory}:{self.environment['PATH']}"

    def resource(self, logical, stack=STACK):
        """The physical name of a resource of the stack."""
        resources = self.client("cloudformation").list_stack_resources(StackName=stack)["StackResourceSummaries"]
        return next(one["PhysicalResourceId"] for one in resources if one.get("LogicalResourceId") == logical)


def artefacts(directory):
    """Stand-ins for what a build would give."""
    for machine in ("x86_64", "aarch64"):
        (directory / machine).mkdir(parents=True)
        (directory / machine / "hardtarget-agent").write_text(f"agent for {machine}\n")
        (directory / machine / "hardtarget-glue").write_text(f"glue for {machine}\n")
        (directory / machine / "hardtarget-refresh").write_text(f"refresh for {machine}\n")
        (directory / machine / "hardtarget-ledger-function").write_text(f"ledger for {machine}\n")
    return directory
