#!/bin/sh
# Zig's `ar`, for the objects that packaging/zig-cc.sh makes.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
exec "$("$here/zig-cc.sh" --zig)" ar "$@"
