"""A new AMI is launched: on what, with what, and by which events."""

import json
import re

import pytest

from lab import REGION, events, images
from lab.stack import STACK


def launched(lab, ami=None):
    """The one launch that there was, as asked of EC2."""
    [launch] = lab.launches()
    assert ami is None or launch["ImageId"] == ami
    return launch


def launch_tags(launch, kind):
    [tags] = [one["Tag"] for one in launch["TagSpecification"] if one["ResourceType"] == kind]
    return {tag["Key"]: tag["Value"] for tag in tags}


def test_from_the_event_to_the_tags_and_nothing_is_left(lab):
    ami = lab.image("web-2026-11-21")
    lab.available(ami)
    lab.settle()
    assert lab.status(ami) == "assessing"
    assert lab.queue.bodies() == []
    [guest] = lab.guests()

    guest.hand_in("typical")
    lab.settle()

    tags = lab.tags(ami)
    assert tags["hardtarget:status"] == "assessed"
    assert tags["hardtarget:score"] == "61"
    assert tags["hardtarget:agent-version"] == "0.1.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", tags["hardtarget:assessed-at"])
    assert {f"hardtarget:findings-{name}" for name in ("critical", "high", "medium", "low")} < set(tags)
    assert "hardtarget:reason" not in tags
    assert lab.instances() == []

    [page, report] = lab.published("reports/")
    assert re.fullmatch(rf"reports/web/{ami}/\d{{8}}T\d{{6}}Z/report\.json", report)
    assert page == report.replace(".json", ".html")
    assert tags["hardtarget:report"] == f"s3://{lab.stack.bucket}/{report}"
    assert json.loads(lab.read(report))["target"]["ami"] == ami
    assert b"<html" in lab.read(page)

    assert lab.metrics("Assessments") == [1]
    assert lab.metrics("Failures") == []
    assert len(lab.metrics("Seconds")) == 1
    assert lab.invocations[0].about(ami), "the launch says nothing of the AMI in the log"
    assert lab.invocations[-1].about(ami), "the result says nothing of the AMI in the log"
    assert [done.error for done in lab.invocations] == [None] * len(lab.invocations)
    assert [line for done in lab.invocations for line in done.other] == []


def test_the_instance_is_closed_and_ends_itself(lab):
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    launch = launched(lab, ami)
    assert launch["MetadataOptions"]["HttpTokens"] == "required"
    assert launch["MetadataOptions"]["HttpPutResponseHopLimit"] == "1"
    assert launch["InstanceInitiatedShutdownBehavior"] == "terminate"
    assert "KeyName" not in launch
    assert (launch["MinCount"], launch["MaxCount"]) == ("1", "1")
    assert launch["InstanceType"] == "t3.micro"
    assert launch["IamInstanceProfile"]["Arn"] == lab.stack.env["HARDTARGET_INSTANCE_PROFILE_ARN"]
    interface = (launch.get("NetworkInterface") or [launch])[0]
    assert interface["SubnetId"] in lab.stack.subnets
    assert interface["SecurityGroupId"] == [lab.stack.env["HARDTARGET_SECURITY_GROUP_ID"]]
    assert interface.get("AssociatePublicIpAddress") != "true"
    assert launch["ClientToken"]
    assert "InstanceMarketOptions" not in launch


def test_instance_and_volumes_say_whose_they_are(lab):
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    for kind in ("instance", "volume"):
        tags = launch_tags(launched(lab), kind)
        assert tags["hardtarget:managed"] == STACK
        assert tags["hardtarget:ami"] == ami
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", tags["hardtarget:deadline"])
        assert tags["Name"]


def test_every_disk_is_gp3_encrypted_and_goes_with_the_instance(lab):
    disks = [
        images.ebs("/dev/xvda", 8),
        images.ebs("/dev/sdf", 100, VolumeType="io1", Iops=3000, Encrypted=True),
        images.ebs("/dev/sdg", 20, VolumeType="standard"),
    ]
    lab.available(lab.image(disks=disks))
    lab.settle()
    mappings = {one["DeviceName"]: one["Ebs"] for one in launched(lab)["BlockDeviceMapping"] if "Ebs" in one}
    assert set(mappings) == {"/dev/xvda", "/dev/sdf", "/dev/sdg"}
    for disk in mappings.values():
        assert disk["VolumeType"] == "gp3"
        assert disk["DeleteOnTermination"] == "true"
        assert disk["Encrypted"] == "true"
        assert "Iops" not in disk or int(disk["Iops"]) >= 3000


