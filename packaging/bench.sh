#!/usr/bin/env bash
# Measures the released binaries on this machine and prints the README's tables. Takes some 15 minutes
# after the builds and wants a machine that does nothing else. `packaging/bench.sh --runs 1` is a quick look.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
    echo "Please run this as root: Lynis and the native engine look at everything only then." >&2
    exit 1
fi
packaging/need.sh python3=python3 mmdebstrap=mmdebstrap unshare=util-linux
agent=$(packaging/static.sh "$(uname -m)")
lynis=$(packaging/lynis.sh)

root=$PWD/.cache/bench/debian
if [ ! -e "$root/etc/os-release" ]; then
    rm -rf "$root"
    mkdir -p "$(dirname "$root")"
    mmdebstrap --quiet --variant=minbase bookworm "$root"
fi
# Whole feeds are not in the repository: without them the rows of advisories are left out.
feed=${HARDTARGET_ADVISORIES_DATA:-../shared/advisories}/almalinux-osv.zip
advisories=()
if [ -f "$feed" ]; then
    cargo build --quiet --locked --release -p hardtarget-advisories --no-default-features --features feeds
    advisories=(--advisories "${CARGO_TARGET_DIR:-target}/release/hardtarget-advisories" --feed "$feed")
fi
# Without a browser (`make test-tools` installs what drives it) the row of the fleet page is left out.
fleet=()
if [ -d tests/browser/node_modules ]; then
    cargo run --quiet --locked --example fleet -- "$PWD/.cache/bench/fleet"
    fleet=(--fleet "$PWD/.cache/bench/fleet/large.html")
fi
packaging/bench.py "${advisories[@]}" "${fleet[@]}" --agent "$agent" --lynis "$lynis" --debian-root "$root" "$@"
exec packaging/bench-glue.sh "$@"
