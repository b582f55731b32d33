"""What the glue does for one launch and one tag, in Python with boto3: the yardstick of `make bench-glue`.

It asks AWS what the function asks, but for three things that it leaves out: stale tags are not removed, the launch
record is not marked as finished, and a report is parsed but not judged. It is measured, never deployed.
"""

import datetime
import hashlib
import html
import json
import os
import pathlib

import boto3

ENV = os.environ
BUCKET = ENV["HARDTARGET_BUCKET"]
PREFIX = ENV.get("HARDTARGET_TAG_PREFIX", "hardtarget:")
SCRIPT = pathlib.Path(ENV["HARDTARGET_USER_DATA"]).read_text()
LIMIT = 8 << 20
SEVERITIES = ("critical", "high", "medium", "low")

ec2 = boto3.client("ec2")
s3 = boto3.client("s3")


def handler(event, _context=None):
    """Takes a batch of SQS records with AMI events, or the event of an uploaded report."""
    if "Records" in event:
        for record in event["Records"]:
            launch(json.loads(record["body"])["detail"]["ImageId"])
        return {"batchItemFailures": []}
    return tag(event["detail"]["object"]["key"])


def managed(*filters):
    filters = [{"Name": "tag-key", "Values": ["hardtarget:managed"]}, *filters]
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    return [one for page in pages for group in page["Reservations"] for one in group["Instances"]]


def launch(ami):
    image = ec2.describe_images(ImageIds=[ami])["Images"][0]
    live = managed({"Name": "instance-state-name", "Values": ["pending", "running", "stopping"]})
    if len(live) >= int(ENV.get("HARDTARGET_MAX_CONCURRENT_SCANS", "5")):
        raise RuntimeError("the house is full")
    now = datetime.datetime.now(datetime.timezone.utc)
    deadline = (now + datetime.timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    tags = [
        {"Key": "hardtarget:managed", "Value": "hardtarget"},
        {"Key": "hardtarget:ami", "Value": ami},
        {"Key": "hardtarget:deadline", "Value": deadline},
    ]
    instance = ec2.run_instances(
        ImageId=ami,
        MinCount=1,
        MaxCount=1,
        InstanceType="t3.micro",
        ClientToken=hashlib.sha256(ami.encode()).hexdigest(),
        UserData=user_data(ami),
        InstanceInitiatedShutdownBehavior="terminate",
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        IamInstanceProfile={"Arn": ENV["HARDTARGET_INSTANCE_PROFILE_ARN"]},
        NetworkInterfaces=[
            {
                "DeviceIndex": 0,
                "SubnetId": ENV["HARDTARGET_SUBNET_IDS"].split(",")[0],
                "Groups": [ENV["HARDTARGET_SECURITY_GROUP_ID"]],
                "AssociatePublicIpAddress": False,
            }
        ],
        BlockDeviceMappings=[
            {
                "DeviceName": one["DeviceName"],
                "Ebs": {
                    "DeleteOnTermination": True,
                    "VolumeType": "gp3",
                    "Encrypted": True,
                    **{name: one["Ebs"][name] for name in ("SnapshotId", "VolumeSize") if name in one["Ebs"]},
                },
            }
            for one in image.get("BlockDeviceMappings", [])
            if "Ebs" in one
        ],
        TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")],
    )["Instances"][0]["InstanceId"]
    record = {"instance": instance, "ami": ami, "family": image.get("Name") or ami, "deadline": deadline}
    s3.put_object(Bucket=BUCKET, Key=f"launches/{instance}.json", Body=json.dumps(record))
    ec2.create_tags(Resources=[ami], Tags=[{"Key": PREFIX + "status", "Value": "assessing"}])


def user_data(ami):
    where = {"Bucket": ENV["HARDTARGET_AGENT_BUCKET"], "Key": ENV["HARDTARGET_AGENT_KEY_X86_64"]}
    values = {
        "AGENT_URL_X86_64": s3.generate_presigned_url("get_object", Params=where, ExpiresIn=3600),
        "AGENT_SHA256_X86_64": ENV["HARDTARGET_AGENT_SHA256_X86_64"],
        "BUCKET": BUCKET,
        "ROLE_ID": ENV["HARDTARGET_ROLE_ID"],
        "AMI": ami,
        "DEADLINE_SECONDS": "1200",
    }
    lines = "\n".join(f"{name}='" + value.replace("'", "'\\''") + "'" for name, value in values.items())
    return SCRIPT.replace("# @VALUES@", lines)


def tag(key):
    instance = key.split("/")[1].split(":")[1]
    record = json.loads(s3.get_object(Bucket=BUCKET, Key=f"launches/{instance}.json")["Body"].read())
    answer = s3.get_object(Bucket=BUCKET, Key=key)
    if answer["ContentLength"] > LIMIT:
        raise RuntimeError("too large")
    report = json.loads(answer["Body"].read(LIMIT))
    report["target"]["ami"] = record["ami"]
    place = f"reports/{record['family']}/{record['ami']}/{report['scan']['finished']}"
    s3.put_object(Bucket=BUCKET, Key=f"{place}/report.json", Body=json.dumps(report))
    s3.put_object(Bucket=BUCKET, Key=f"{place}/report.html", Body=page(report), ContentType="text/html")
    tags = {
        "status": "assessed",
        "score": str((report["score"] or {}).get("index", "")),
        "report": f"s3://{BUCKET}/{place}/report.json",
        "lynis-version": (report["score"] or {}).get("lynis_version") or "-",
        **{f"findings-{one}": str(report["counts"][one]) for one in SEVERITIES},
    }
    ec2.create_tags(
        Resources=[record["ami"]], Tags=[{"Key": PREFIX + name, "Value": value} for name, value in tags.items()]
    )
    ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in managed() if one["InstanceId"] == instance])


def page(report):
    rows = "".join(
        f"<tr><td>{html.escape(one['severity'])}<td>{html.escape(one['title'])}</tr>" for one in report["findings"]
    )
    return f"<!doctype html><meta charset=utf-8><table>{rows}</table>"
