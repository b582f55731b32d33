#!/usr/bin/env bash
# Builds the agent with Lynis inside and scans this machine with it.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/need.sh cc=gcc /usr/include/stdio.h=libc6-dev
lynis=$(packaging/lynis.sh)
HARDTARGET_LYNIS_DIR=$lynis cargo build --locked --profile quick -p hardtarget-agent

mkdir -p scan
code=0
"${CARGO_TARGET_DIR:-target}/quick/hardtarget-agent" --dry-run --output scan || code=$?
# 3: something could not be scanned, and the report says what.
if [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
    exit "$code"
fi
echo "The report is in $PWD/scan: open report.html in a browser."
