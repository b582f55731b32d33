#!/bin/sh
# Gets a SCAP Security Guide with the CIS benchmark of Debian 12: fetches one pinned Debian package, checks its
# SHA-256 and unpacks it. Prints the directory with its data streams. Needs curl and dpkg-deb.
#
#   tests/agree/guide.sh [DIRECTORY]     where to keep it: .cache/guide unless said
#
# HARDTARGET_GUIDE_DEB may name a copy of the package at hand; it must have the same SHA-256.
# Debian 12's own ssg-debian (0.1.65) has nothing for Debian 12, and Debian 13's (0.1.76) no CIS profile.
set -eu

VERSION=0.1.82
PACKAGE=ssg-debian_0.1.82-1_all.deb
SHA256=cfde145916f1f37ec96c0fe2a9ea5f44a2db0ee6f0a2dacfcf86534c0977755a
SOURCES="
https://deb.debian.org/debian/pool/main/s/scap-security-guide/$PACKAGE
http://deb.debian.org/debian/pool/main/s/scap-security-guide/$PACKAGE
https://snapshot.debian.org/archive/debian/20261101T000000Z/pool/main/s/scap-security-guide/$PACKAGE
"

fail() {
    echo "tests/agree/guide.sh: $*" >&2
    exit 1
}

here=$(cd "$(dirname "$0")/../.." && pwd)
cache=${1:-"$here/.cache/guide"}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
tree=$cache/$VERSION
streams=$tree/usr/share/xml/scap/ssg/content

if [ -e "$streams/ssg-debian12-ds.xml" ]; then
    echo "$streams"
    exit 0
fi

matches() {
    [ -f "$1" ] && echo "$SHA256  $1" | sha256sum --check --status
}

deb=$cache/$PACKAGE
if ! matches "$deb"; then
    rm -f "$deb" "$deb.part"
    if [ -n "${HARDTARGET_GUIDE_DEB:-}" ]; then
        matches "$HARDTARGET_GUIDE_DEB" ||
            fail "$HARDTARGET_GUIDE_DEB is not $PACKAGE (SHA-256 $SHA256)"
        cp "$HARDTARGET_GUIDE_DEB" "$deb"
    else
        for source in $SOURCES; do
            if curl --fail --silent --show-error --location --retry 2 \
                --connect-timeout 15 --max-time 120 --output "$deb.part" "$source" && matches "$deb.part"; then
                mv "$deb.part" "$deb"
                break
            fi
            rm -f "$deb.part"
        done
        [ -f "$deb" ] ||
            fail "no source gave $PACKAGE; fetch it elsewhere and set HARDTARGET_GUIDE_DEB to it"
    fi
fi

# Unpacked aside and renamed: half a tree is never taken for a whole one.
unpacked=$(mktemp -d "$cache/unpack.XXXXXX")
trap 'rm -rf "$unpacked"' EXIT
dpkg-deb --extract "$deb" "$unpacked/tree"
chmod 755 "$unpacked/tree"
rm -rf "$tree"
mv "$unpacked/tree" "$tree"
echo "$streams"
