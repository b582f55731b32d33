//! The sources of findings.

pub mod lynis;
pub mod native;
pub mod openscap;
pub mod packages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use hardtarget_report::{Advisories, CheckRun, EngineId, Finding, Package, Score, Vulnerability};

use crate::clock::Clock;
pub use crate::facts::walk::SharedWalk;
use crate::host::Host;
use crate::message::Task;

/// What an engine is given.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The machine under scan.
    pub host: &'a Host,
    /// The time of day.
    pub clock: &'a dyn Clock,
    /// A private directory (0700) that is removed after the scan.
    pub work: &'a Path,
    /// When the engine must have ended.
    pub deadline: Instant,
    /// How many processors may be used.
    pub cores: usize,
    /// Ids of checks and tests to leave out.
    pub skip: &'a BTreeSet<String>,
    /// The walk over the file systems, one for all engines.
    pub walk: Arc<SharedWalk>,
    /// Where progress is told.
    pub progress: &'a dyn Progress,
}

/// Hears how far an engine is.
pub trait Progress: std::fmt::Debug + Send + Sync {
    /// `done` of about `total` steps are done; `what` is at work now.
    fn step(&self, engine: EngineId, done: usize, total: usize, what: &str);

    /// A process group was started, led by the process of this id: should the worker die, the
    /// supervisor ends the group.
    fn group(&self, leader: u32);
}

/// Why an engine does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// It has nothing to do here, and that is all right.
    NotHere(String),
    /// It is wanted but something that it needs is missing: the scan is incomplete.
    Unable(String),
}

/// The engines there are, in the order in which they are reported.
pub(crate) fn all(task: &Task) -> Vec<Box<dyn Engine>> {
    vec![
        Box::new(lynis::Lynis {
            directory: task.lynis.clone(),
            stock: task.stock_lynis,
        }),
        Box::new(native::Native),
        Box::new(packages::Packages {
            advisories: task.advisories.clone(),
        }),
        Box::new(openscap::OpenScap {
            content: task.scap.clone(),
            profile: task.scap_profile.clone(),
        }),
    ]
}

/// A source of findings.
pub trait Engine: std::fmt::Debug + Sync {
    /// Which one it is.
    fn id(&self) -> EngineId;

    /// Whether it has anything to do here; otherwise why not.
    fn applies(&self, cx: &Cx<'_>) -> Result<(), Skip>;

    /// Does its work. An error means that it gave nothing at all: that is coverage, not the end of
    /// the scan.
    fn run(&self, cx: &Cx<'_>) -> anyhow::Result<Yield>;
}

/// What an engine gives.
#[derive(Debug, Default)]
pub struct Yield {
    /// Its version, where it has one of its own.
    pub version: Option<String>,
    /// Why not all of it ran; empty if all did.
    pub incomplete: Vec<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What became of each check.
    pub checks: Vec<CheckRun>,
    /// The hardening index (Lynis only).
    pub score: Option<Score>,
    /// The installed packages.
    pub packages: Vec<Package>,
    /// What vulnerabilities were looked up in; `None` if they were not looked for.
    pub advisories: Option<Advisories>,
    /// Known vulnerabilities of the packages.
    pub vulnerabilities: Vec<Vulnerability>,
    /// What it tells besides, by name.
    pub facts: BTreeMap<String, Vec<String>>,
    /// Files to keep beside the report: name there, and where it is now (below [`Cx::work`]).
    pub attachments: Vec<(String, PathBuf)>,
}
