//! OpenSCAP for real: Debian's `oscap` in a root of Debian 12, scanned from inside.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that meets the unexpected fails"
)]

use std::collections::BTreeMap;
use std::process::Command;

use hardtarget_report::{EngineId, Report, Severity};
use hardtarget_tests::{agent, roots};

/// Where SCAP Security Guide is installed.
const STREAMS: &str = "/usr/share/xml/scap/ssg/content";

/// Puts an overlay over the root, so that it stays as it is, prepares it and scans it from inside; then prints the
/// report and what is asked for besides.
const SCAN: &str = r#"
    mount -t tmpfs none /mnt
    mkdir /mnt/upper /mnt/work /mnt/root
    mount -t overlay overlay -o lowerdir="$ROOT",upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
    mount --bind /proc /mnt/root/proc; mount --bind /sys /mnt/root/sys; mount --bind /dev /mnt/root/dev
    mount -t tmpfs none /mnt/root/run
    cp "$AGENT" /mnt/root/run/agent
    cp "$GUIDE" /mnt/root/run/guide.xml
    chroot /mnt/root sh -ec "$PREPARE" >&2
    chroot /mnt/root /run/agent --dry-run --quiet --output /run/out --engine native --engine openscap "$@" >&2 || true
    cat /mnt/root/run/out/report.json
    left=$(ls -d /mnt/root/tmp/oscap.* /mnt/root/run/hardtarget-* 2>/dev/null || true)
    test -z "$left" || { echo left behind: $left >&2; exit 99; }
    chroot /mnt/root sh -ec "$AFTER" >&2
"#;

/// The report of a scan, and what the command after it printed.
fn scan(prepare: &str, args: &[&str], after: &str) -> (Report, String) {
    let output = Command::new("unshare")
        .args([
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-ec",
            SCAN,
            "sh",
        ])
        .args(args)
        .env("ROOT", roots::debian_with_openscap())
        .env("GUIDE", roots::guide())
        .env("AGENT", agent::path())
        .env("PREPARE", prepare)
        .env("AFTER", after)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output()
        .expect("unshare runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let report = hardtarget_report::v1::parse(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {said}"));
    (report, said)
}

/// What the engine says of each rule.
fn outcomes(report: &Report) -> BTreeMap<String, String> {
    let engine = report
        .engines
        .iter()
        .find(|run| run.engine == EngineId::OpenScap)
        .unwrap();
    engine
        .checks
        .iter()
        .map(|check| (check.id.clone(), check.outcome.as_str().to_owned()))
        .collect()
}

const INSTALL_GUIDE: &str = "cp /run/guide.xml /usr/share/xml/scap/ssg/content/ssg-debian12-ds.xml";

#[test]
fn what_oscap_says_of_each_rule_is_in_the_report() {
    let again =
        "oscap xccdf eval --profile cis_level1_server /run/guide.xml 2>/dev/null || test $? = 2";
    let (report, said) = scan(INSTALL_GUIDE, &[], again);
    assert_eq!(
        agent::outcome(&report, "openscap"),
        ("ran".to_owned(), String::new())
    );
    let mut rule = "";
    let mut expected = BTreeMap::new();
    for line in said.lines() {
        // A carriage return stands before the tab.
        let parts = line.split_once('\t');
        match parts.map(|(key, value)| (key.trim_end(), value)) {
            Some(("Rule", id)) => rule = id.split_once("_rule_").unwrap().1,
            Some(("Result", word)) => {
                let word = match word {
                    "notapplicable" => "not-applicable",
                    "notchecked" | "error" => "unknown",
                    word => word,
                };
                expected.insert(rule.to_owned(), word.to_owned());
            }
            _ => {}
        }
    }
    assert!(expected.len() > 300, "{said}");
    assert_eq!(outcomes(&report), expected);

    let failed = expected.values().filter(|word| *word == "fail").count();
    let findings: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.engine == EngineId::OpenScap)
        .collect();
    assert_eq!(findings.len(), failed);
    let umask = findings
        .iter()
        .find(|finding| finding.id == "accounts_umask_etc_profile")
        .unwrap();
    assert_eq!(umask.severity, Severity::Medium);
    assert_eq!(umask.references[0].name, "CIS Debian Linux, 5.4.3.3");
    assert_eq!(report.facts["openscap.profile"], ["cis_level1_server"]);
    let counts = report.facts["openscap.results"].join(" ");
    assert!(counts.contains(&format!("fail {failed}")), "{counts}");
}

