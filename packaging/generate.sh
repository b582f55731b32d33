#!/usr/bin/env bash
# Writes again what is committed but comes from the source: CHECKS.md and the report's JSON Schema.
# Tests fail where the two differ.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked -p hardtarget-agent
agent=${CARGO_TARGET_DIR:-target}/debug/hardtarget-agent
schema=$("$agent" schema)
checks=$("$agent" checks --format markdown)
mkdir -p report/schema
printf '%s\n' "$schema" >report/schema/v1.json
printf '%s\n' "$checks" >CHECKS.md
