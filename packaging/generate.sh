#!/usr/bin/env bash
# Writes again what is committed but comes from the source: CHECKS.md and the report's JSON Schema.
# Tests fail where the two differ.
set -euo pipefail
cd "$(dirname "$0")/.."

HARDTARGET_GENERATE=1 cargo test --locked -q -p hardtarget-report committed_schema
HARDTARGET_GENERATE=1 cargo test --locked -q -p hardtarget-agent checks
git status --short CHECKS.md report/schema
