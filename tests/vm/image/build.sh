#!/usr/bin/env bash
# Builds the bench's AMI, once for each version of this recipe, and prints the directory it is in:
#     rootfs/                     Debian 12 with systemd, cloud-init, sshd and curl, as the container boots it
#     boot/vmlinuz, boot/initrd   and disk.ext4, as the VM boots it
# Needs root, mmdebstrap and e2fsprogs. Nothing outside the cache is touched: no loop devices, no boot loader.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
cache=${HARDTARGET_VM_CACHE:-$(realpath -m ../../../.cache/vm)}
recipe=$(cat build.sh 90-ec2.cfg | sha256sum | cut -c1-16)
image=$cache/image-$recipe

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ -e "$image/complete" ]; then
    echo "$image"
    exit 0
fi

# Only the newest recipe's image is kept: one takes half a gigabyte.
rm -rf --one-file-system "$cache"/image-*
mkdir -p "$image/boot"

# A minimal system with what a cloud image has. The DHCP client is cloud-init's own need.
packages=systemd-sysv,dbus,udev,linux-image-cloud-amd64,initramfs-tools,zstd
packages+=,cloud-init,ifupdown,isc-dhcp-client,iproute2,iputils-ping,curl,ca-certificates
packages+=,openssh-server,procps,kmod,e2fsprogs

# What stands in single quotes is for the shell of mmdebstrap's hooks.
# shellcheck disable=SC2016
# An empty resolv.conf: the host's own would make every look-up in the guest wait for its time-out.
mmdebstrap --quiet --mode=root --variant=minbase \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"
        printf "virtio_pci\nvirtio_blk\next4\n" >"$1/etc/initramfs-tools/modules"
        printf "MODULES=list\nCOMPRESS=zstd\n" >"$1/etc/initramfs-tools/conf.d/bench"' \
    --include="$packages" \
    --customize-hook="copy-in $here/90-ec2.cfg /etc/cloud/cloud.cfg.d" \
    --customize-hook='echo "/dev/vda / ext4 defaults,noatime 0 1" >"$1/etc/fstab"
        echo guest >"$1/etc/hostname"
        : >"$1/etc/machine-id"
        : >"$1/etc/resolv.conf"
        rm -f "$1"/etc/ssh/ssh_host_*' \
    --customize-hook='chroot "$1" passwd -l root
        chroot "$1" systemctl mask apt-daily.timer apt-daily-upgrade.timer' \
    --customize-hook="cp -L \"\$1\"/boot/vmlinuz-* $image/boot/vmlinuz
        cp -L \"\$1\"/boot/initrd.img-* $image/boot/initrd" \
    bookworm "$image/rootfs" >&2

truncate -s 2G "$image/disk.ext4"
mke2fs -q -t ext4 -L cloudimg-rootfs -O ^has_journal -E lazy_itable_init=0,lazy_journal_init=0 -m 0 \
    -d "$image/rootfs" "$image/disk.ext4" >&2
touch "$image/complete"
echo "$image"
