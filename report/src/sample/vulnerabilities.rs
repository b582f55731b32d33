//! The vulnerabilities of the sample machine; the CVEs and advisories are made up.

use jiff::{SignedDuration, Timestamp};

use crate::{Advisories, Feed, Fix, Origin, Rated, Severity, Vulnerability, Waiver};

use Severity::{Critical, High, Info, Low, Medium};

/// What repairs a row: the version and its advisory, nothing for now, or nothing ever.
enum Repair {
    In(&'static str, &'static str),
    NotYet,
    Never,
}
use Repair::{In, Never, NotYet};

/// Source package, its installed packages with a version each, and its vulnerabilities: number,
/// severity, CVSS base score (empty for none) and what repairs them.
type Source = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, Option<Severity>, &'static str, Repair)],
);

const SOURCES: &[Source] = &[
    (
        "openssl",
        &[
            ("libssl3", "3.0.17-1~deb12u2"),
            ("openssl", "3.0.17-1~deb12u2"),
        ],
        &[
            (
                "CVE-2026-31337",
                Some(Critical),
                "9.8",
                In("3.0.18-1~deb12u1", "DSA-6204-1"),
            ),
            (
                "CVE-2026-31338",
                Some(Medium),
                "5.9",
                In("3.0.18-1~deb12u1", "DSA-6204-1"),
            ),
            (
                "CVE-2026-27750",
                Some(High),
                "7.5",
                In("3.0.17-1~deb12u3", "DSA-6119-1"),
            ),
        ],
    ),
    (
        "linux-signed-amd64",
        &[("linux-image-6.1.0-38-cloud-amd64", "6.1.148-1")],
        &[
            (
                "CVE-2026-20417",
                Some(High),
                "7.8",
                In("6.1.158-1", "DSA-6211-1"),
            ),
            (
                "CVE-2026-20421",
                Some(High),
                "7.8",
                In("6.1.158-1", "DSA-6211-1"),
            ),
            (
                "CVE-2026-20433",
                Some(Medium),
                "5.5",
                In("6.1.158-1", "DSA-6211-1"),
            ),
            ("CVE-2026-20490", None, "", In("6.1.158-1", "DSA-6211-1")),
            (
                "CVE-2026-19002",
                Some(Medium),
                "4.7",
                In("6.1.153-1", "DSA-6150-1"),
            ),
            ("CVE-2026-33871", Some(Medium), "5.5", NotYet),
            ("CVE-2019-98211", Some(Low), "3.3", Never),
        ],
    ),
    (
        "glibc",
        &[
            ("libc-bin", "2.36-9+deb12u13"),
            ("libc6", "2.36-9+deb12u13"),
            ("locales", "2.36-9+deb12u13"),
        ],
        &[
            (
                "CVE-2026-24880",
                Some(High),
                "8.1",
                In("2.36-9+deb12u14", "DSA-6188-1"),
            ),
            ("CVE-2019-91010", Some(Low), "", Never),
        ],
    ),
    (
        "curl",
        &[("curl", "7.88.1-10+deb12u12")],
        &[
            (
                "CVE-2026-11002",
                Some(Medium),
                "6.5",
                In("7.88.1-10+deb12u14", "DLA-4310-1"),
            ),
            ("CVE-2026-11003", Some(Low), "", NotYet),
        ],
    ),
    (
        "sudo",
        &[("sudo", "1.9.13p3-1+deb12u2")],
        &[(
            "CVE-2026-32462",
            Some(Critical),
            "9.3",
            In("1.9.13p3-1+deb12u3", "DSA-6207-1"),
        )],
    ),
    (
        "openssh",
        &[
            ("openssh-client", "1:9.2p1-2+deb12u7"),
            ("openssh-server", "1:9.2p1-2+deb12u7"),
        ],
        &[
            (
                "CVE-2026-26465",
                Some(High),
                "",
                In("1:9.2p1-2+deb12u8", "DSA-6196-1"),
            ),
            ("CVE-2020-94145", Some(Low), "5.9", Never),
        ],
    ),
    (
        "vim",
        &[("vim-tiny", "2:9.0.1378-2+deb12u2")],
        &[
            ("CVE-2026-53905", Some(Low), "4.1", NotYet),
            ("CVE-2026-53906", Some(Low), "4.1", NotYet),
            ("CVE-2026-55157", None, "", NotYet),
        ],
    ),
    (
        "perl",
        &[("perl-base", "5.36.0-7+deb12u2")],
        &[("CVE-2025-90210", Some(Medium), "5.9", Never)],
    ),
    (
        "systemd",
        &[
            ("libpam-systemd", "252.39-1~deb12u1"),
            ("libsystemd0", "252.39-1~deb12u1"),
            ("systemd", "252.39-1~deb12u1"),
            ("systemd-sysv", "252.39-1~deb12u1"),
            ("udev", "252.39-1~deb12u1"),
        ],
        &[(
            "CVE-2026-40228",
            Some(Medium),
            "4.7",
            In("252.39-1~deb12u2", "DSA-6181-1"),
        )],
    ),
    (
        "xz-utils",
        &[("xz-utils", "5.4.1-1")],
        &[(
            "CVE-2026-31115",
            Some(High),
            "8.7",
            In("5.4.1-1+deb12u1", "DSA-6123-1"),
        )],
    ),
    (
        "python3.11",
        &[
            ("libpython3.11", "3.11.2-6+deb12u6"),
            ("python3.11", "3.11.2-6+deb12u6"),
        ],
        &[
            (
                "CVE-2026-60690",
                Some(Medium),
                "4.3",
                In("3.11.2-6+deb12u7", "DLA-4298-1"),
            ),
            ("CVE-2026-61941", Some(Info), "", NotYet),
        ],
    ),
    (
        "tar",
        &[("tar", "1.34+dfsg-1.2+deb12u1")],
        &[("CVE-2005-92541", Some(Low), "", Never)],
    ),
];

