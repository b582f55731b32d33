//! Any Lynis report file (2.4 and later) as a report of ours: what `render` reads.

use std::time::Duration;

use hardtarget_report::{
    Boot, CheckOutcome, EngineId, EngineOutcome, EngineRun, Os, Report, Scan, Score, Status,
    Target, clean_line,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::log::{self, Log};
use super::report_file::{self, ReportFile};
use super::{coverage, facts, findings};

/// Why a file is no Lynis report.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// Nothing in it says that Lynis wrote it.
    #[error(
        "this is no Lynis report: it names no lynis_version (a report file is usually /var/log/lynis-report.dat)"
    )]
    NotLynis,
}

/// Turns a Lynis report file, and its log where it is at hand, into a report. The same bytes give
/// the same report.
pub fn report_from_lynis(dat: &[u8], log: Option<&[u8]>) -> Result<Report, ConvertError> {
    let file = report_file::parse(dat);
    let version = file
        .scalar("lynis_version")
        .map(|version| clean_line(version, 40))
        .ok_or(ConvertError::NotLynis)?;
    let log = log.map(log::parse);
    let why = unfinished(&file, &version);
    let started = time(&file, "report_datetime_start").unwrap_or(Timestamp::UNIX_EPOCH);
    let finished = time(&file, "report_datetime_end").map_or(started, |end| end.max(started));
    let checks = coverage::checks(&file, log.as_ref());
    let privileged = !checks
        .iter()
        .any(|run| run.outcome == CheckOutcome::Unknown("needs root".to_owned()));
    let mut report = Report {
        scan: Scan {
            id: id(dat),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            started,
            finished,
            status: if why.is_some() {
                Status::Partial
            } else {
                Status::Complete
            },
            why: why.iter().map(|why| format!("lynis: {why}")).collect(),
        },
        target: target(&file, privileged),
        score: if why.is_none() {
            score(&file, log.as_ref(), &version)
        } else {
            None
        },
        engines: vec![EngineRun {
            engine: EngineId::Lynis,
            version: Some(version),
            outcome: why.map_or(EngineOutcome::Ran, EngineOutcome::Partial),
            duration: Duration::try_from(finished.duration_since(started)).unwrap_or_default(),
            checks,
        }],
        findings: findings::findings(&file),
        advisories: None,
        vulnerabilities: Vec::new(),
        packages: facts::packages(&file),
        facts: facts::facts(&file),
    };
    report.sort();
    Ok(report)
}

/// Why the file is not that of a whole scan.
///
/// `finish=true` is the mark. A 2.x report that lost it, or never had it, still counts as whole when
/// it has the index, the end's time and the list of tests: Lynis writes all three after its last test.
fn unfinished(file: &ReportFile, version: &str) -> Option<String> {
    if file.finished() {
        return None;
    }
    let has = |key| file.scalar(key).is_some();
    let old = version.starts_with("2.");
    if old && has("hardening_index") && has("report_datetime_end") && has("tests_executed") {
        return None;
    }
    Some("the report file does not end in finish=true: Lynis did not come to its end".to_owned())
}

fn score(file: &ReportFile, log: Option<&Log>, version: &str) -> Option<Score> {
    let index: u8 = file.scalar("hardening_index")?.parse().ok()?;
    if index > 100 {
        return None;
    }
    // A log of another run would lend its points to this index.
    let log = log.filter(|log| {
        log.checked_sum()
            .is_some_and(|(points, max)| super::points::index(points, max) == Some(index))
    });
    let sum = log.map(Log::sum);
    Some(Score {
        index,
        points: sum.map(|(points, _)| points),
        max_points: sum.map(|(_, max)| max),
        lynis_version: version.to_owned(),
        profile: "unknown".to_owned(),
        profile_sha256: None,
        tests: log.map(super::points::by_test).unwrap_or_default(),
    })
}

