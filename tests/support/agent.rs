//! Running the real agent.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The agent under test: `HARDTARGET_AGENT` (what `make test` builds, static and with Lynis
/// inside), or else the debug build beside this test.
///
/// # Panics
///
/// Where there is neither.
#[must_use]
pub fn path() -> PathBuf {
    if let Some(path) = std::env::var_os("HARDTARGET_AGENT") {
        return PathBuf::from(path);
    }
    let test = std::env::current_exe().expect("a test knows its own path");
    let built = test
        .ancestors()
        .nth(2)
        .expect("a test is in target/<profile>/deps")
        .join("hardtarget-agent");
    assert!(
        built.is_file(),
        "{} is missing: run `make test`, or `cargo build` first",
        built.display()
    );
    built
}

/// A command line of the agent.
#[must_use]
pub fn command<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(path());
    command.args(args).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Runs the agent to its end.
///
/// # Panics
///
/// Where it cannot be started.
pub fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    command(args).output().expect("the agent starts")
}

/// Starts the agent, with its words kept.
///
/// # Panics
///
/// Where it cannot be started.
pub fn start<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Child {
    command(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the agent starts")
}

/// Reads a report that the agent wrote.
///
/// # Panics
///
/// Where there is none, or it is no valid report.
#[must_use]
pub fn report(directory: &Path) -> hardtarget_report::Report {
    let path = directory.join("report.json");
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    hardtarget_report::v1::parse(&bytes)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// How one engine ended in a report: the outcome's word and its reason.
///
/// # Panics
///
/// Where the report does not name the engine.
#[must_use]
pub fn outcome(report: &hardtarget_report::Report, engine: &str) -> (String, String) {
    let run = report
        .engines
        .iter()
        .find(|run| run.engine.as_str() == engine)
        .unwrap_or_else(|| panic!("the report does not name {engine}"));
    (
        run.outcome.as_str().to_owned(),
        run.outcome.why().unwrap_or_default().to_owned(),
    )
}