#[test]
fn the_guide_of_debian_12_has_nothing_for_debian_12_and_that_is_said() {
    let (report, _) = scan("true", &[], "true");
    let (word, why) = agent::outcome(&report, "openscap");
    assert_eq!(word, "skipped");
    assert!(why.contains("ssg-debian12-ds.xml is not there"), "{why}");
}

#[test]
fn a_data_stream_that_is_given_is_used_with_the_profile_that_is_given() {
    let options = ["--scap", "/run/guide.xml", "--scap-profile", "standard"];
    let (report, _) = scan("true", &options, "true");
    assert_eq!(agent::outcome(&report, "openscap").0, "ran");
    assert_eq!(report.facts["openscap.profile"], ["standard"]);

    let options = ["--scap", "/run/guide.xml", "--scap-profile", "nonesuch"];
    let (report, _) = scan("true", &options, "true");
    let (word, why) = agent::outcome(&report, "openscap");
    assert_eq!(word, "failed");
    assert!(
        why.contains("nonesuch") && why.contains("standard"),
        "{why}"
    );
}

#[test]
fn a_data_stream_for_another_system_says_nothing_and_does_not_read_as_clean() {
    let other = format!("{STREAMS}/ssg-debian11-ds.xml");
    let (report, _) = scan("true", &["--scap", &other], "true");
    let (word, why) = agent::outcome(&report, "openscap");
    assert_eq!(word, "partial", "{why}");
    assert!(why.contains("made for another system"), "{why}");
}

/// An `oscap` that does what `script` says when it is to scan.
fn instead(script: &str) -> String {
    format!(
        "{INSTALL_GUIDE}
         rm /usr/bin/oscap
         cat >/usr/bin/oscap <<'END'\n#!/bin/sh\n[ \"$1\" = xccdf ] || {{ echo 'oscap 9'; exit; }}\n{script}\nEND
         chmod 755 /usr/bin/oscap"
    )
}

#[test]
fn a_scan_that_hangs_is_ended_and_what_it_printed_counts() {
    let hangs = r"mkdir /tmp/oscap.abcdef
        printf 'Rule\r\txccdf_org.ssgproject.content_rule_accounts_umask_etc_profile\nResult\r\tfail\n'
        printf 'Rule\txccdf_a_rule_slow\n'; sleep 1000";
    let (report, _) = scan(&instead(hangs), &["--deadline", "30s"], "true");
    let (word, why) = agent::outcome(&report, "openscap");
    assert_eq!(word, "partial", "{why}");
    assert_eq!(why, "oscap was still at work at the deadline, at slow");
    let finding = report
        .findings
        .iter()
        .find(|finding| finding.engine == EngineId::OpenScap)
        .unwrap();
    assert_eq!(finding.references[0].name, "CIS Debian Linux, 5.4.3.3");
}

#[test]
fn results_that_are_broken_or_huge_do_no_harm() {
    for (script, expected) in [
        (
            "head -c 300000000 /dev/zero >$6; exit 2",
            "OpenSCAP's results",
        ),
        ("echo '<Benchmark><TestResult>' >$6; exit 2", "cut off"),
        (
            "echo 'Error: out of order' >&2; exit 1",
            "exit code 1: Error: out of order",
        ),
        ("yes", "Result"),
        ("exit 0", "gave no results"),
    ] {
        let (report, _) = scan(&instead(script), &["--deadline", "30s"], "true");
        let (word, why) = agent::outcome(&report, "openscap");
        assert_eq!(word, "failed", "{script}: {why}");
        if script != "yes" {
            assert!(why.contains(expected), "{script}: {why}");
        }
        assert_eq!(agent::outcome(&report, "native").0, "ran");
    }
}