/// What the sample machine's vulnerabilities were looked up in, `days` before `finished`.
pub(super) fn advisories(finished: Timestamp, days: i64) -> Advisories {
    let before = |hours: i64| finished.checked_sub(SignedDuration::from_hours(hours)).ok();
    Advisories {
        origin: Origin::File,
        built: before(24 * days + 3),
        sha256: Some("c1f04a6be25b1d0e7b9b4c3a86a1a0f8d6f2bd7c3a5e90412f68d3b7e2490a5c".to_owned()),
        feeds: vec![Feed {
            name: "Debian:12".to_owned(),
            as_of: before(24 * days + 5),
            entries: 41_213,
        }],
    }
}

pub(super) fn vulnerabilities() -> Vec<Vulnerability> {
    let mut rows: Vec<Vulnerability> = SOURCES.iter().flat_map(rows).collect();
    for row in &mut rows {
        row.waiver = match &*row.id {
            "CVE-2019-91010" => Some(Waiver {
                reason: "Needs a local account on a machine that has none but root (SEC-412)."
                    .to_owned(),
                owner: "platform@example.org".to_owned(),
                expires: jiff::civil::date(2027, 3, 31),
                expired: false,
            }),
            "CVE-2026-31115" => Some(Waiver {
                reason: "Nothing here unpacks what others send.".to_owned(),
                owner: "platform@example.org".to_owned(),
                expires: jiff::civil::date(2026, 10, 31),
                expired: true,
            }),
            _ => None,
        };
    }
    rows
}

fn rows((source, packages, known): &'static Source) -> impl Iterator<Item = Vulnerability> {
    packages.iter().flat_map(move |(package, installed)| {
        known
            .iter()
            .map(move |(id, severity, cvss, repair)| Vulnerability {
                id: (*id).to_owned(),
                package: (*package).to_owned(),
                kind: "deb".to_owned(),
                installed: (*installed).to_owned(),
                source: (package != source).then(|| (*source).to_owned()),
                fix: match repair {
                    In(version, _) => Fix::Available((*version).to_owned()),
                    NotYet => Fix::None,
                    Never => Fix::WontFix,
                },
                severity: severity.unwrap_or(Medium),
                rated: match (severity, cvss) {
                    (None, _) => Rated::Unrated,
                    // What rests on the score alone, as with a feed that has no words of its own.
                    (Some(Medium), score) if !score.is_empty() => Rated::Cvss,
                    (Some(_), _) => Rated::Vendor,
                },
                cvss: (!cvss.is_empty()).then(|| (*cvss).to_owned()),
                advisory: match repair {
                    In(_, advisory) => Some((*advisory).to_owned()),
                    NotYet | Never => None,
                },
                waiver: None,
            })
    })
}

/// `count` vulnerabilities of 250 packages, three packages to a source, each with several advisories.
pub(super) fn many(count: usize) -> Vec<Vulnerability> {
    (0..count)
        .map(|number| {
            let (package, round) = (number % 250, number / 250);
            let source = package / 3;
            let repaired = number % 5 != 4;
            Vulnerability {
                id: format!("CVE-2026-{}", 40_000 + source * 100 + round),
                package: format!("libbulk{package}"),
                kind: "deb".to_owned(),
                installed: "2.36-9+deb12u1".to_owned(),
                source: Some(format!("bulk{source:02}")),
                fix: match (repaired, number % 2) {
                    (true, _) => Fix::Available(format!("2.36-9+deb12u{}", 2 + round / 4)),
                    (false, 0) => Fix::None,
                    (false, _) => Fix::WontFix,
                },
                severity: Severity::ALL
                    .into_iter()
                    .nth((source + round) % 5)
                    .unwrap_or(Medium),
                rated: Rated::Vendor,
                cvss: Some("6.1".to_owned()),
                advisory: repaired.then(|| format!("DSA-7{source:02}{}-1", round / 4)),
                waiver: None,
            }
        })
        .collect()
}
