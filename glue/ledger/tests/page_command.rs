//! `hardtarget-ledger page` on folders of reports.
#![allow(
    clippy::unwrap_used,
    reason = "tests may: a failure here is a failed test"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use hardtarget_report::{sample, v1};

#[expect(clippy::disallowed_methods, reason = "the program under test")]
fn page(dir: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hardtarget-ledger"))
        .arg("page")
        .args(words)
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_folder_becomes_a_page_whose_links_lead_to_its_reports() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path().join("copy/reports/web/ami-1/20261121T061501Z");
    fs::create_dir_all(&at).unwrap();
    fs::write(
        at.join("report.json"),
        v1::to_json(&sample::typical()).unwrap(),
    )
    .unwrap();
    fs::create_dir_all(root.path().join("copy/broken")).unwrap();
    fs::write(root.path().join("copy/broken/report.json"), "{\u{1b}[2J").unwrap();

    let output = page(root.path(), &["copy"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let lines = said(&output);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(
        lines.len(),
        2,
        "no progress where nobody watches: {lines:?}"
    );
    assert!(lines[0].starts_with("left out: ") && lines[0].contains("copy/broken/report.json: "));
    assert_eq!(lines[1], "fleet.html: 1 family, 1 report");
    assert!(output.stdout.is_empty());
    let written = fs::read_to_string(root.path().join("fleet.html")).unwrap();
    let link = "href=\"copy/reports/web/ami-1/20261121T061501Z/report.json\"";
    assert!(written.contains(link));

    fs::write(at.join("report.html"), "").unwrap();
    let output = page(root.path(), &["copy/reports", "--output", "copy/all.html"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let written = fs::read_to_string(root.path().join("copy/all.html")).unwrap();
    assert!(written.contains("href=\"reports/web/ami-1/20261121T061501Z/report.html\""));
}

#[test]
fn what_comes_to_nothing_says_why_and_writes_no_page() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("empty")).unwrap();
    for (words, why) in [
        (&["empty"][..], "empty: there is no report.json below it"),
        (&["nowhere"], "nowhere: No such file or directory"),
        (
            &["empty", "-o", "no/fleet.html"],
            "no: there is no such directory",
        ),
    ] {
        let output = page(root.path(), words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(said(&output).contains(why), "{}", said(&output));
    }
    assert!(!root.path().join("fleet.html").exists());
}
