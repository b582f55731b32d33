#!/usr/bin/env bash
# Unpacks QEMU into a root of its own under the cache and prints that directory: the machine's own
# packages stay as they are, whichever release of qemu-utils they hold on to.
set -euo pipefail
cd "$(dirname "$0")"
cache=${HARDTARGET_VM_CACHE:-$(realpath -m ../../../.cache/vm)}
root=$cache/qemu-bookworm

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ ! -x "$root/usr/bin/qemu-system-x86_64" ]; then
    rm -rf --one-file-system "$root" "$root.part"
    mmdebstrap --quiet --mode=root --variant=extract --include=qemu-system-x86,seabios \
        bookworm "$root.part" >&2
    mv "$root.part" "$root"
fi
echo "$root"