fn target(file: &ReportFile, privileged: bool) -> Target {
    let line = |key: &str| file.scalar(key).map(|value| clean_line(value, 200));
    let flag = |key: &str| file.scalar(key).map(|value| value == "1");
    // os-release's ID is one lower-case word; Lynis has only the name.
    let id = line("linux_version")
        .or_else(|| line("os_name"))
        .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric()))
        .map(|name| name.to_ascii_lowercase());
    Target {
        hostname: line("hostname"),
        root: "/".to_owned(),
        live: true,
        privileged,
        os: Os {
            id,
            version_id: line("os_version"),
            pretty_name: line("os_fullname").or_else(|| line("os_name")),
        },
        kernel: line("linux_kernel_release").or_else(|| line("os_kernel_version_full")),
        boot: Boot {
            firmware: flag("boot_uefi_booted")
                .map(|uefi| if uefi { "uefi" } else { "bios" }.to_owned()),
            secure_boot: flag("boot_uefi_booted_secure"),
            init: line("service_manager").filter(|manager| manager != "unknown"),
            virtualization: line("container_type").or_else(|| line("vmtype")),
        },
        ..Target::default()
    }
}

/// Lynis writes local time without saying which: taken as UTC.
fn time(file: &ReportFile, key: &str) -> Option<Timestamp> {
    let civil: DateTime = file.scalar(key)?.replacen(' ', "T", 1).parse().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn id(dat: &[u8]) -> String {
    Sha256::digest(dat)
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hardtarget_report::Severity;

    fn fixture(name: &str) -> Vec<u8> {
        let path = format!("{}/tests/fixtures/lynis/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    #[test]
    fn every_version_from_2_4_on_is_read() {
        for (name, index, findings) in [
            ("2.4.dat", Some(63), 4),
            ("2.6.dat", Some(58), 3),
            ("3.0.dat", Some(65), 3),
            ("3.1.dat", Some(56), 6),
            ("cut-short.dat", None, 2),
        ] {
            let report = report_from_lynis(&fixture(name), None).unwrap();
            assert_eq!(
                report.score.as_ref().map(|score| score.index),
                index,
                "{name}"
            );
            assert_eq!(
                report.findings.len(),
                findings,
                "{name}: {:#?}",
                report.findings
            );
            let complete = report.scan.status == Status::Complete;
            assert_eq!(complete, index.is_some(), "{name}");
        }
    }

    #[test]
    fn a_current_report_is_read_in_full() {
        let report = report_from_lynis(&fixture("3.1.dat"), Some(&fixture("3.1.log"))).unwrap();
        let score = report.score.unwrap();
        assert_eq!((score.points, score.max_points), (Some(9), Some(16)));
        assert_eq!(score.tests.len(), 3);
        assert_eq!(report.target.os.id.as_deref(), Some("debian"));
        assert_eq!(report.target.boot.firmware.as_deref(), Some("uefi"));
        assert_eq!(report.scan.started.to_string(), "2026-11-20T10:00:00Z");
        assert_eq!(report.packages.len(), 2);
        assert_eq!(report.findings[0].severity, Severity::High);
        assert_eq!(report.engines[0].duration, Duration::from_secs(42));
    }

    #[test]
    fn a_log_of_another_run_lends_no_points() {
        let report = report_from_lynis(&fixture("3.0.dat"), Some(&fixture("3.1.log"))).unwrap();
        assert_eq!(report.score.unwrap().points, None);
    }

    #[test]
    fn what_lynis_did_not_write_is_refused() {
        for bytes in [b"".as_slice(), b"{\"schema_version\":1}", b"a=b\n"] {
            assert!(report_from_lynis(bytes, None).is_err());
        }
    }

    #[test]
    fn the_same_file_gives_the_same_report() {
        let bytes = fixture("3.1.dat");
        assert_eq!(
            report_from_lynis(&bytes, None).unwrap(),
            report_from_lynis(&bytes, None).unwrap()
        );
    }
}
