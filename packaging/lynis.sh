#!/bin/sh
# Gets Lynis: fetches one pinned Debian package, checks its SHA-256 and unpacks it into a tree that
# runs from its own directory. Prints that directory. Needs curl and a Debian base.
#
#   packaging/lynis.sh [DIRECTORY]     where to keep it: .cache/lynis unless said
#
# HARDTARGET_LYNIS_DEB may name a copy of the package at hand; it must have the same SHA-256.
# Debian's package is taken because its bytes stay: the pool has them as long as the release lives,
# snapshot.debian.org for good. It is upstream's 3.1.4 with Debian's plugin; no source is altered
# that a scan runs (the launcher has Debian's paths, which --usecwd does not use).
set -eu

VERSION=3.1.4
PACKAGE=lynis_3.1.4-1_all.deb
SHA256=0cc9791cdabefe427c6eaf5643d10714aa84fb27b6105ec7773391e6f513fb97
SOURCES="
https://deb.debian.org/debian/pool/main/l/lynis/$PACKAGE
http://deb.debian.org/debian/pool/main/l/lynis/$PACKAGE
https://snapshot.debian.org/archive/debian/20250301T000000Z/pool/main/l/lynis/$PACKAGE
"

fail() {
    echo "packaging/lynis.sh: $*" >&2
    exit 1
}

here=$(cd "$(dirname "$0")/.." && pwd)
cache=${1:-"$here/.cache/lynis"}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
tree=$cache/$VERSION
# What a finished tree was made of, and how: a new way of making it needs a new word.
MARK="$SHA256 with LICENSE"
deb=$cache/$PACKAGE

# The mark is written last and names the package: half a tree is never taken for a whole one.
if [ -f "$tree/.from" ] && [ "$(cat "$tree/.from")" = "$MARK" ]; then
    echo "$tree"
    exit 0
fi

matches() {
    [ -f "$1" ] && echo "$SHA256  $1" | sha256sum --check --status
}

if ! matches "$deb"; then
    rm -f "$deb" "$deb.part"
    if [ -n "${HARDTARGET_LYNIS_DEB:-}" ]; then
        matches "$HARDTARGET_LYNIS_DEB" ||
            fail "$HARDTARGET_LYNIS_DEB is not $PACKAGE (SHA-256 $SHA256)"
        cp "$HARDTARGET_LYNIS_DEB" "$deb"
    else
        command -v curl >/dev/null || fail "curl is needed: apt-get install curl"
        for source in $SOURCES; do
            if curl --fail --silent --show-error --location --retry 2 \
                --connect-timeout 15 --max-time 120 --output "$deb.part" "$source"; then
                if matches "$deb.part"; then
                    mv "$deb.part" "$deb"
                    break
                fi
                echo "packaging/lynis.sh: $source has other bytes than expected, left alone" >&2
            fi
            rm -f "$deb.part"
        done
        [ -f "$deb" ] ||
            fail "no source gave $PACKAGE; fetch it elsewhere and set HARDTARGET_LYNIS_DEB to it"
    fi
fi

unpacked=$(mktemp -d "$cache/unpack.XXXXXX")
trap 'rm -rf "$unpacked"' EXIT
if command -v dpkg-deb >/dev/null; then
    dpkg-deb --extract "$deb" "$unpacked/deb"
else
    mkdir "$unpacked/deb"
    (cd "$unpacked" && ar x "$deb" && tar -xf data.tar.* -C deb)
fi

# Only English is ever used: the scan runs under LC_ALL=C.
new=$unpacked/tree
mkdir -p "$new/db/languages" "$new/plugins"
cp "$unpacked/deb/usr/sbin/lynis" "$new/lynis"
cp -R "$unpacked/deb/usr/share/lynis/include" "$new/include"
for file in "$unpacked"/deb/usr/share/lynis/db/*; do
    if [ -f "$file" ]; then cp "$file" "$new/db/"; fi
done
cp "$unpacked/deb/usr/share/lynis/db/languages/en" "$new/db/languages/en"
cp "$unpacked"/deb/etc/lynis/plugins/plugin_*_phase* "$new/plugins/"
cp "$unpacked/deb/etc/lynis/default.prf" "$new/default.prf"
cp "$unpacked/deb/usr/share/doc/lynis/copyright" "$new/copyright"
find "$new" -type d -exec chmod 755 {} +
find "$new" -type f -exec chmod 644 {} +
# The licence goes where the program goes: the tree travels inside the binary.
cp "$here/packaging/GPL-3.0.txt" "$new/LICENSE"
chmod 644 "$new/LICENSE"
echo "$MARK" >"$new/.from"

rm -rf "$tree"
mv "$new" "$tree"
echo "$tree"
