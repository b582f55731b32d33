"""The simulated AWS with Hard Target deployed in it, as guests reach it, and what EC2's hypervisors do."""

import base64
import hashlib
import threading

from lab import ACCOUNT, REGION, Aws, Lab, stack
from lab.aws import Handler
from werkzeug.serving import make_server

from .imds import Imds, Instance

#: Where guests find the simulated AWS, see run.sh.
ADDRESS = "10.0.2.2"

ADVISORIES_KEY = f"{stack.STACK}/advisories/advisories.htadv"


class Region:
    """One deployment whose instances really boot. Calls that change the lab are made one at a time."""

    def __init__(self, glue, agent, minutes):
        self.aws = Aws()
        self.front = make_server(ADDRESS, self.aws.port, self.aws.wire, threaded=True, request_handler=Handler)
        self.front.daemon_threads = True
        threading.Thread(target=self.front.serve_forever, daemon=True).start()
        self.aws.url = f"http://{ADDRESS}:{self.aws.port}"
        self.agent = agent.read_bytes()
        self.lab = Lab(
            glue,
            self.aws,
            deployed=lambda aws: stack.by_hand(aws, self.agent),
            HARDTARGET_DEADLINE_MINUTES=str(minutes),
            HARDTARGET_INSTANCE_ENDPOINT_URL=self.aws.url,
            HARDTARGET_MAX_CONCURRENT_SCANS="50",
            HARDTARGET_ADVISORIES_KEY=ADVISORIES_KEY,
        )
        self.imds = Imds()
        self.lock = threading.Lock()

    def close(self):
        self.imds.close()
        self.lab.close()
        self.front.shutdown()
        self.aws.close()

    def new_ami(self, advisories=None):
        """An AMI becomes available; gives it and the instance that was launched from it. With bytes given there are
        advisories at that moment."""
        where = {"Bucket": self.lab.stack.artefacts, "Key": ADVISORIES_KEY}
        with self.lock:
            self.lab.s3.delete_object(**where)
            if advisories:
                metadata = {"sha256": hashlib.sha256(advisories).hexdigest()}
                self.lab.s3.put_object(**where, Body=advisories, Metadata=metadata)
            ami = self.lab.image(name="bench")
            self.lab.available(ami)
            self.lab.settle()
            launched = [one for one in self.lab.instances() if one.image_id == ami]
            tags = self.lab.tags(ami)
        assert len(launched) == 1, f"{len(launched)} instances of {ami}, whose tags are {tags}"
        return ami, launched[0].id

    def metadata(self, instance, address, mac, **more):
        """What the metadata service is to tell an instance: all of it from EC2's own API."""
        ec2 = self.aws.client("ec2")
        held = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        given = ec2.describe_instance_attribute(InstanceId=instance, Attribute="userData")
        return Instance(
            instance=instance,
            ami=held["ImageId"],
            account=ACCOUNT,
            region=REGION,
            zone=held["Placement"]["AvailabilityZone"],
            type=held["InstanceType"],
            address=address,
            mac=mac,
            user_data=base64.b64decode(given["UserData"]["Value"]),
            **more,
        )

    def state(self, instance):
        return self.lab.aws.ec2.get_instance(instance).state

    def went_off(self, instance, console):
        """The guest powered itself off: its shutdown behaviour is to terminate."""
        with self.lock:
            self.aws.consoles[instance] = console[-65536:]
            if self.state(instance) != "terminated":
                self.aws.ec2.terminate_instances([instance])
            self.lab.settle()

    def reap(self, instance=None, console=""):
        """The schedule's turn. With an instance given, its deadline has passed meanwhile."""
        with self.lock:
            if instance:
                self.aws.consoles[instance] = console[-65536:]
                self.lab.overdue(instance)
            self.lab.reap()
