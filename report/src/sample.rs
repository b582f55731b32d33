//! Made-up reports for tests and examples of the renderings: a typical one, a long one, ones
//! that went wrong, and one in which every string means harm.

mod hostile;
mod lynis;
mod native;
mod packages;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    Advisories, Boot, CheckOutcome, CheckRun, EngineId, EngineOutcome, EngineRun, Feed, Finding,
    Fix, Origin, Os, Rated, Report, Scan, Score, ScoredTest, Severity, Status, Target,
    Vulnerability,
};

pub use hostile::hostile;

/// 2026-11-21 06:14:07 UTC, when the samples were scanned.
const STARTED: Timestamp = Timestamp::constant(1_795_241_647, 0);
const FINISHED: Timestamp = Timestamp::constant(1_795_241_701, 400_000_000);

/// A scan of a Debian AMI that went well: more than a hundred findings of every severity, a score,
/// and some checks that could not look.
#[must_use]
pub fn typical() -> Report {
    let mut report = Report {
        scan: Scan {
            id: "7f0c5b1e9a4d4c60b8f21d3e6a75c904".to_owned(),
            agent_version: "0.1.0".to_owned(),
            started: STARTED,
            finished: FINISHED,
            status: Status::Complete,
            why: Vec::new(),
        },
        target: target(),
        score: Some(score()),
        engines: vec![
            EngineRun {
                engine: EngineId::Lynis,
                version: Some("3.1.4".to_owned()),
                outcome: EngineOutcome::Ran,
                duration: Duration::from_millis(48_730),
                checks: lynis::checks(),
            },
            EngineRun {
                engine: EngineId::Native,
                version: Some("0.1.0".to_owned()),
                outcome: EngineOutcome::Ran,
                duration: Duration::from_millis(312),
                checks: native::checks(),
            },
            EngineRun {
                engine: EngineId::Packages,
                version: None,
                outcome: EngineOutcome::Ran,
                duration: Duration::from_millis(87),
                checks: Vec::new(),
            },
        ],
        findings: native::findings()
            .into_iter()
            .chain(lynis::findings())
            .collect(),
        advisories: None,
        vulnerabilities: Vec::new(),
        packages: packages::packages(),
        facts: facts(),
    };
    report.sort();
    report
}

/// [`typical`], with known vulnerabilities of its packages.
#[must_use]
pub fn vulnerable() -> Report {
    let mut report = typical();
    report.advisories = Some(Advisories {
        origin: Origin::File,
        built: Some(STARTED),
        sha256: Some("9".repeat(64)),
        feeds: vec![Feed {
            name: "Debian:12".to_owned(),
            as_of: Some(STARTED),
            entries: 41_213,
        }],
    });
    report.vulnerabilities = [
        (
            "CVE-2026-31337",
            "libssl3",
            "3.0.17-1~deb12u2",
            Some("3.0.18-1~deb12u1"),
            Severity::Critical,
        ),
        (
            "CVE-2026-20417",
            "linux-image-amd64",
            "6.1.148-1",
            Some("6.1.158-1"),
            Severity::High,
        ),
        (
            "CVE-2026-11002",
            "curl",
            "7.88.1-10+deb12u12",
            Some("7.88.1-10+deb12u14"),
            Severity::Medium,
        ),
        (
            "CVE-2025-90210",
            "perl-base",
            "5.36.0-7+deb12u2",
            None,
            Severity::Low,
        ),
    ]
    .into_iter()
    .map(|(id, package, installed, fixed, severity)| Vulnerability {
        id: id.to_owned(),
        package: package.to_owned(),
        kind: "deb".to_owned(),
        installed: installed.to_owned(),
        source: None,
        fix: fixed.map_or(Fix::None, |fixed| Fix::Available(fixed.to_owned())),
        severity,
        rated: Rated::Vendor,
        cvss: None,
        advisory: Some(format!("https://security-tracker.debian.org/tracker/{id}")),
        waiver: None,
    })
    .collect();
    report.sort();
    report
}

/// Lynis was killed at its deadline: no score, and some of the report is missing.
#[must_use]
pub fn partial() -> Report {
    let mut report = typical();
    let why = "Lynis part 2 of 2 was stopped at its deadline of 240 s, during FILE-7524";
    report.scan.status = Status::Partial;
    report.scan.why = vec![
        format!("lynis: {why}"),
        "packages: dpkg's status file could not be read: /var/lib/dpkg/status: permission denied"
            .to_owned(),
    ];
    report.score = None;
    report.target.privileged = false;
    report.packages = Vec::new();
    for run in &mut report.engines {
        match run.engine {
            EngineId::Lynis => run.outcome = EngineOutcome::Partial(why.to_owned()),
            EngineId::Packages => {
                run.outcome = EngineOutcome::Failed(
                    "/var/lib/dpkg/status: permission denied; run the scan as root".to_owned(),
                );
            }
            EngineId::Native | EngineId::OpenScap => {}
        }
    }
    report
        .findings
        .retain(|finding| finding.engine == EngineId::Native || finding.id.as_str() < "FILE");
    report
}

/// No engine gave anything.
#[must_use]
pub fn failed() -> Report {
    let mut report = typical();
    report.scan.status = Status::Failed;
    report.scan.why = vec![
        "lynis: there is no Lynis in this build, and none at /usr/sbin/lynis".to_owned(),
        "native: the worker was killed by signal 9 after 3 s".to_owned(),
    ];
    report.score = None;
    report.findings = Vec::new();
    report.packages = Vec::new();
    report.facts = BTreeMap::new();
    for run in &mut report.engines {
        run.checks = Vec::new();
        run.duration = Duration::ZERO;
        run.outcome = match run.engine {
            EngineId::Packages | EngineId::OpenScap => {
                EngineOutcome::Skipped("left out with --engine".to_owned())
            }
            EngineId::Lynis | EngineId::Native => {
                EngineOutcome::Failed("it ended before it could report".to_owned())
            }
        };
    }
    report
}

