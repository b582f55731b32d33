//! What the agent says of a real Debian root's packages is what an independent computation says, over
//! the whole feed of Debian's advisories.
//!
//! The feed is where `HARDTARGET_ADVISORIES_DATA` says, or in `../shared/advisories` beside the repository. Where it
//! is not, the comparison is left out, and says so.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that meets the unexpected fails, and runs what it likes"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use hardtarget_advisories::build::Builder;
use hardtarget_report::{CheckOutcome, Fix, Origin, Report, Severity};
use hardtarget_tests::{agent, roots};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

fn whole_feed() -> Option<PathBuf> {
    let directory = std::env::var_os("HARDTARGET_ADVISORIES_DATA")
        .map_or_else(|| repository().join("../shared/advisories"), PathBuf::from);
    Some(directory.join("debian-dsa-osv.zip")).filter(|feed| feed.is_file())
}

fn build(feed: &Path, file: &Path) {
    let mut builder = Builder::default();
    builder.add(feed, None, None, &mut |_, _| {}).unwrap();
    let mut output = std::fs::File::create(file).unwrap();
    builder
        .write("2026-08-22T00:00:00Z".parse().unwrap(), &mut output)
        .unwrap();
}

/// The packages of a real root as they were long ago: without updates for security, and every fourth in a version
/// that has everything that is known.
fn aged(root: &Path, directory: &Path) -> PathBuf {
    let status = std::fs::read_to_string(root.join("var/lib/dpkg/status")).unwrap();
    let mut number = 0;
    let mut text = String::new();
    for line in status.lines() {
        match line.strip_prefix("Version: ") {
            Some(version) => {
                number += 1;
                let old = version.split("+deb").next().unwrap_or(version);
                let version = if number % 4 == 0 { "0~1" } else { old };
                writeln!(text, "Version: {version}").unwrap();
            }
            None if line.starts_with("Source: ") => {
                let name = line.split(" (").next().unwrap_or(line);
                writeln!(text, "{name}").unwrap();
            }
            None => writeln!(text, "{line}").unwrap(),
        }
    }
    let aged = directory.join("root");
    std::fs::create_dir_all(aged.join("var/lib/dpkg")).unwrap();
    std::fs::create_dir_all(aged.join("etc")).unwrap();
    std::fs::write(aged.join("var/lib/dpkg/status"), text).unwrap();
    std::fs::copy(root.join("etc/os-release"), aged.join("etc/os-release")).unwrap();
    aged
}

fn scan(root: &Path, advisories: Option<&Path>, output: &Path) -> Report {
    let mut args = vec!["--dry-run", "--quiet", "--engine", "packages", "--root"];
    let (root, output) = (root.to_string_lossy(), output.to_string_lossy());
    args.extend([&*root, "--output", &*output]);
    let file = advisories.map(|file| file.to_string_lossy().into_owned());
    if let Some(file) = &file {
        args.extend(["--advisories", file]);
    }
    let done = agent::run(args);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    agent::report(Path::new(&*output))
}

fn rows(report: &Report) -> BTreeSet<String> {
    let rows = report.vulnerabilities.iter().map(|row| {
        let fix = match &row.fix {
            Fix::Available(version) => version,
            Fix::None => "none",
            Fix::WontFix => "wont-fix",
        };
        format!("{} {} {fix}", row.id, row.package)
    });
    rows.collect()
}

fn outcome(report: &Report) -> &CheckOutcome {
    let checks = report.engines.iter().flat_map(|run| &run.checks);
    &checks
        .into_iter()
        .find(|check| check.id == "vulnerabilities")
        .unwrap()
        .outcome
}

#[test]
fn a_debian_root_agrees_with_an_independent_computation() {
    let Some(feed) = whole_feed() else {
        eprintln!("left out: Debian's whole feed is not here");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("debian.htadv");
    build(&feed, &file);
    let root = aged(&roots::debian("bullseye"), directory.path());
    let output = directory.path().join("scan");
    let report = scan(&root, Some(&file), &output);
    let said = Command::new("python3")
        .arg(repository().join("tests/agree/vulnerabilities.py"))
        .args([&feed, Path::new("debian:11"), &output.join("report.json")])
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let theirs: BTreeSet<String> = String::from_utf8(said.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(theirs.len() > 20, "{} rows are no test", theirs.len());
    assert_eq!(rows(&report), theirs);
    assert_eq!(*outcome(&report), CheckOutcome::Fail);
    assert!(
        report
            .vulnerabilities
            .iter()
            .all(|row| row.advisory.is_some() && row.severity == Severity::Medium)
    );
    let advisories = report.advisories.unwrap();
    assert_eq!(advisories.origin, Origin::File);
    assert_eq!(
        advisories.feeds[0].as_of.unwrap().to_string(),
        "2023-03-29T00:00:00Z"
    );
}

#[test]
fn without_advisories_nothing_is_known_and_the_scan_is_complete() {
    let directory = tempfile::tempdir().unwrap();
    let root = aged(&roots::debian("bullseye"), directory.path());
    let report = scan(&root, None, &directory.path().join("scan"));
    assert!(matches!(outcome(&report), CheckOutcome::Unknown(why) if why.contains("--advisories")));
    assert!(report.advisories.is_none() && report.vulnerabilities.is_empty());
    assert_eq!(report.vulnerability_counts(), None);
}

#[test]
fn a_file_that_is_not_there_is_told_before_the_scan() {
    let done = agent::run([
        "--dry-run",
        "--quiet",
        "--engine",
        "packages",
        "--advisories",
        "/nowhere/at.all",
    ]);
    assert_eq!(done.status.code(), Some(1));
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(
        told.contains("--advisories /nowhere/at.all cannot be read"),
        "{told}"
    );
}
