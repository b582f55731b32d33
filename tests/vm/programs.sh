#!/usr/bin/env bash
# Runs a command with HARDTARGET_GLUE and HARDTARGET_AGENT, building what they do not name yet (and hardtarget-refresh).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

if [ -z "${HARDTARGET_AGENT:-}" ]; then
    HARDTARGET_AGENT=$("$root/packaging/static.sh" "$(uname -m)" quick)
fi
if [ -z "${HARDTARGET_GLUE:-}" ]; then
    # As a test of the workspace: with -p alone other features would build the SDK of EC2 once more.
    (cd "$root" && cargo test --locked --workspace --test binary --test refresh --no-run)
    HARDTARGET_GLUE=${CARGO_TARGET_DIR:-$root/target}/debug/hardtarget-glue
fi
export HARDTARGET_AGENT HARDTARGET_GLUE PYTHONDONTWRITEBYTECODE=1
exec "$@"
