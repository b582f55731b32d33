//! What was looked at, what was not, and why.
//!
//! Coverage travels with the findings: an engine that fell silent must never read as a clean host.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A source of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EngineId {
    /// Lynis, <https://cisofy.com/lynis/>.
    Lynis,
    /// Our own checks.
    Native,
    /// The installed packages.
    Packages,
    /// OpenSCAP, <https://www.open-scap.org/>.
    OpenScap,
}

impl EngineId {
    /// All engines, in the order in which they are reported.
    pub const ALL: [Self; 4] = [Self::Lynis, Self::Native, Self::Packages, Self::OpenScap];

    /// The lower-case word used on the wire and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lynis => "lynis",
            Self::Native => "native",
            Self::Packages => "packages",
            Self::OpenScap => "openscap",
        }
    }
}

impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no engine.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no engine: use lynis, native, packages or openscap")]
pub struct UnknownEngine(String);

impl FromStr for EngineId {
    type Err = UnknownEngine;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|engine| engine.as_str() == word)
            .ok_or_else(|| UnknownEngine(word.to_owned()))
    }
}

/// What one engine did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineRun {
    /// Which engine.
    pub engine: EngineId,
    /// Its version, where it has one of its own.
    pub version: Option<String>,
    /// How it ended.
    pub outcome: EngineOutcome,
    /// How long it took.
    pub duration: Duration,
    /// What became of each check, sorted by id.
    pub checks: Vec<CheckRun>,
}

/// How an engine ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineOutcome {
    /// It ran to its end.
    Ran,
    /// It ran, but not all of it: the reasons. What it found counts, what it did not is unknown.
    Partial(String),
    /// It was left out on purpose, or has nothing to do here: why.
    Skipped(String),
    /// It gave nothing: why.
    Failed(String),
}

impl EngineOutcome {
    /// The lower-case word used on the wire.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Ran => "ran",
            Self::Partial(_) => "partial",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }

    /// The reason, for everything but [`Self::Ran`].
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Ran => None,
            Self::Partial(why) | Self::Skipped(why) | Self::Failed(why) => Some(why),
        }
    }
}

/// What became of one check. Sorts by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckRun {
    /// The check's id.
    pub id: String,
    /// What became of it.
    pub outcome: CheckOutcome,
}

/// What became of a check. Unknown is not a pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckOutcome {
    /// It looked and found nothing wrong.
    Pass,
    /// It looked and found something wrong: there is a finding.
    Fail,
    /// What it looks at does not exist here: why.
    NotApplicable(String),
    /// It could not look: why.
    Unknown(String),
    /// It was left out on purpose: why.
    Skipped(String),
}

impl CheckOutcome {
    /// The lower-case word used on the wire.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable(_) => "not-applicable",
            Self::Unknown(_) => "unknown",
            Self::Skipped(_) => "skipped",
        }
    }

    /// The reason, where there is one.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Pass | Self::Fail => None,
            Self::NotApplicable(why) | Self::Unknown(why) | Self::Skipped(why) => Some(why),
        }
    }
}
