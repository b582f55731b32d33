//! Real roots of Debian 11, 12 and 13, and one with rpm's database, scanned without running
//! anything in them.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hardtarget_agent::clock::SystemClock;
use hardtarget_agent::engines::native::Native;
use hardtarget_agent::engines::packages::Packages;
use hardtarget_agent::engines::{Cx, Engine, Progress, Yield};
use hardtarget_agent::host::Host;
use hardtarget_agent::target;
use hardtarget_report::{CheckOutcome, EngineId};
use hardtarget_tests::roots;

#[derive(Debug)]
struct Quiet;

impl Progress for Quiet {
    fn step(&self, _: EngineId, _: usize, _: usize, _: &str) {}
    fn group(&self, _: u32) {}
}

fn scan(root: &Path, engine: &dyn Engine) -> Yield {
    let host = Host::rooted(root).unwrap();
    let work = tempfile::tempdir().unwrap();
    let cx = Cx {
        host: &host,
        clock: &SystemClock,
        work: work.path(),
        deadline: Instant::now() + Duration::from_secs(120),
        cores: 2,
        skip: &BTreeSet::new(),
        walk: Arc::default(),
        progress: &Quiet,
    };
    engine.applies(&cx).unwrap();
    engine.run(&cx).unwrap()
}

fn names_and_versions(found: &Yield) -> BTreeSet<String> {
    found
        .packages
        .iter()
        .map(|package| format!("{} {}", package.name, package.version))
        .collect()
}

fn debian(suite: &str, version: &str) {
    let root = roots::debian(suite);

    let os = target::collect(&Host::rooted(&root).unwrap());
    assert_eq!(os.os.id.as_deref(), Some("debian"));
    assert_eq!(os.os.version_id.as_deref(), Some(version));
    assert_eq!(os.arch.as_deref(), Some(std::env::consts::ARCH));
    assert!(!os.live);

    let packages = scan(&root, &Packages::default());
    assert!(packages.incomplete.is_empty(), "{:?}", packages.incomplete);
    let said: BTreeSet<String> = roots::output(
        "dpkg-query",
        &[
            "--admindir",
            &root.join("var/lib/dpkg").to_string_lossy(),
            "-W",
            "-f",
            "${db:Status-Status} ${Package} ${Version}\n",
        ],
    )
    .lines()
    .filter_map(|line| line.strip_prefix("installed "))
    .map(str::to_owned)
    .collect();
    assert!(said.len() > 50, "{said:?}");
    assert_eq!(names_and_versions(&packages), said);

    let native = scan(&root, &Native);
    for check in &native.checks {
        if let CheckOutcome::Unknown(why) = &check.outcome {
            assert!(!why.contains("internal error"), "{}: {why}", check.id);
        }
    }
    let outcome = |id: &str| {
        &native
            .checks
            .iter()
            .find(|check| check.id == id)
            .unwrap()
            .outcome
    };
    // mmdebstrap sets up the security suite beside the release's own.
    assert_eq!(outcome("HT-UPK-008"), &CheckOutcome::Pass);
    // Debian 11 ended on 2026-08-31.
    if version == "11" {
        assert_eq!(outcome("HT-UPK-001"), &CheckOutcome::Fail);
    }
    assert_eq!(outcome("HT-UPK-007"), &CheckOutcome::Pass);
    assert!(matches!(outcome("HT-UPK-002"), CheckOutcome::Skipped(_)));
}

#[test]
fn debian_11() {
    debian("bullseye", "11");
}

#[test]
fn debian_12() {
    debian("bookworm", "12");
}

#[test]
fn debian_13() {
    debian("trixie", "13");
}

#[test]
fn a_root_of_rpms() {
    let directory = tempfile::tempdir().unwrap();
    let root = roots::rpm(directory.path());
    for name in ["plain", "beside"] {
        let python = root.join(roots::PYTHON.trim_start_matches('/'));
        let info = python.join(format!("{name}.dist-info"));
        std::fs::create_dir_all(&info).unwrap();
        std::fs::write(info.join("METADATA"), format!("Name: {name}\nVersion: 1\n")).unwrap();
    }
    let before = listing(&root.join("var/lib/rpm"));
    let mut found = scan(&root, &Packages::default());
    assert!(found.incomplete.is_empty(), "{:?}", found.incomplete);
    let others = found
        .packages
        .extract_if(.., |package| package.kind == "pypi");
    let others: Vec<String> = others.map(|package| package.name).collect();
    assert_eq!(others, ["beside"], "what rpm brought along is rpm's");
    assert_eq!(
        listing(&root.join("var/lib/rpm")),
        before,
        "the root was changed"
    );

    let said: BTreeSet<String> = roots::output(
        "rpm",
        &[
            "--dbpath",
            &root.join("var/lib/rpm").to_string_lossy(),
            "-qa",
            "--qf",
            "%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\n",
        ],
    )
    .lines()
    .map(str::to_owned)
    .collect();
    assert_eq!(names_and_versions(&found), said);
    assert!(said.contains("with-epoch 1:2.0~rc1-3"), "{said:?}");
}

/// Names, lengths and times of change.
fn listing(directory: &Path) -> Vec<(std::ffi::OsString, u64, std::time::SystemTime)> {
    let mut entries: Vec<_> = directory
        .read_dir()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            (
                entry.file_name(),
                metadata.len(),
                metadata.modified().unwrap(),
            )
        })
        .collect();
    entries.sort();
    entries
}
