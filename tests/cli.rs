//! The command line as a user meets it: what it prints where, its exit codes, and that a scan
//! changes nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests may: a failure here is a failed test"
)]

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hardtarget_tests::agent;

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("stderr is UTF-8")
}

/// A small root with a fault in it.
fn small_root() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let etc = directory.path().join("etc");
    std::fs::create_dir_all(&etc).unwrap();
    std::fs::write(etc.join("machine-id"), "0123456789abcdef0123456789abcdef\n").unwrap();
    std::fs::write(etc.join("os-release"), "ID=debian\nVERSION_ID=12\n").unwrap();
    directory
}

#[test]
fn a_wrong_command_line_gets_one_clear_sentence_and_exit_code_2() {
    for (args, says) in [
        (vec![], "--dry-run"),
        (
            vec!["--dry-run", "--skip", "HT-NOT-001"],
            "hardtarget-agent checks",
        ),
        (vec!["--dry-run", "--skip", "a b"], "--skip"),
        (vec!["--dry-run", "--engine", "nessus"], "is no engine"),
        (vec!["--dry-run", "--deadline", "soon"], "is no duration"),
        (vec!["--dry-run", "--fail-under", "101"], "101"),
        (
            vec!["--dry-run", "--root", "/etc/passwd"],
            "not a directory",
        ),
        (vec!["scan-everything"], "scan-everything"),
    ] {
        let output = agent::run(&args);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{args:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(says),
            "{args:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_gets_one_clear_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let junk = directory.path().join("junk");
    std::fs::write(&junk, "{\"schema_version\": 7}").unwrap();
    let empty = directory.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    for (file, says) in [
        (directory.path().join("missing"), "missing"),
        (directory.path().to_owned(), "is a directory"),
        (junk, "schema version 7"),
        (empty, "empty"),
    ] {
        let output = agent::run(["render".as_ref(), file.as_os_str()]);
        let words = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{words}");
        assert!(words.contains(says), "{words}");
        assert_eq!(words.lines().count(), 1, "{words}");
    }
}

#[test]
fn json_goes_to_stdout_and_nothing_is_written() {
    let root = small_root();
    let directory = tempfile::tempdir().unwrap();
    let output = agent::command([
        "--dry-run",
        "--format",
        "json",
        "--engine",
        "native",
        "--root",
    ])
    .arg(root.path())
    .current_dir(directory.path())
    .output()
    .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let report = hardtarget_report::v1::parse(&output.stdout).unwrap();
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.id == "HT-IMG-015")
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_scan_names_the_files_that_it_wrote() {
    let root = small_root();
    let out = tempfile::tempdir().unwrap();
    let output = agent::command(["--dry-run", "--engine", "native", "--root"])
        .arg(root.path())
        .arg("--output")
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for name in ["report.json", "report.html"] {
        let path = out.path().join(name);
        assert!(
            stdout(&output).contains(path.to_str().unwrap()),
            "{}",
            stdout(&output)
        );
        assert!(path.metadata().unwrap().len() > 1000);
    }
    // Without the engine that reads packages there is no list of them, and none that is empty.
    assert!(!out.path().join("sbom.cdx.json").exists());
    assert!(
        !stdout(&output).contains('\u{1b}'),
        "no colours into a pipe"
    );
}

#[test]
fn quiet_says_nothing() {
    let root = small_root();
    let out = tempfile::tempdir().unwrap();
    let output = agent::command(["--dry-run", "--quiet", "--engine", "native", "--root"])
        .arg(root.path())
        .arg("--output")
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        (stdout(&output), stderr(&output)),
        (String::new(), String::new())
    );
}

#[test]
fn a_check_left_out_is_reported_as_left_out() {
    let root = small_root();
    let output = agent::command([
        "--dry-run",
        "--format",
        "json",
        "--engine",
        "native",
        "--skip",
        "HT-IMG-015",
        "--root",
    ])
    .arg(root.path())
    .output()
    .unwrap();
    let report = hardtarget_report::v1::parse(&output.stdout).unwrap();
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.id != "HT-IMG-015")
    );
    let native = report
        .engines
        .iter()
        .find(|run| run.engine.as_str() == "native")
        .unwrap();
    let check = native
        .checks
        .iter()
        .find(|check| check.id == "HT-IMG-015")
        .unwrap();
    assert_eq!(check.outcome.as_str(), "skipped");
}