/// A machine with nothing wrong, every check passed.
#[must_use]
pub fn spotless() -> Report {
    let mut report = typical();
    report.findings = Vec::new();
    for check in report.engines.iter_mut().flat_map(|run| &mut run.checks) {
        if check.outcome == CheckOutcome::Fail {
            check.outcome = CheckOutcome::Pass;
        }
    }
    if let Some(score) = &mut report.score {
        score.index = 100;
        score.points = score.max_points;
        for test in &mut score.tests {
            test.points = test.max_points;
        }
    }
    report
}

/// [`typical`] with `findings` findings instead of its own: half of them alone with their id, the
/// rest ten to an id.
#[must_use]
pub fn many(findings: usize) -> Report {
    let mut report = typical();
    let templates = report.findings.clone();
    report.findings = templates
        .into_iter()
        .cycle()
        .take(findings)
        .enumerate()
        .map(|(number, template)| {
            let group = if number < findings / 2 {
                number
            } else {
                findings / 2 + number / 10
            };
            Finding {
                id: format!("HT-BULK-{group:04}"),
                title: format!("{} ({group})", template.title),
                subject: format!("/srv/data/{number:05}/{}", template.category),
                ..template
            }
            .with_fingerprint()
        })
        .collect();
    report.sort();
    report
}

fn target() -> Target {
    let text = |text: &str| Some(text.to_owned());
    Target {
        ami: text("ami-0c1f3a9b27d5e8846"),
        instance: text("i-0a7d1e5c93b2f4608"),
        account: text("210987654321"),
        region: text("eu-central-1"),
        instance_type: text("t3.small"),
        arch: text("x86_64"),
        hostname: text("ip-10-20-4-117"),
        root: "/".to_owned(),
        live: true,
        privileged: true,
        os: Os {
            id: text("debian"),
            version_id: text("12"),
            pretty_name: text("Debian GNU/Linux 12 (bookworm)"),
        },
        kernel: text("6.1.0-38-cloud-amd64"),
        boot: Boot {
            firmware: text("uefi"),
            secure_boot: Some(false),
            init: text("systemd"),
            virtualization: text("amazon"),
        },
    }
}

fn score() -> Score {
    let mut tests = lynis::scored_tests();
    tests.sort_by(|a, b| a.id.cmp(&b.id));
    let points: u32 = tests.iter().map(|test| test.points).sum();
    let max_points: u32 = tests.iter().map(|test| test.max_points).sum();
    Score {
        index: u8::try_from((points * 100).checked_div(max_points).unwrap_or(0)).unwrap_or(100),
        points: Some(points),
        max_points: Some(max_points),
        lynis_version: "3.1.4".to_owned(),
        profile: "default".to_owned(),
        profile_sha256: Some(
            "5d2b0c9a417f36e88d1e4fa7702cb96d3f50e1849a6c27bb81f0d4e35a9c7216".to_owned(),
        ),
        tests,
    }
}

fn facts() -> BTreeMap<String, Vec<String>> {
    [
        ("lynis.boot_loader", vec!["GRUB2"]),
        ("lynis.cron_daemon", vec!["running"]),
        ("lynis.firewall_software", vec!["iptables", "nftables"]),
        (
            "lynis.kernel_modules",
            vec!["ena", "ext4", "nf_tables", "nvme", "nvme_core", "x_tables"],
        ),
        ("lynis.network_interface", vec!["lo", "ens5"]),
        ("lynis.ntp_daemon", vec!["chronyd"]),
        (
            "lynis.shells_available",
            vec!["/bin/sh", "/bin/bash", "/usr/bin/screen"],
        ),
        ("lynis.uptime_in_days", vec!["0"]),
        (
            "native.listening",
            vec![
                "tcp 0.0.0.0:22 sshd",
                "tcp [::]:22 sshd",
                "udp 127.0.0.1:323 chronyd",
            ],
        ),
        ("native.selinux", vec!["absent"]),
        ("native.apparmor", vec!["enforcing, 17 profiles"]),
    ]
    .into_iter()
    .map(|(name, values)| {
        (
            name.to_owned(),
            values.into_iter().map(str::to_owned).collect(),
        )
    })
    .collect()
}

fn check(id: &str, outcome: CheckOutcome) -> CheckRun {
    CheckRun {
        id: id.to_owned(),
        outcome,
    }
}

fn scored(id: &str, points: u32, max_points: u32) -> ScoredTest {
    ScoredTest {
        id: id.to_owned(),
        points,
        max_points,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_travels_as_json_and_back() {
        for report in [
            typical(),
            vulnerable(),
            partial(),
            failed(),
            spotless(),
            many(2_000),
            hostile(),
        ] {
            let json = crate::v1::to_json(&report).unwrap();
            assert_eq!(crate::v1::parse(json.as_bytes()).unwrap(), report);
        }
    }

    #[test]
    fn the_samples_are_as_rich_as_they_say() {
        let report = typical();
        assert!(report.findings.len() >= 100, "{}", report.findings.len());
        assert!(
            Severity::ALL
                .iter()
                .all(|severity| report.counts().get(*severity) > 0)
        );
        assert_eq!(many(2_000).findings.len(), 2_000);
    }
}
