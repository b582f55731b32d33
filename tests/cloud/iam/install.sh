#!/bin/sh
# Installs the evaluator of tests/cloud/test_iam.py into $HARDTARGET_CLOUD_TOOLS/iam (.cache/cloud-tools
# by default), from npm at the version pinned beside this file. Does nothing if it is there already.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tools=${HARDTARGET_CLOUD_TOOLS:-$here/../../../.cache/cloud-tools}/iam

pinned=$(sha256sum <"$here/package-lock.json")
if [ "$(cat "$tools/installed" 2>/dev/null)" = "$pinned" ]; then
    exit 0
fi
if ! command -v npm >/dev/null; then
    echo "install.sh: npm is missing: run \`make test-tools\`, which installs it" >&2
    exit 1
fi

rm -rf "$tools"
mkdir -p "$tools"
cp "$here/package.json" "$here/package-lock.json" "$tools/"
(cd "$tools" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)

printf '%s\n' "$pinned" >"$tools/installed"
