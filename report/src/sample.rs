//! Made-up reports for tests and examples of the renderings: a typical one, a long one, ones
//! that went wrong, and one in which every string means harm.

mod earlier;
mod hostile;
mod lynis;
mod native;
mod openscap;
mod packages;
mod vulnerabilities;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::{
    Boot, CheckOutcome, CheckRun, EngineId, EngineOutcome, EngineRun, Finding, Os, Report, Scan,
    Score, ScoredTest, Status, Target, Vulnerability, Waiver,
};

pub use earlier::earlier;
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
                checks: packages::checks(),
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

/// [`typical`], with all that more can be known of it: 41 known vulnerabilities of 12 packages, looked up
/// in advisories of the day before; OpenSCAP's findings; findings that Lynis shares; and waivers, two
/// of which have expired.
#[must_use]
pub fn vulnerable() -> Report {
    let mut report = typical();
    look_up(&mut report, 1, vulnerabilities::vulnerabilities());
    report.packages.push(packages::requests());
    report.engines.push(EngineRun {
        engine: EngineId::OpenScap,
        version: Some("1.3.7".to_owned()),
        outcome: EngineOutcome::Ran,
        duration: Duration::from_millis(9_412),
        checks: openscap::checks(),
    });
    report.findings.extend(openscap::findings());
    report.facts.insert(
        "openscap.profile".to_owned(),
        vec![openscap::PROFILE.to_owned()],
    );
    for finding in &mut report.findings {
        share(finding);
        finding.waiver = waiver(finding);
    }
    // Its finding is merged into ours.
    if let Some(run) = report.engines.first_mut() {
        run.checks.push(check("AUTH-9283", CheckOutcome::Fail));
    }
    report.sort();
    report
}

/// [`vulnerable`], looked up in advisories that are 23 days old.
#[must_use]
pub fn stale() -> Report {
    let mut report = vulnerable();
    report.advisories = Some(vulnerabilities::advisories(FINISHED, 23));
    report
}

/// [`typical`] with `count` vulnerabilities of 250 packages.
#[must_use]
pub fn many_vulnerabilities(count: usize) -> Report {
    let mut report = typical();
    look_up(&mut report, 1, vulnerabilities::many(count));
    report.sort();
    report
}

/// Gives a report vulnerabilities, looked up in advisories that are `days` old.
fn look_up(report: &mut Report, days: i64, found: Vec<Vulnerability>) {
    report.advisories = Some(vulnerabilities::advisories(FINISHED, days));
    for run in &mut report.engines {
        for check in &mut run.checks {
            if check.id == "vulnerabilities" {
                check.outcome = if found.is_empty() {
                    CheckOutcome::Pass
                } else {
                    CheckOutcome::Fail
                };
            }
        }
    }
    report.vulnerabilities = found;
}

/// What Lynis says too.
fn share(finding: &mut Finding) {
    finding.same_as = match &*finding.id {
        "HT-SSH-001" => vec!["SSH-7412".to_owned()],
        "HT-ACC-002" => vec!["AUTH-9283".to_owned()],
        _ => Vec::new(),
    };
}

fn waiver(finding: &Finding) -> Option<Waiver> {
    let (reason, owner, expires) = match (&*finding.id, &*finding.subject) {
        ("HT-IMG-003", "/opt/deploy/keys/deploy.pem") => (
            "The key only reads the public mirror; it goes with the new pipeline (OPS-1207).",
            "platform@example.org",
            date(2026, 12, 31),
        ),
        ("BOOT-5264", _) => (
            "Confined by the service manager of each team.",
            "service-teams@example.org",
            date(2027, 6, 30),
        ),
        ("package_aide_installed", _) => (
            "Instances live for hours: nothing to compare with.",
            "platform@example.org",
            date(2027, 1, 15),
        ),
        ("HT-FS-003", _) => (
            "Until the collector is packaged.",
            "observability@example.org",
            date(2026, 11, 20),
        ),
        _ => return None,
    };
    Some(Waiver {
        reason: reason.to_owned(),
        owner: owner.to_owned(),
        expires,
        expired: expires < FINISHED.to_zoned(TimeZone::UTC).date(),
    })
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
                run.checks = Vec::new();
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

/// A machine with nothing wrong, every check passed, no vulnerability known.
#[must_use]
pub fn spotless() -> Report {
    let mut report = typical();
    look_up(&mut report, 0, Vec::new());
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
    use crate::Severity;

    #[test]
    fn every_sample_travels_as_json_and_back() {
        for report in [
            typical(),
            vulnerable(),
            stale(),
            many_vulnerabilities(3_000),
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
        assert_eq!(many_vulnerabilities(3_000).vulnerabilities.len(), 3_000);
        let report = vulnerable();
        assert_eq!(report.vulnerabilities.len(), 41);
        assert_eq!(report.waived(), 16);
        let expired = |waiver: &Option<Waiver>| waiver.as_ref().is_some_and(|one| one.expired);
        assert!(report.findings.iter().any(|one| expired(&one.waiver)));
        assert!(
            report
                .vulnerabilities
                .iter()
                .any(|one| expired(&one.waiver))
        );
        assert!(report.findings.iter().any(|one| !one.same_as.is_empty()));
    }
}
