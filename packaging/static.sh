#!/usr/bin/env bash
# Builds the static agent for one architecture (x86_64 or aarch64), Lynis inside, and prints the
# binary's path. The profile is `dist`, what a release has, unless the second argument names another. No C compiler takes part in the binary itself: everything in it is Rust, and Rust's
# own linker and musl put it together. (The host's compiler links build scripts.)
#
# The bytes depend on the source, Cargo.lock, the pinned toolchain and the pinned Lynis, and not on
# where or when this runs: directories are mapped to fixed names, and there is one codegen unit.
set -euo pipefail
arch=${1:?usage: packaging/static.sh x86_64|aarch64 [PROFILE]}
profile=${2:-dist}
cd "$(dirname "$0")/.."
here=$PWD
target=$arch-unknown-linux-musl

packaging/need.sh cc=gcc /usr/include/stdio.h=libc6-dev
lynis=$(packaging/lynis.sh)
if command -v rustup >/dev/null; then
    rustup target add "$target" >&2
fi

flags=(
    -Clinker=rust-lld
    -Clinker-flavor=ld.lld
    -Clink-self-contained=yes
    "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    "--remap-path-prefix=$here=/hardtarget"
)
unset RUSTFLAGS
# Separated by the unit separator, so that a directory may have blanks in its name.
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && echo -n "${flags[*]}")
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export CARGO_ENCODED_RUSTFLAGS SOURCE_DATE_EPOCH
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/target}

HARDTARGET_LYNIS_DIR=$lynis cargo build --locked --profile "$profile" --target "$target" -p hardtarget-agent >&2
echo "$CARGO_TARGET_DIR/$target/$profile/hardtarget-agent"
