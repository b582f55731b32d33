#!/usr/bin/env bash
# Runs every test there is; `make test` has linted and installed the tools before.
set -euo pipefail
cd "$(dirname "$0")/.."

lynis=$(packaging/lynis.sh)
export HARDTARGET_LYNIS_DIR=$lynis
# What crosses the parts is tested with a static binary, as released but built faster: it has to
# run in roots of other distributions too.
agent=$(packaging/static.sh "$(uname -m)" quick)
export HARDTARGET_AGENT=$agent

cargo test --locked --workspace

# The cloud path, on a simulated AWS with the functions as just built.
HARDTARGET_GLUE=${CARGO_TARGET_DIR:-target}/debug/hardtarget-glue \
    HARDTARGET_REFRESH=${CARGO_TARGET_DIR:-target}/debug/hardtarget-refresh \
    HARDTARGET_LEDGER=${CARGO_TARGET_DIR:-target}/debug/hardtarget-ledger-function \
    HARDTARGET_LEDGER_CLI=${CARGO_TARGET_DIR:-target}/debug/hardtarget-ledger PYTHONDONTWRITEBYTECODE=1 \
    .cache/cloud-tools/venv/bin/pytest -p no:cacheprovider --quiet --numprocesses 3 --dist worksteal tests/cloud

# The script that scan instances boot with. Its tests wait more than they work.
PYTHONDONTWRITEBYTECODE=1 .cache/cloud-tools/venv/bin/pytest -p no:cacheprovider --quiet -n 6 tests/user_data

# Instances that really boot, with every fault at every phase.
HARDTARGET_GLUE=${CARGO_TARGET_DIR:-target}/debug/hardtarget-glue \
    HARDTARGET_REFRESH=${CARGO_TARGET_DIR:-target}/debug/hardtarget-refresh PYTHONDONTWRITEBYTECODE=1 \
    tests/vm/run.sh -m pytest -p no:cacheprovider --quiet tests/vm
