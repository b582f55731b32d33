//! What supervisor and worker say to each other: one JSON value a line, over pipes, so that a full
//! disk cannot silence them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use hardtarget_report::{EngineOutcome, EngineRun, v1};
use serde::{Deserialize, Serialize};

use crate::engines::Yield;

/// What the worker is to do: one line on its stdin.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    /// The root to scan; `None` for the running machine.
    pub(crate) root: Option<PathBuf>,
    /// The engines to run.
    pub(crate) engines: Vec<v1::EngineId>,
    /// Ids of checks and tests to leave out.
    pub(crate) skip: BTreeSet<String>,
    /// Whether Lynis runs with its own profile.
    pub(crate) stock_lynis: bool,
    /// The Lynis to use instead of the embedded one.
    pub(crate) lynis: Option<PathBuf>,
    /// The file of advisories to look vulnerabilities up in.
    pub(crate) advisories: Option<PathBuf>,
    /// The data stream that OpenSCAP scans with, if not the machine's own.
    pub(crate) scap: Option<PathBuf>,
    /// The profile of it, if not the one that is chosen by itself.
    pub(crate) scap_profile: Option<String>,
    /// How long the engines may take.
    pub(crate) limit: Duration,
    /// The private directory.
    pub(crate) work: PathBuf,
}

/// What the worker says on its stdout.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Message {
    /// What is being scanned.
    Target(Box<v1::Target>),
    /// An engine has begun.
    Begun(v1::EngineId),
    /// An engine leads a process group of this id.
    Group(i32),
    /// How far an engine is.
    Step {
        /// Which engine.
        engine: v1::EngineId,
        /// Steps done.
        done: usize,
        /// Of about so many.
        total: usize,
        /// What is at work now.
        what: String,
    },
    /// An engine has ended.
    Ended(Box<Ended>),
}

/// All that an engine gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) run: v1::Engine,
    pub(crate) score: Option<v1::Score>,
    pub(crate) findings: Vec<v1::Finding>,
    pub(crate) packages: Vec<v1::Package>,
    pub(crate) advisories: Option<v1::Advisories>,
    pub(crate) vulnerabilities: Vec<v1::Vulnerability>,
    pub(crate) facts: BTreeMap<String, Vec<String>>,
    pub(crate) attachments: Vec<(String, PathBuf)>,
}

impl Ended {
    /// What an engine gave, or why it gave nothing, as it travels.
    pub(crate) fn new(
        engine: hardtarget_report::EngineId,
        duration: Duration,
        result: Result<Yield, EngineOutcome>,
    ) -> Self {
        let (outcome, given) = match result {
            Ok(given) if given.incomplete.is_empty() => (EngineOutcome::Ran, given),
            Ok(given) => (EngineOutcome::Partial(given.incomplete.join("; ")), given),
            Err(outcome) => (outcome, Yield::default()),
        };
        Self {
            run: (&EngineRun {
                engine,
                version: given.version,
                outcome,
                duration,
                checks: given.checks,
            })
                .into(),
            score: given.score.as_ref().map(Into::into),
            findings: given.findings.iter().map(Into::into).collect(),
            packages: given.packages.iter().map(Into::into).collect(),
            advisories: given.advisories.as_ref().map(Into::into),
            vulnerabilities: given.vulnerabilities.iter().map(Into::into).collect(),
            facts: given.facts,
            attachments: given.attachments,
        }
    }
}
