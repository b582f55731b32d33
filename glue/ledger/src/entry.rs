//! An entry of the ledger: a fault of a target, with what the newest look at it told.
//!
//! Entries are joined, never overwritten: the join is the same whatever comes first, however often, so
//! that reports may arrive twice, at once or out of order. What is kept is the earliest sighting, the
//! latest sighting, and the newest [`Look`] by [`Order`].

use hardtarget_report::Severity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::target::Target;

/// The place of a look among the looks at a target: later is newer. A family is as its newest AMI is: a
/// report of an older AMI, made again later, is an older look.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Order {
    /// When the AMI was made; for an instance when it was looked at.
    pub created: Timestamp,
    /// When the look ended.
    pub finished: Timestamp,
    /// The look's own id (a scan's id), so that no two are equal.
    pub id: String,
}

/// What a look told of a fault. Of two looks with the same order the greater counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Looked for, and not there.
    Fixed,
    /// There, and somebody lives with it.
    Waived,
    /// There.
    Open,
}

/// One look at one fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Look {
    /// Its place among the others.
    pub order: Order,
    /// What it told.
    pub state: State,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What is wrong there.
    pub target: Target,
    /// What is wrong.
    pub fault: Fault,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// The newest look.
    pub newest: Look,
    /// The id of the look that changed the state last: what has changed is told once, by that one. Not
    /// part of what the order of arrival must not change.
    pub changed_by: String,
}

impl Entry {
    /// Whether it is open: there, and not waived.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.newest.state == State::Open
    }

    /// Its severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.fault.severity
    }
}