#[test]
fn two_scans_of_the_same_root_differ_in_nothing_but_time_and_id() {
    let root = small_root();
    let scan = || {
        let output = agent::command([
            "--dry-run",
            "--format",
            "json",
            "--engine",
            "native",
            "--root",
        ])
        .arg(root.path())
        .output()
        .unwrap();
        let mut report = hardtarget_report::v1::parse(&output.stdout).unwrap();
        report.scan.id.clear();
        report.scan.started = report.scan.finished;
        for run in &mut report.engines {
            run.duration = std::time::Duration::ZERO;
        }
        (report.findings, report.engines)
    };
    assert_eq!(scan(), scan());
}

#[test]
fn an_option_for_an_engine_that_is_left_out_is_refused() {
    for (option, engine, others) in [
        ("--fail-under=50", "lynis", "native"),
        ("--stock-lynis", "lynis", "native"),
        ("--lynis=/", "lynis", "packages"),
        ("--advisories=/dev/null", "packages", "lynis"),
        ("--scap=/dev/null", "openscap", "native"),
        ("--scap-profile=standard", "openscap", "native"),
    ] {
        let output = agent::command(["--dry-run", option, "--engine", others])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{option}");
        let (option, _) = option.split_once('=').unwrap_or((option, ""));
        let told = format!("{option} is for the engine {engine}, which --engine leaves out");
        assert!(stderr(&output).contains(&told), "{}", stderr(&output));
    }
}

