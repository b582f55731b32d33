#!/usr/bin/env bash
# Builds a static program for one architecture (x86_64 or aarch64) and prints the binary's path: the
# agent, Lynis inside, unless the third argument (or PACKAGE) names another package, e.g.
# hardtarget-glue, and the fourth another program in it than the one named like it. The profile is `dist`, what a release has, unless the second argument names
# another.
#
# All of it is Rust but the arithmetic of TLS (ring: C and assembly); Rust's own linker and musl put
# it together. What is released has its C compiled by one pinned Zig (packaging/zig-cc.sh), whatever
# the machine; in other profiles gcc does that for the machine's own architecture, which spares a
# download. (The host's compiler links build scripts as well.)
#
# The bytes of a release depend on the source, Cargo.lock, the pinned toolchain, Zig and Lynis, and
# not on where or when this runs: directories are mapped to fixed names, and there is one codegen
# unit.
set -euo pipefail
usage="usage: packaging/static.sh x86_64|aarch64 [PROFILE [PACKAGE [PROGRAM]]]"
arch=${1:?$usage}
profile=${2:-dist}
package=${3:-${PACKAGE:-hardtarget-agent}}
program=${4:-$package}
cd "$(dirname "$0")/.."
here=$PWD
target=$arch-unknown-linux-musl

case $arch in
x86_64 | aarch64) ;;
*)
    echo "$usage" >&2
    exit 2
    ;;
esac

packaging/need.sh cc=gcc /usr/include/stdio.h=libc6-dev
if [ "$package" = hardtarget-agent ]; then
    HARDTARGET_LYNIS_DIR=$(packaging/lynis.sh)
    export HARDTARGET_LYNIS_DIR
fi
if command -v rustup >/dev/null; then
    rustup target add "$target" >&2
fi

cargo_home=${CARGO_HOME:-$HOME/.cargo}
flags=(
    -Clinker=rust-lld
    -Clinker-flavor=ld.lld
    -Clink-self-contained=yes
    "--remap-path-prefix=$cargo_home=/cargo"
    "--remap-path-prefix=$here=/hardtarget"
)
unset RUSTFLAGS
# Separated by the unit separator, so that a directory may have blanks in its name.
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && echo -n "${flags[*]}")
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export CARGO_ENCODED_RUSTFLAGS SOURCE_DATE_EPOCH
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/target}

# The C in it. It is made for musl: nothing of glibc's fortified functions may be called. Its paths
# are mapped as Rust's are. Anything that the caller's environment says of compilers is left out.
unset CC CFLAGS AR ARFLAGS CPPFLAGS HOST_CC HOST_CFLAGS TARGET_CC TARGET_CFLAGS
name=${target//-/_}
if [ "$profile" != dist ] && [ "$arch" = "$(uname -m)" ]; then
    compiler=$(command -v gcc)
    archiver=$(command -v ar)
else
    packaging/zig-cc.sh --install >&2
    compiler=$here/packaging/zig-cc.sh
    archiver=$here/packaging/zig-ar.sh
    export ZIG_TARGET=$arch-linux-musl
fi
export "CC_$name=$compiler" "AR_$name=$archiver"
# Blanks separate flags here, so that a directory with one in its name goes unmapped: such a build
# works, but is not reproduced elsewhere.
mapped=
case $cargo_home$here in
*[[:space:]]*) ;;
*) mapped="-ffile-prefix-map=$cargo_home=/cargo -ffile-prefix-map=$here=/hardtarget" ;;
esac
export "CFLAGS_$name=-U_FORTIFY_SOURCE -fno-stack-protector $mapped"

# Half a megabyte less: no symbols (Cargo forgets `strip` for a package with an optimisation of its own), equal functions are put in once, and the addresses to be adjusted at the start
# are written down tersely (musl reads that since 1.2.4, and Rust's own copy is newer).
smaller=()
if [ "$profile" = dist ]; then
    smaller=(-Cstrip=symbols -Clink-arg=--icf=all -Clink-arg=--pack-dyn-relocs=relr)
fi
cargo rustc --locked --profile "$profile" --target "$target" -p "$package" --bin "$program" -- "${smaller[@]}" >&2
echo "$CARGO_TARGET_DIR/$target/$profile/$program"
