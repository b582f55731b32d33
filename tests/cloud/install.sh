#!/bin/sh
# Installs what the tests of the cloud path need into $HARDTARGET_CLOUD_TOOLS (.cache/cloud-tools by
# default), from PyPI at the versions pinned beside this file: `venv` has moto, boto3, pytest and
# cfn-lint; `checkov` is apart, since it needs an older boto3. Does nothing if they are there already.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tools=${HARDTARGET_CLOUD_TOOLS:-$here/../../.cache/cloud-tools}

pinned=$(cat "$here/requirements.txt" "$here/requirements-checkov.txt" | sha256sum)
if [ "$(cat "$tools/installed" 2>/dev/null)" = "$pinned" ]; then
    exit 0
fi
if ! command -v python3 >/dev/null; then
    echo "install.sh: python3 is missing: run \`make test-tools\`, which installs it" >&2
    exit 1
fi

rm -rf "$tools"
mkdir -p "$tools"
install() {
    python3 -m venv "$tools/$1"
    "$tools/$1/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/$2"
}
install venv requirements.txt
install checkov requirements-checkov.txt

printf '%s\n' "$pinned" >"$tools/installed"
