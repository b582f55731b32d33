#!/usr/bin/env bash
# Proves that `make dist` is reproducible: builds the committed tree twice, in two directories of
# different depth and with nothing shared but downloads, and compares every file of the two releases.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for place in first a/second/place; do
    git clone -q . "$work/$place"
    (cd "$work/$place" && env -u CARGO_TARGET_DIR packaging/dist.sh)
    # Leaves room for the second build.
    rm -rf "$work/$place/target"
done
diff -r "$work/first/dist" "$work/a/second/place/dist"
echo "Both builds gave the same bytes:"
cat "$work"/first/dist/*/SHA256SUMS
