#!/usr/bin/env bash
# Sees to it that tools are there. Each argument is `WHAT=DEBIAN-PACKAGE`, where WHAT is a command, a
# file (with a slash) or a Python module (`python3:NAME`). What is missing is installed by apt-get
# when root runs this; anyone else, and any other system, is told what to install.
set -euo pipefail

have() {
    case $1 in
    python3:*) python3 -c "import ${1#python3:}" 2>/dev/null ;;
    */*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

missing=()
for need in "$@"; do
    have "${need%%=*}" || missing+=("${need#*=}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Please install what these Debian packages hold, then run this again: ${missing[*]}" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Please run this as root, then try again: apt-get install ${missing[*]}" >&2
    exit 1
fi
echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >&2
apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
