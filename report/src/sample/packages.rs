//! The packages of the sample machine.

use super::check;
use crate::{CheckOutcome, CheckRun, Package};

/// Name, version, and the source package where it has another name.
const PACKAGES: &[(&str, &str, &str)] = &[
    ("adduser", "3.134", ""),
    ("apparmor", "3.0.8-3", ""),
    ("apt", "2.6.1", ""),
    ("apt-utils", "2.6.1", "apt"),
    ("base-files", "12.4+deb12u12", ""),
    ("base-passwd", "3.6.1", ""),
    ("bash", "5.2.15-2+b9", ""),
    ("bind9-host", "1:9.18.41-1~deb12u1", "bind9"),
    ("bsdutils", "1:2.38.1-5+deb12u3", "util-linux"),
    ("ca-certificates", "20230311+deb12u1", ""),
    ("chrony", "4.3-2+deb12u1", ""),
    ("cloud-guest-utils", "0.33-1", "cloud-utils"),
    ("cloud-init", "22.4.2-1+deb12u3", ""),
    ("coreutils", "9.1-1", ""),
    ("cpio", "2.13+dfsg-7.1", ""),
    ("cron", "3.0pl1-162", ""),
    ("curl", "7.88.1-10+deb12u12", ""),
    ("dash", "0.5.12-2", ""),
    ("dbus", "1.14.10-1~deb12u1", ""),
    ("debconf", "1.5.82", ""),
    ("debian-archive-keyring", "2023.3+deb12u2", ""),
    ("diffutils", "1:3.8-4", ""),
    ("dpkg", "1.21.22", ""),
    ("e2fsprogs", "1.47.0-2+b2", ""),
    ("ethtool", "1:6.1-1", ""),
    ("fdisk", "2.38.1-5+deb12u3", "util-linux"),
    ("file", "1:5.44-3", ""),
    ("findutils", "4.9.0-4", ""),
    ("gcc-12", "12.2.0-14+deb12u1", ""),
    ("gcc-12-base", "12.2.0-14+deb12u1", "gcc-12"),
    ("gpgv", "2.2.40-1.1+deb12u1", "gnupg2"),
    ("grep", "3.8-5", ""),
    ("grub-cloud-amd64", "0.1.0", "grub-cloud"),
    ("gzip", "1.12-1", ""),
    ("hostname", "3.23+nmu1", ""),
    ("init-system-helpers", "1.65.2+deb12u1", ""),
    ("initramfs-tools", "0.142+deb12u3", ""),
    ("iproute2", "6.1.0-3", ""),
    ("iptables", "1.8.9-2", ""),
    ("iputils-ping", "3:20221126-1+deb12u1", "iputils"),
    ("jq", "1.6-2.1+deb12u1", ""),
    ("kmod", "30+20221128-1", ""),
    ("less", "590-2.1~deb12u2", ""),
    ("libc-bin", "2.36-9+deb12u13", "glibc"),
    ("libc6", "2.36-9+deb12u13", "glibc"),
    ("libpam-modules", "1.5.2-6+deb12u1", "pam"),
    ("libpam-systemd", "252.39-1~deb12u1", "systemd"),
    ("libpython3.11", "3.11.2-6+deb12u6", "python3.11"),
    ("libssl3", "3.0.17-1~deb12u2", "openssl"),
    ("libsystemd0", "252.39-1~deb12u1", "systemd"),
    (
        "linux-image-6.1.0-38-cloud-amd64",
        "6.1.148-1",
        "linux-signed-amd64",
    ),
    ("linux-image-amd64", "6.1.148-1", "linux-signed-amd64"),
    ("locales", "2.36-9+deb12u13", "glibc"),
    ("login", "1:4.13+dfsg1-1+deb12u1", "shadow"),
    ("logrotate", "3.21.0-1", ""),
    ("mawk", "1.3.4.20200120-3.1", ""),
    ("mount", "2.38.1-5+deb12u3", "util-linux"),
    ("nano", "7.2-1+deb12u1", ""),
    ("netbase", "6.4", ""),
    ("nftables", "1.0.6-2+deb12u2", ""),
    ("openssh-client", "1:9.2p1-2+deb12u7", "openssh"),
    ("openssh-server", "1:9.2p1-2+deb12u7", "openssh"),
    ("openssl", "3.0.17-1~deb12u2", ""),
    ("passwd", "1:4.13+dfsg1-1+deb12u1", "shadow"),
    ("perl-base", "5.36.0-7+deb12u2", "perl"),
    ("procps", "2:4.0.2-3", ""),
    ("python3", "3.11.2-1+b1", "python3-defaults"),
    ("python3-apt", "2.6.0", "python-apt"),
    ("python3-jinja2", "3.1.2-1+deb12u2", "jinja2"),
    ("python3-urllib3", "1.26.12-1+deb12u1", "python-urllib3"),
    ("python3.11", "3.11.2-6+deb12u6", ""),
    ("rsyslog", "8.2302.0-1", ""),
    ("screen", "4.9.0-4", ""),
    ("sed", "4.9-1", ""),
    ("sudo", "1.9.13p3-1+deb12u2", ""),
    ("systemd", "252.39-1~deb12u1", ""),
    ("systemd-sysv", "252.39-1~deb12u1", "systemd"),
    ("sysvinit-utils", "3.06-4", "sysvinit"),
    ("tar", "1.34+dfsg-1.2+deb12u1", ""),
    ("tcpdump", "4.99.3-1", ""),
    ("tzdata", "2025b-0+deb12u2", ""),
    ("udev", "252.39-1~deb12u1", "systemd"),
    ("unattended-upgrades", "2.9.1+nmu3", ""),
    ("util-linux", "2.38.1-5+deb12u3", ""),
    ("vim-tiny", "2:9.0.1378-2+deb12u2", "vim"),
    ("wget", "1.21.3-1+deb12u1", ""),
    ("xz-utils", "5.4.1-1", ""),
    ("zlib1g", "1:1.2.13.dfsg-1", "zlib"),
];

pub(super) fn packages() -> Vec<Package> {
    PACKAGES
        .iter()
        .map(|(name, version, source)| Package {
            name: (*name).to_owned(),
            version: (*version).to_owned(),
            arch: Some(
                if matches!(*name, "adduser" | "ca-certificates" | "netbase" | "tzdata") {
                    "all"
                } else {
                    "amd64"
                }
                .to_owned(),
            ),
            kind: "deb".to_owned(),
            source: (!source.is_empty()).then(|| (*source).to_owned()),
            source_version: None,
            module: None,
            location: None,
        })
        .collect()
}

/// A package of a language's own, beside those of the distribution.
pub(super) fn requests() -> Package {
    Package {
        name: "requests".to_owned(),
        version: "2.28.1".to_owned(),
        arch: None,
        kind: "pypi".to_owned(),
        source: None,
        source_version: None,
        module: None,
        location: Some(
            "/opt/collector/lib/python3.11/site-packages/requests-2.28.1.dist-info/METADATA"
                .to_owned(),
        ),
    }
}

pub(super) fn checks() -> Vec<CheckRun> {
    vec![check(
        "vulnerabilities",
        CheckOutcome::Unknown(
            "no advisories were given (--advisories FILE), and the machine's repositories tell of none"
                .to_owned(),
        ),
    )]
}
