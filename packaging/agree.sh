#!/usr/bin/env bash
# Compares what the agent says with what OpenSCAP, find, sshd and an independent computation say of the
# same machines (roots of Debian 11 and 12), and writes the README's table. Ends with 1 if one disagreement has
# no reason in tests/agree/explained.toml. Some minutes after the builds.
#
#   FEED=FILE.zip        OSV records of Debian, for the vulnerabilities; those are left out without it
#   HARDTARGET_AGENT=…   a static agent that is there already
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
    echo "Please run this as root: it makes roots and mounts them." >&2
    exit 1
fi
packaging/need.sh python3=python3 mmdebstrap=mmdebstrap curl=curl unshare=util-linux
agent=${HARDTARGET_AGENT:-$(packaging/static.sh "$(uname -m)" quick)}
stream=$(tests/agree/guide.sh)/ssg-debian12-ds.xml
feed=()
if [ -n "${FEED:-}" ]; then
    advisories=${HARDTARGET_ADVISORIES:-$(packaging/static.sh "$(uname -m)" quick hardtarget-advisories)}
    feed=(--feed "$FEED" --advisories "$advisories")
fi
PYTHONDONTWRITEBYTECODE=1 exec python3 tests/agree/agree.py \
    --agent "$agent" --stream "$stream" ${feed[@]+"${feed[@]}"} --write README.md
