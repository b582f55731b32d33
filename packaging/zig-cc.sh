#!/bin/sh
# Zig as a C compiler for $ZIG_TARGET (e.g. aarch64-linux-musl), as packaging/static.sh uses it.
#
#   packaging/zig-cc.sh --install   sees to it that the pinned Zig is there, from PyPI (zig.txt)
#   packaging/zig-cc.sh --zig       prints where it is
#   packaging/zig-cc.sh ARGUMENT…   compiles
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
home=$here/.cache/zig
export ZIG_GLOBAL_CACHE_DIR="$home/cache" ZIG_LOCAL_CACHE_DIR="$home/cache"

zig() {
    echo "$home"/venv/lib/python3*/site-packages/ziglang/zig
}

install() {
    pinned=$(sha256sum <"$here/packaging/zig.txt")
    if [ "$(cat "$home/installed" 2>/dev/null)" = "$pinned" ]; then
        return
    fi
    "$here/packaging/need.sh" python3=python3 python3:ensurepip=python3-venv
    rm -rf "$home"
    python3 -m venv "$home/venv"
    "$home/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes \
        --only-binary=:all: --requirement "$here/packaging/zig.txt"
    echo "$pinned" >"$home/installed"
}

case ${1:-} in
--install)
    install
    exit
    ;;
--zig)
    zig
    exit
    ;;
esac

# Callers that take this for clang name the target in clang's words, which Zig does not know.
count=$#
while [ "$count" -gt 0 ]; do
    count=$((count - 1))
    argument=$1
    shift
    case $argument in
    --target=*) ;;
    *) set -- "$@" "$argument" ;;
    esac
done
# Zig finds undefined behaviour at run time unless told not to; ring is tested by its own project.
exec "$(zig)" cc -target "$ZIG_TARGET" -fno-sanitize=undefined "$@"
