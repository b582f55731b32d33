#!/usr/bin/env bash
# Installs what `make test` needs, and only what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/need.sh \
    cc=gcc \
    /usr/include/stdio.h=libc6-dev \
    git=git \
    python3=python3 \
    python3:ensurepip=python3-venv \
    shellcheck=shellcheck \
    mmdebstrap=mmdebstrap \
    busybox=busybox \
    curl=curl \
    wget=wget \
    openssl=openssl \
    shasum=perl \
    ip=iproute2 \
    mke2fs=e2fsprogs \
    systemd-nspawn=systemd-container \
    rpm=rpm \
    /usr/share/perl5/Dpkg/Version.pm=libdpkg-perl \
    sqlite3=sqlite3 \
    jq=jq \
    chromium=chromium \
    node=nodejs \
    npm=npm

if [ -f tests/browser/package-lock.json ]; then
    # The browser is Debian's: nothing else is fetched.
    (cd tests/browser && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
fi
if [ -x tests/validators/install.sh ]; then
    tests/validators/install.sh
fi
tests/cloud/install.sh
tests/cloud/iam/install.sh
packaging/lynis.sh >/dev/null