#[test]
fn a_score_is_needed_for_fail_under() {
    let root = small_root();
    let out = tempfile::tempdir().unwrap();
    let output = agent::command(["--dry-run", "--fail-under", "10", "--root"])
        .arg(root.path())
        .arg("--output")
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("there is no score"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn nothing_scanned_is_exit_code_5() {
    let root = small_root();
    let output = agent::command([
        "--dry-run",
        "--format",
        "json",
        "--engine",
        "lynis",
        "--root",
    ])
    .arg(root.path())
    .output()
    .unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    hardtarget_report::v1::parse(&output.stdout).unwrap();
}

#[test]
fn an_image_that_is_not_mounted_is_no_clean_image() {
    let empty = tempfile::tempdir().unwrap();
    // And a reader that goes away does not change the exit code.
    let output = Command::new("bash")
        .args([
            "-c",
            "\"$AGENT\" --dry-run --format json --root \"$ROOT\" | true; exit ${PIPESTATUS[0]}",
        ])
        .env("AGENT", agent::path())
        .env("ROOT", empty.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
}

#[test]
fn the_program_documents_itself() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (args, file) in [
        (vec!["schema"], "report/schema/v1.json"),
        (vec!["checks", "--format", "markdown"], "CHECKS.md"),
    ] {
        let output = agent::run(&args);
        assert_eq!(output.status.code(), Some(0));
        let committed = std::fs::read_to_string(repository.join(file)).unwrap();
        assert!(
            stdout(&output) == committed,
            "{file} is not what `hardtarget-agent {}` prints: run `make generate`",
            args.join(" ")
        );
    }
    for args in [
        vec!["man"],
        vec!["completions", "bash"],
        vec!["completions", "zsh"],
        vec!["completions", "fish"],
    ] {
        let output = agent::run(&args);
        assert_eq!(output.status.code(), Some(0));
        let text = stdout(&output).replace("\\-", "-");
        assert!(text.contains("dry-run"), "{args:?}");
    }
}

#[test]
fn every_check_can_be_explained() {
    let checks: Vec<serde_json::Value> =
        serde_json::from_slice(&agent::run(["checks", "--format", "json"]).stdout).unwrap();
    assert!(checks.len() >= 40, "only {} checks", checks.len());
    for check in &checks {
        let id = check["id"].as_str().unwrap();
        let output = agent::run(["explain", id]);
        assert_eq!(output.status.code(), Some(0), "{id}");
        assert!(stdout(&output).contains("Remediation"), "{id}");
    }
    let output = agent::run(["explain", "HT-NOT-001"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("hardtarget-agent checks"));
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let output = Command::new("sh")
        .args(["-c", "\"$AGENT\" checks --format markdown | head -n 1"])
        .env("AGENT", agent::path())
        .output()
        .unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(stdout(&output).lines().count(), 1);
}

/// Everything in the directories that a careless scanner writes to: path, change time, size.
fn traces() -> BTreeMap<PathBuf, (i64, i64, u64)> {
    let mut found = BTreeMap::new();
    let mut todo: Vec<PathBuf> = [
        "/etc",
        "/run",
        "/var/log",
        "/var/lib",
        "/var/cache",
        "/var/tmp",
        "/dev/shm",
        "/root",
        "/opt",
    ]
    .iter()
    .map(PathBuf::from)
    .collect();
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(&directory)
            .into_iter()
            .flatten()
            .flatten()
        {
            let Ok(metadata) = entry.path().symlink_metadata() else {
                continue;
            };
            if metadata.is_dir() {
                // Build trees of whoever develops here are none of a scan's doing.
                if ![".cargo", ".rustup", ".cache", ".npm", ".pyenv", "target"]
                    .iter()
                    .any(|name| entry.file_name() == *name)
                {
                    todo.push(entry.path());
                }
            } else {
                found.insert(
                    entry.path(),
                    (metadata.ctime(), metadata.ctime_nsec(), metadata.size()),
                );
            }
        }
    }
    for entry in std::fs::read_dir("/tmp").unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.contains("lynis") || name.contains("hardtarget") {
            found.insert(entry.path(), (0, 0, 0));
        }
    }
    found
}

#[test]
fn a_full_scan_of_this_machine_changes_nothing_on_it() {
    let out = tempfile::tempdir().unwrap();
    let before = traces();
    let output = agent::command(["--dry-run", "--output"])
        .arg(out.path())
        .output()
        .unwrap();
    let after = traces();
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "{}",
        stderr(&output)
    );
    let changed: Vec<_> = after
        .iter()
        .filter(|(path, state)| before.get(*path) != Some(state))
        .map(|(path, _)| path)
        .chain(before.keys().filter(|path| !after.contains_key(*path)))
        .collect();
    assert!(changed.is_empty(), "changed: {changed:?}");
}

#[test]
fn an_ordinary_user_gets_a_report_that_names_what_it_could_not_see() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::set_permissions(
        directory.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    std::os::unix::fs::chown(&out, Some(65534), Some(65534)).expect("the tests run as root");
    let agent = directory.path().join("hardtarget-agent");
    std::fs::copy(agent::path(), &agent).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&agent)
        .args([
            "--dry-run",
            "--engine",
            "native",
            "--engine",
            "packages",
            "--output",
        ])
        .arg(&out)
        .env("HOME", "/nonexistent")
        .current_dir("/")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = agent::report(&out);
    assert!(!report.target.privileged);
    let sbom = std::fs::read(out.join("sbom.cdx.json")).unwrap();
    let sbom: serde_json::Value = serde_json::from_slice(&sbom).unwrap();
    assert!(sbom["components"].as_array().unwrap().len() > 50);
    let unknown: Vec<_> = report
        .engines
        .iter()
        .flat_map(|run| &run.checks)
        .filter(|check| check.outcome.as_str() == "unknown")
        .collect();
    assert!(!unknown.is_empty());
    assert!(
        unknown
            .iter()
            .all(|check| check.outcome.why().is_some_and(|why| !why.is_empty()))
    );
}
