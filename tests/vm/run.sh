#!/usr/bin/env bash
# Runs a program of this bench (PYTHON-FILE or -m MODULE, with arguments) where nothing it does is seen outside: in a
# network namespace with the addresses that instances talk to, and a mount namespace for the namespaces of the guests.
#     169.254.169.254   the instance metadata service
#     10.0.2.2          the simulated AWS; it is what QEMU's own network calls the host, so containers have it as well
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tools=${HARDTARGET_CLOUD_TOOLS:-$here/../../.cache/cloud-tools}
python=$tools/venv/bin/python

if [ "$(id -u)" -ne 0 ]; then
    echo "The bench boots machines, which needs root." >&2
    exit 1
fi
# Out here, where there is a network to fetch Debian's packages from.
"$here/image/build.sh" >/dev/null
export PYTHONPATH=$here:$here/../cloud${PYTHONPATH:+:$PYTHONPATH}
exec unshare --net --mount --propagation private sh -ec '
ip link set lo up
ip address add 169.254.169.254/32 dev lo
ip link add bench0 address 02:0e:2e:00:00:fe type bridge
ip address add 10.0.2.2/24 dev bench0
ip link set bench0 up
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
exec "$@"' sh "$python" "$@"
