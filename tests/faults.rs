//! Whatever happens to the worker, a report comes out that says so, and nothing is left running.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may: a failure here is a failed test"
)]

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use hardtarget_report::Status;
use hardtarget_tests::processes::{children, wait_until, with_command_line};
use hardtarget_tests::{agent, lynis};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A small root with a fault in it, so that the native engine is quick and has something to say.
fn small_root(directory: &Path) -> PathBuf {
    let root = directory.join("root");
    std::fs::create_dir_all(root.join("etc")).unwrap();
    std::fs::write(
        root.join("etc/machine-id"),
        "0123456789abcdef0123456789abcdef\n",
    )
    .unwrap();
    root
}

/// Starts a scan of this machine with a Lynis that does `script`, and waits until the native
/// engine has ended and Lynis is at work (its script has to make the file `$STARTED`).
struct Running {
    child: Child,
    directory: tempfile::TempDir,
}

impl Running {
    fn start(script: &str, deadline: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let here = directory.path();
        let started = here.join("started");
        lynis::pretend(
            &here.join("lynis"),
            &format!("STARTED={}\n{script}", started.display()),
        );
        let mut child = agent::command([
            "--dry-run",
            "--verbose",
            "--engine",
            "lynis",
            "--engine",
            "packages",
            "--deadline",
            deadline,
            "--lynis",
        ])
        .arg(here.join("lynis"))
        .arg("--output")
        .arg(here.join("out"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let heard = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let ear = std::sync::Arc::clone(&heard);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut bytes) {
                ear.lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        wait_until("packages to be done and Lynis to be at work", || {
            heard.lock().unwrap().contains("packages: done") && started.exists()
        });
        Self { child, directory }
    }

    fn worker(&self) -> Pid {
        let workers = children(self.child.id());
        assert_eq!(workers.len(), 1, "one worker");
        Pid::from_raw(workers[0])
    }

    /// Waits for the end; the exit code, and the report.
    fn end(mut self) -> (Option<i32>, hardtarget_report::Report) {
        let status = self.child.wait().unwrap();
        self.assert_nothing_left();
        (
            status.code(),
            agent::report(&self.directory.path().join("out")),
        )
    }

    fn assert_nothing_left(&self) {
        let place = self.directory.path().display().to_string();
        wait_until("every process of the scan to be gone", || {
            with_command_line(&place)
                .iter()
                .all(|pid| *pid == std::process::id().cast_signed())
        });
    }
}

/// What has the name of a scan's private directory, as there is now.
fn work_directories() -> BTreeSet<PathBuf> {
    ["/run", "/dev/shm", "/tmp"]
        .iter()
        .flat_map(|place| std::fs::read_dir(place).unwrap())
        .map(|entry| entry.unwrap())
        .filter(|entry| {
            let name = entry.file_name();
            name.to_str()
                .is_some_and(|name| name.starts_with("hardtarget-"))
        })
        .map(|entry| entry.path())
        .collect()
}

/// The work directories are shared by all scans of the machine: these tests take turns.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// A test's turn. What was on the machine when it began is not its business.
struct Turn {
    _guard: std::sync::MutexGuard<'static, ()>,
    before: BTreeSet<PathBuf>,
}

impl Turn {
    /// The work directories that were made since, and are still there.
    fn left_behind(&self) -> Vec<PathBuf> {
        work_directories()
            .difference(&self.before)
            .cloned()
            .collect()
    }
}

fn turn() -> Turn {
    Turn {
        _guard: TURN
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner),
        before: work_directories(),
    }
}

const HANGS: &str = "touch $STARTED; sleep 1000";

#[test]
fn a_killed_worker_costs_only_the_engine_that_was_at_work() {
    let turn = turn();
    let scan = Running::start(HANGS, "5m");
    kill(scan.worker(), Signal::SIGKILL).unwrap();
    let (code, report) = scan.end();
    assert_eq!(code, Some(3));
    assert_eq!(report.scan.status, Status::Partial);
    assert_eq!(agent::outcome(&report, "packages").0, "ran");
    let (outcome, why) = agent::outcome(&report, "lynis");
    assert_eq!(outcome, "failed");
    assert!(why.contains("SIGKILL"), "{why}");
    assert_eq!(report.score, None);
    assert_eq!(turn.left_behind(), Vec::<PathBuf>::new());
}

#[test]
fn a_worker_that_stands_still_is_ended_at_the_deadline() {
    let _turn = turn();
    let scan = Running::start(HANGS, "15s");
    kill(scan.worker(), Signal::SIGSTOP).unwrap();
    let (code, report) = scan.end();
    assert_eq!(code, Some(3));
    let (outcome, why) = agent::outcome(&report, "lynis");
    assert_eq!(outcome, "failed");
    assert!(why.contains("deadline"), "{why}");
    assert_eq!(agent::outcome(&report, "packages").0, "ran");
}

#[test]
fn a_lynis_that_stands_still_makes_the_scan_partial_and_the_score_null() {
    let _turn = turn();
    let scan = Running::start("touch $STARTED; kill -STOP $$", "15s");
    let (code, report) = scan.end();
    assert_eq!(code, Some(3));
    let (outcome, why) = agent::outcome(&report, "lynis");
    assert!(outcome == "partial" || outcome == "failed", "{outcome}");
    assert!(!why.is_empty());
    assert_eq!(report.score, None);
}

#[test]
fn a_lynis_that_floods_its_output_does_no_harm() {
    let turn = turn();
    let scan = Running::start(
        "touch $STARTED; yes flood & yes flood >&2 & yes 'key=flood' >> $REPORT & yes flood >> $LOG & wait",
        // The walk over this machine's files has to end beside the flood.
        "45s",
    );
    let (code, report) = scan.end();
    assert_eq!(code, Some(3));
    assert_eq!(report.score, None);
    assert_eq!(agent::outcome(&report, "packages").0, "ran");
    assert_eq!(turn.left_behind(), Vec::<PathBuf>::new());
}

#[test]
fn an_interrupted_scan_leaves_nothing_behind() {
    let turn = turn();
    for (signal, code) in [
        (Signal::SIGINT, 130),
        (Signal::SIGTERM, 143),
        (Signal::SIGHUP, 129),
    ] {
        let mut scan = Running::start(HANGS, "5m");
        assert_eq!(turn.left_behind().len(), 1, "where it is at work");
        kill(Pid::from_raw(scan.child.id().cast_signed()), signal).unwrap();
        assert_eq!(scan.child.wait().unwrap().code(), Some(code));
        scan.assert_nothing_left();
        let out = scan.directory.path().join("out");
        assert_eq!(std::fs::read_dir(out).unwrap().count(), 0);
        assert_eq!(turn.left_behind(), Vec::<PathBuf>::new());
    }
}

#[test]
fn when_the_supervisor_is_killed_the_worker_cleans_up() {
    let turn = turn();
    let mut scan = Running::start(HANGS, "5m");
    kill(
        Pid::from_raw(scan.child.id().cast_signed()),
        Signal::SIGKILL,
    )
    .unwrap();
    scan.child.wait().unwrap();
    scan.assert_nothing_left();
    wait_until("the private directory to be gone", || {
        turn.left_behind().is_empty()
    });
}

/// Runs a shell script in a mount namespace of its own, as the agent's user would see a machine
/// with those mounts. `$AGENT` is the agent.
fn in_own_mounts(directory: &Path, script: &str) -> std::process::Output {
    Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-ec", script])
        .env("AGENT", agent::path())
        .env("HERE", directory)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

#[test]
fn a_full_disk_is_told_before_the_scan() {
    let directory = tempfile::tempdir().unwrap();
    let root = small_root(directory.path());
    let output = in_own_mounts(
        directory.path(),
        &format!(
            "mkdir $HERE/out; mount -t tmpfs -o size=64k none $HERE/out; exec $AGENT --dry-run --root {} --output $HERE/out",
            root.display()
        ),
    );
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("No space left"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "one clear sentence: {stderr}");
}

#[test]
fn a_disk_that_fills_up_during_the_scan_does_not_cost_the_report() {
    let _turn = turn();
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    // Lynis itself fills the disk that the report is to go to, then says nothing more.
    lynis::pretend(
        &here.join("lynis"),
        &format!(
            "dd if=/dev/zero of={}/out/fill bs=64k 2>/dev/null; exit 1",
            here.display()
        ),
    );
    let output = in_own_mounts(
        here,
        "mkdir $HERE/out; mount -t tmpfs -o size=6m none $HERE/out
         $AGENT --dry-run --quiet --engine lynis --engine packages --lynis $HERE/lynis --output $HERE/out || echo >&2 ended $?
         cat $HERE/out/report.json",
    );
    let stderr = String::from_utf8_lossy(&output.stderr);
    let report = hardtarget_report::v1::parse(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {stderr}"));
    // The page found no room any more; the report's had been kept.
    assert!(
        stderr.contains("report.html cannot be written: No space left"),
        "{stderr}"
    );
    assert!(stderr.contains("ended 3"), "{stderr}");
    assert_eq!(agent::outcome(&report, "packages").0, "ran");
}

#[test]
fn a_read_only_root_is_scanned_all_the_same() {
    let _turn = turn();
    let directory = tempfile::tempdir().unwrap();
    let output = in_own_mounts(
        directory.path(),
        "mount -t tmpfs none /mnt
         mount -o remount,bind,ro / 2>/dev/null || { mount --bind / /; mount -o remount,bind,ro /; }
         exec $AGENT --dry-run --engine packages --output /mnt/out",
    );
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
}

#[test]
fn without_proc_there_is_a_report_that_says_what_could_not_be_known() {
    let _turn = turn();
    let directory = tempfile::tempdir().unwrap();
    let output = in_own_mounts(
        directory.path(),
        "mount -t tmpfs none /proc
         exec $AGENT --dry-run --engine native --format json",
    );
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let report = hardtarget_report::v1::parse(&output.stdout).unwrap();
    let unknown = report
        .engines
        .iter()
        .flat_map(|run| &run.checks)
        .filter(|check| check.outcome.as_str() == "unknown")
        .count();
    assert!(
        unknown > 3,
        "only {unknown} checks say that they could not look"
    );
}

#[test]
fn the_agent_is_never_taken_for_its_worker() {
    let output = agent::run(["worker"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}
