#!/usr/bin/env bash
# Runs every test there is; `make test` has linted and installed the tools before.
set -euo pipefail
cd "$(dirname "$0")/.."

lynis=$(packaging/lynis.sh)
export HARDTARGET_LYNIS_DIR=$lynis
# The tests that cross the parts start the real binary.
cargo build --locked --workspace
cargo test --locked --workspace
