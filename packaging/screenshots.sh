#!/usr/bin/env bash
# Takes the README's screenshots: a folder of made-up reports, the fleet's page from it, Chromium. The same
# source gives the same pictures on a machine with the same fonts.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/need.sh node=nodejs chromium=chromium
[ -d tests/browser/node_modules ] || packaging/test-tools.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo run --quiet --locked --example fleet -- --reports "$work"
mkdir -p docs
node packaging/screenshots.mjs "$work" docs
