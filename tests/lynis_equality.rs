//! Lynis in parts says what one plain Lynis says, on this machine, with the real Lynis.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests may: a failure here is a failed test"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use hardtarget_agent::engines::lynis::log;
use hardtarget_agent::engines::lynis::report_file::{self, ReportFile};
use hardtarget_tests::agent;

/// Runs one plain Lynis from a copy of the tree, its report and log kept private.
fn plain(tree: &Path, directory: &Path) -> (ReportFile, log::Log) {
    let copied = Command::new("cp")
        .arg("-R")
        .arg(tree)
        .arg(directory.join("lynis"))
        .status()
        .unwrap();
    assert!(copied.success());
    let place = directory.join("lynis");
    let file = |name: &str| directory.join(name).display().to_string();
    let status = Command::new("sh")
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", "/root")
        .env("LC_ALL", "C")
        .args([
            "./lynis",
            "audit",
            "system",
            "--usecwd",
            "--quick",
            "--quiet",
            "--no-colors",
        ])
        .args(["--plugindir", &file("lynis/plugins")])
        .args(["--report-file", &file("report.dat")])
        .args(["--logfile", &file("lynis.log")])
        .current_dir(&place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "plain Lynis: {status}");
    (
        report_file::parse(&std::fs::read(file("report.dat")).unwrap()),
        log::parse(&std::fs::read(file("lynis.log")).unwrap()),
    )
}

/// Tests of what processes do at that very moment: dead, waiting for a disk, holding a deleted
/// file. Two runs of plain Lynis in a row differ in them as well. None gives points.
const MOMENTS: [&str; 3] = ["PROC-3612|", "PROC-3614|", "LOGG-2190|"];

/// A list as a set, without the word of a moment. FILE-6354 counts old files in /tmp, where others
/// come and go between the runs: its number is left aside.
fn list(report: &ReportFile, key: &str) -> BTreeSet<String> {
    report
        .list(key)
        .filter(|value| !momentary(value))
        .map(settled)
        .collect()
}

fn momentary(value: &str) -> bool {
    MOMENTS.iter().any(|test| value.starts_with(test))
}

fn settled(value: &str) -> String {
    if value.starts_with("FILE-6354|") {
        value.chars().filter(|c| !c.is_ascii_digit()).collect()
    } else {
        value.to_owned()
    }
}

#[test]
fn stock_lynis_in_parts_equals_one_plain_lynis() {
    let Some(tree) = std::env::var_os("HARDTARGET_LYNIS_DIR") else {
        eprintln!(
            "left out: HARDTARGET_LYNIS_DIR names no Lynis to compare with (`make test` does)"
        );
        return;
    };
    // mkdtemp's letters are all that Lynis takes in an argument; so are these.
    let directory = tempfile::Builder::new()
        .prefix("equality")
        .tempdir()
        .unwrap();
    let here = directory.path();
    let tree = Path::new(&tree);
    let (expected, expected_log) = plain(tree, here);
    let output = agent::command([
        "--dry-run",
        "--quiet",
        "--engine",
        "lynis",
        "--stock-lynis",
        "--lynis",
    ])
    .arg(tree)
    .arg("--output")
    .arg(here.join("out"))
    .output()
    .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report = agent::report(&here.join("out"));
    let parts = report_file::parse(&std::fs::read(here.join("out/lynis-report.dat")).unwrap());

    let score = report.score.as_ref().expect("a score");
    let (points, max_points) = expected_log.sum();
    assert_eq!(
        (score.points, score.max_points),
        (Some(points), Some(max_points))
    );
    assert_eq!(
        Some(score.index.to_string().as_str()),
        expected.scalar("hardening_index")
    );
    assert!(points > 0 && max_points > 50, "plain Lynis gave points");

    for key in ["warning", "suggestion", "details", "vulnerable_package"] {
        let (have, want) = (list(&parts, key), list(&expected, key));
        let missing: Vec<_> = want.difference(&have).collect();
        let more: Vec<_> = have.difference(&want).collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "{key}: missing {missing:?}, more {more:?}"
        );
    }
    assert!(!list(&expected, "suggestion").is_empty());
    for key in [
        "installed_packages_array",
        "installed_packages",
        "firewall_active",
        "package_audit_tool",
        "malware_scanner_installed",
        "compiler_installed",
    ] {
        assert_eq!(parts.scalar(key), expected.scalar(key), "{key}");
    }
    let executed = |report: &ReportFile| -> BTreeSet<String> {
        report
            .test_ids("tests_executed")
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(executed(&parts), executed(&expected));
    // The other facts: what legitimately differs between any two runs is left aside.
    let moves = [
        "slow_test",
        "report_datetime_start",
        "report_datetime_end",
        "plugin_directory",
        "uptime_in_seconds",
        "uptime_in_days",
        "tests_executed",
        "tests_skipped",
        "finish",
        "deleted_file",
        "network_listen",
        "kernel_entropy",
    ];
    let facts = |report: &ReportFile| -> BTreeSet<(String, String)> {
        report
            .entries
            .iter()
            .filter(|entry| !moves.contains(&entry.key.as_str()) && !momentary(&entry.value))
            .map(|entry| (entry.key.clone(), settled(&entry.value)))
            .collect()
    };
    let (have, want) = (facts(&parts), facts(&expected));
    let missing: Vec<_> = want.difference(&have).collect();
    let more: Vec<_> = have.difference(&want).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing: {missing:?}\nmore: {more:?}"
    );
}
