#!/bin/sh
# Installs the validators of tests/formats.rs into $HARDTARGET_TEST_TOOLS (.cache/test-tools by
# default), from PyPI and npm at the versions pinned beside this file. Does nothing if they are
# there already.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tools=${HARDTARGET_TEST_TOOLS:-$here/../../.cache/test-tools}

pinned=$(cat "$here/requirements.txt" "$here/package-lock.json" | sha256sum)
if [ "$(cat "$tools/installed" 2>/dev/null)" = "$pinned" ]; then
    exit 0
fi

for need in python3 npm; do
    if ! command -v "$need" >/dev/null; then
        echo "install.sh: $need is missing: run \`make test-tools\`, which installs it" >&2
        exit 1
    fi
done

mkdir -p "$tools"
rm -rf "$tools/venv" "$tools/node_modules" "$tools/installed"
python3 -m venv "$tools/venv"
"$tools/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements.txt"

cp "$here/package.json" "$here/package-lock.json" "$tools/"
(cd "$tools" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
# What the package's own install script does.
chmod u+x "$tools/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"

printf '%s\n' "$pinned" >"$tools/installed"
