#!/usr/bin/env bash
# Builds a release into dist/<version>/: static binaries for each architecture, the man page, shell
# completions, licences and SHA256SUMS. Fails when a binary is too big, not static or does not start.
set -euo pipefail
cd "$(dirname "$0")/.."
most=$((8 * 1024 * 1024))

version=$(cargo pkgid --locked -p hardtarget-agent)
version=${version##*[@#]}
out=dist/$version

packaging/need.sh readelf=binutils python3=python3

# Runs a binary of any architecture.
run() {
    local arch=$1
    shift
    if [ "$arch" = "$(uname -m)" ]; then
        "$@"
    else
        packaging/need.sh "qemu-$arch-static=qemu-user-static"
        "qemu-$arch-static" "$@"
    fi
}

rm -rf "$out"
mkdir -p "$out"
for arch in x86_64 aarch64; do
    built=$(packaging/static.sh "$arch")
    install -D -m 755 "$built" "$out/$arch/hardtarget-agent"
    binary=$out/$arch/hardtarget-agent

    size=$(stat -c %s "$binary")
    if [ "$size" -gt "$most" ]; then
        echo "$binary has $size bytes, and at most $most are allowed" >&2
        exit 1
    fi
    if readelf -lW "$binary" | grep -q INTERP || readelf -dW "$binary" | grep -q NEEDED; then
        echo "$binary is not static" >&2
        exit 1
    fi
    said=$(run "$arch" "$binary" --version)
    if [[ $said != *"$version"* ]]; then
        echo "$binary --version says \"$said\", expected $version" >&2
        exit 1
    fi
    echo "$binary: $size bytes, static, says \"$said\""
    # What makes the files for --advisories; it runs where there is a network and room enough.
    built=$(packaging/static.sh "$arch" dist hardtarget-advisories)
    install -D -m 755 "$built" "$out/$arch/hardtarget-advisories"
    # The ledger's command line, and the fleet's page made of a folder of reports.
    built=$(packaging/static.sh "$arch" dist hardtarget-ledger)
    install -D -m 755 "$built" "$out/$arch/hardtarget-ledger"
done

agent=$out/$(uname -m)/hardtarget-agent
mkdir -p "$out/man" "$out/completions"
"$agent" man >"$out/man/hardtarget-agent.1"
"$agent" completions bash >"$out/completions/hardtarget-agent.bash"
"$agent" completions zsh >"$out/completions/_hardtarget-agent"
"$agent" completions fish >"$out/completions/hardtarget-agent.fish"

packaging/third-party.py "$(packaging/lynis.sh)" >"$out/THIRD-PARTY.txt"
cp LICENSE-MIT LICENSE-APACHE "$out/"
sums=$(cd "$out" && find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum)
echo "$sums" >"$out/SHA256SUMS"
echo "The release is in $out"