def test_an_instance_store_disk_beside_the_root_is_no_obstacle(lab):
    ami = lab.image(disks=[images.ebs("/dev/xvda"), {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"}])
    lab.available(ami)
    lab.settle()
    assert len(lab.guests()) == 1


def test_the_user_data_carries_all_that_the_script_needs(lab):
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    [guest] = lab.guests()
    script = guest.user_data
    assert script.startswith("#!/bin/sh")
    assert len(script.encode()) <= 16_384
    assert "# @VALUES@" not in script
    values = dict(re.findall(r"^([A-Z][A-Z0-9_]+)='([^']*)'$", script, re.M))
    assert values["BUCKET"] == lab.stack.bucket
    assert values["REGION"] == REGION
    assert values["ROLE_ID"] == lab.stack.role_id
    assert values["AMI"] == ami
    assert int(values["DEADLINE_SECONDS"]) == 1200
    for arch in ("X86_64", "AARCH64"):
        digest = lab.stack.env[f"HARDTARGET_AGENT_SHA256_{arch}"]
        # The other architecture's agent would be of no use on this instance.
        assert values[f"AGENT_SHA256_{arch}"] in (digest, "")
    url = values["AGENT_URL_X86_64"]
    assert url.startswith("http") and lab.stack.env["HARDTARGET_AGENT_KEY_X86_64"] in url and "X-Amz-Signature=" in url


def test_the_record_of_a_launch_is_where_no_instance_can_write(lab):
    ami = lab.image("web-2026-11-21")
    lab.available(ami)
    lab.settle()
    [guest] = lab.guests()
    record = json.loads(lab.read(f"launches/{guest.instance}.json"))
    assert record["version"] == 1
    assert (record["ami"], record["instance"]) == (ami, guest.instance)
    assert (record["ami_name"], record["family"]) == ("web-2026-11-21", "web")
    assert (record["agent_version"], record["instance_type"], record["spot"]) == ("0.1.0", "t3.micro", False)
    assert lab.instance_tags(guest.instance)["hardtarget:deadline"] == record["deadline"]


def test_an_arm64_image_gets_an_arm64_type_and_agent(lab):
    lab.available(lab.image(architecture="arm64"))
    lab.settle()
    assert launched(lab)["InstanceType"].startswith("t4g.")
    [guest] = lab.guests()
    assert re.search(r"^AGENT_URL_AARCH64='http", guest.user_data, re.M)


def test_image_builder_tells_its_image_and_the_amis_are_found_by_its_tag(lab):
    arn = f"arn:aws:imagebuilder:{REGION}:123456789012:image/web/1.0.0/1"
    ours = lab.image("web 2026-11-21", tags={"Ec2ImageBuilderArn": arn})
    other = lab.image("web 2026-11-20", tags={"Ec2ImageBuilderArn": arn.replace("1.0.0", "0.9.0")})
    lab.bus.put(events.image_builder(arn))
    lab.settle()
    launched(lab, ours)
    assert lab.status(other) is None


def test_what_is_not_available_yet_is_not_launched(lab):
    for state in ("pending", "failed", "deregistered", "disabled"):
        lab.bus.put(events.ami_available(lab.image(state=state), state))
    lab.bus.put(events.image_builder(f"arn:aws:imagebuilder:{REGION}:123456789012:image/web/1.0.0/1", "TESTING"))
    lab.settle()
    assert lab.launches() == []
    assert lab.queue.bodies() == []


@pytest.mark.parametrize("body", [{"again": False}, {}, {"sweep": True}])
def test_by_hand_through_the_queue(lab, body):
    ami = lab.image()
    lab.queue.send({"ami-id": ami, **body})
    lab.settle()
    launched(lab, ami)


def test_by_hand_directly_answers_what_came_of_it(lab):
    ami = lab.image()
    done = lab.invoke({"ami-id": ami})
    assert done.error is None
    [guest] = lab.guests()
    assert done.response["ami"] == ami
    assert done.response["instance"] == guest.instance
    assert done.response["outcome"]

    again = lab.invoke({"ami-id": ami})
    assert again.error is None
    assert len(lab.launches()) == 1
    assert again.response["outcome"] != done.response["outcome"] or again.response.get("reason")


def test_the_prefix_of_the_tags_is_a_setting(deploy):
    lab = deploy(HARDTARGET_TAG_PREFIX="security/scan-")
    ami = lab.image()
    lab.assess(ami)
    tags = lab.tags(ami)
    assert tags["security/scan-status"] == "assessed"
    assert not [name for name in tags if name.startswith("hardtarget:")]


def test_an_unusable_setting_is_told_in_a_sentence(deploy):
    lab = deploy(HARDTARGET_MAX_CONCURRENT_SCANS="many")
    done = lab.invoke({"reap": True})
    assert done.error is not None
    said = done.error + "\n".join(map(str, done.lines + done.other))
    assert "HARDTARGET_MAX_CONCURRENT_SCANS" in said
    assert "panicked" not in said
