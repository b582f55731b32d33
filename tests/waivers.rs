//! Waivers as a user meets them: `--waivers FILE` of a scan and of `render`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may: a failure here is a failed test"
)]

use std::path::Path;
use std::process::Output;

use hardtarget_report::{Report, v1};
use hardtarget_tests::agent;

/// Scans a root whose machine id is baked in, living with what `waivers` says.
fn scan(directory: &Path, waivers: &str) -> Output {
    let etc = directory.join("root/etc");
    std::fs::create_dir_all(&etc).unwrap();
    std::fs::write(etc.join("machine-id"), "0123456789abcdef0123456789abcdef\n").unwrap();
    std::fs::write(directory.join("waivers.toml"), waivers).unwrap();
    agent::command(["--dry-run", "--engine", "native", "--format", "json"])
        .arg("--root")
        .arg(directory.join("root"))
        .arg("--waivers")
        .arg(directory.join("waivers.toml"))
        .output()
        .unwrap()
}

fn report(output: &Output) -> Report {
    v1::parse(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn waiver(id: &str, expires: &str) -> String {
    format!(
        "[[waiver]]\nid = \"{id}\"\nreason = \"made anew at first boot\"\nowner = \"me\"\nexpires = \"{expires}\"\n"
    )
}

#[test]
fn a_waived_finding_stays_in_the_report_and_no_longer_counts() {
    let directory = tempfile::tempdir().unwrap();
    let open = report(&scan(directory.path(), ""));
    let waived = report(&scan(directory.path(), &waiver("HT-IMG-015", "2999-12-31")));
    let find = |report: &Report| {
        let mut findings = report.findings.iter();
        findings.find(|one| one.id == "HT-IMG-015").unwrap().clone()
    };
    assert!(find(&open).waiver.is_none());
    assert_eq!(
        find(&waived).waiver.unwrap().reason,
        "made anew at first boot"
    );
    assert_eq!(waived.waived(), 1);
    assert_eq!(waived.counts().total() + 1, open.counts().total());
}

#[test]
fn an_expired_waiver_counts_for_nothing_and_leaves_a_note() {
    let directory = tempfile::tempdir().unwrap();
    let output = scan(directory.path(), &waiver("HT-IMG-015", "2020-01-01"));
    let report = report(&output);
    assert_eq!(report.waived(), 0);
    let notes = report.findings.iter().filter_map(|one| one.waiver.as_ref());
    assert_eq!(notes.filter(|note| note.expired).count(), 1);
}

#[test]
fn a_waiver_that_nobody_can_mean_stops_the_scan_before_it_begins() {
    let directory = tempfile::tempdir().unwrap();
    for (waivers, says) in [
        (waiver("HT-IMG-999", "2999-01-01"), "no check HT-IMG-999"),
        (waiver("HT-IMG-015", "31/12/2999"), "YYYY-MM-DD"),
        ("[[waivers]]\n".to_owned(), "unknown field"),
    ] {
        let output = scan(directory.path(), &waivers);
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(words.contains(says), "{words}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_report_is_rendered_with_the_waivers_of_today() {
    let directory = tempfile::tempdir().unwrap();
    let open = scan(directory.path(), "");
    let path = directory.path().join("report.json");
    std::fs::write(&path, &open.stdout).unwrap();
    std::fs::write(
        directory.path().join("waivers.toml"),
        waiver("HT-IMG-015", "2999-12-31"),
    )
    .unwrap();
    let output = agent::command(["render", "--format", "json", "--waivers"])
        .arg(directory.path().join("waivers.toml"))
        .arg(&path)
        .output()
        .unwrap();
    assert_eq!(report(&output).waived(), 1);
}
