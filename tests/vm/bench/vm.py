"""An instance as a virtual machine: its own kernel, disk, DHCP and DMI, in software, so that it works anywhere."""

import subprocess

from .guest import Guest

#: The network that QEMU plays: the guest's address there, and a card's.
ADDRESS, MAC = "10.0.2.15", "02:0e:2e:00:00:01"


class Vm(Guest):
    """A booted copy of the disk, which is thrown away when it ends."""

    def __init__(self, image, qemu, instance, clock="utc", log=None):
        """`image` is what image/build.sh made, `qemu` what image/qemu.sh made, `clock` as in QEMU's `-rtc base=`."""
        super().__init__(log)
        # DMI is how cloud-init learns that this is EC2: the maker, and a UUID that begins with ec2.
        uuid = f"ec2e2e00-0000-4000-8000-{instance[-12:]}"
        self.qemu = qemu
        self.command = [
            *("chroot", str(qemu), "/usr/bin/qemu-system-x86_64"),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-monitor", "none"),
            *("-serial", "stdio"),
            *("-machine", "q35", "-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max", "-smp", "2", "-m", "512"),
            *("-rtc", f"base={clock}"),
            *("-kernel", "/image/boot/vmlinuz", "-initrd", "/image/boot/initrd"),
            *("-append", "root=/dev/vda rw console=ttyS0 net.ifnames=0 panic=-1 mitigations=off quiet"),
            *("-drive", "file=/image/disk.ext4,format=raw,if=none,id=disk,snapshot=on"),
            *("-device", "virtio-blk-pci,drive=disk"),
            *("-netdev", "user,id=net", "-device", f"virtio-net-pci,netdev=net,mac={MAC},romfile="),
            *("-device", "virtio-rng-pci"),
            *("-smbios", "type=0,vendor=Amazon EC2,version=1.0"),
            *("-smbios", f"type=1,manufacturer=Amazon EC2,product=t3.micro,version=,serial={uuid},uuid={uuid}"),
            *("-smbios", "type=3,manufacturer=Amazon EC2,asset=Amazon EC2"),
        ]
        # QEMU keeps there what the guest writes.
        (qemu / "var/tmp").mkdir(parents=True, exist_ok=True)
        for source, target in ((image, "image"), ("/dev", "dev"), ("/proc", "proc")):
            (qemu / target).mkdir(exist_ok=True)
            subprocess.run(["mount", "--bind", source, qemu / target], check=True)

    def start(self):
        self.boot(self.command)

    def close(self):
        self.kill()
        for target in ("image", "dev", "proc"):
            subprocess.run(["umount", "-l", self.qemu / target], capture_output=True)
