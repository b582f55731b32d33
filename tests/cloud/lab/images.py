"""AMIs, with what moto's own cannot have: more than one disk, a marketplace code, any architecture."""

from datetime import UTC, datetime

from moto.ec2.models.amis import Ami
from moto.ec2.utils import random_ami_id

from .aws import ACCOUNT, REGION


class Image(Ami):
    """An AMI whose disks are as told."""

    mappings = None

    @property
    def block_device_mappings(self):
        if self.mappings is None:
            return super().block_device_mappings
        return self.mappings


def ebs(device, size=8, **more):
    """One EBS disk of an AMI; its snapshot is made with the AMI."""
    return {
        "DeviceName": device,
        "Ebs": {
            "VolumeSize": size,
            "VolumeType": "gp2",
            "DeleteOnTermination": False,
            "Encrypted": False,
            **more,
        },
    }


def register(
    aws,
    name="web-2026-11-21",
    *,
    architecture="x86_64",
    platform=None,
    root="ebs",
    disks=None,
    owner=ACCOUNT,
    marketplace=False,
    created=None,
    state="available",
    tags=None,
):
    """A new AMI; gives its id."""
    image = Image(
        aws.ec2,
        random_ami_id(),
        name=name,
        description="",
        owner_id=owner,
        architecture=architecture,
        platform=platform,
        virtualization_type="hvm",
        hypervisor="xen",
        root_device_type=root,
        root_device_name="/dev/xvda",
        region_name=REGION + "a",
        creation_date=created or datetime.now(UTC).replace(tzinfo=None),
        state=state,
        tags=tags,
    )
    image.mappings = disks if disks is not None else ([ebs("/dev/xvda")] if root == "ebs" else [])
    for disk in image.mappings:
        if "Ebs" in disk:
            disk["Ebs"].setdefault("SnapshotId", image.ebs_snapshot.id)
    if marketplace:
        image.product_codes = [{"ProductCodeId": "7f1a0x", "ProductCodeType": "marketplace"}]
    aws.ec2.amis[image.id] = image
    return image.id


def tags(aws, ami):
    """The AMI's tags."""
    return {tag["key"]: tag["value"] for tag in aws.ec2.amis[ami].get_tags()}
