"""The scan instance, played: hands in what an agent hands in, and powers off."""

import json

from . import reports


class Guest:
    """What runs on one instance that the function launched."""

    def __init__(self, aws, stack, instance):
        self.aws, self.stack, self.instance = aws, stack, instance
        self.s3 = aws.client("s3")

    @property
    def ami(self):
        return self.aws.ec2.get_instance(self.instance).image_id

    @property
    def user_data(self):
        """The script that it would boot with."""
        return self.aws.ec2.get_instance(self.instance).user_data.decode()

    @property
    def prefix(self):
        """Where its role may write."""
        return f"scans/{self.stack.role_id}:{self.instance}/"

    def put(self, name, body):
        """One object of its own; an object or bytes."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.s3.put_object(Bucket=self.stack.bucket, Key=self.prefix + name, Body=body)

    def hand_in(self, report="typical", attachments=True):
        """Uploads as the agent does, the report last. `report` is a sample's name, an object, or bytes."""
        if attachments:
            self.put("lynis-report.dat", b"lynis_version=3.1.4\nhardening_index=61\nfinish=true\n")
            self.put("lynis.log.gz", b"\x1f\x8b not really")
        if isinstance(report, str):
            report = reports.named(reports.load(report), self.ami, self.instance)
        self.put("report.json", report)

    def say(self, *lines):
        """What its serial console shows from now on: moto's own shows always the same."""
        self.aws.consoles[self.instance] = "\n".join(("[    0.000000] Linux version 6.1.0", *lines, ""))

    def power_off(self):
        """Shuts down: terminates or stops, as the launch said."""
        instance = self.aws.ec2.get_instance(self.instance)
        if instance.state == "terminated":
            return
        if instance.instance_initiated_shutdown_behavior == "terminate":
            self.aws.ec2.terminate_instances([self.instance])
        else:
            self.aws.ec2.stop_instances([self.instance])
