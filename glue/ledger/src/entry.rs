//! An entry of the ledger: a fault of a target, with what the looks at it told.
//!
//! Entries are joined, never overwritten: the join is the same whatever comes first, however often, so
//! that reports may arrive twice, at once or out of order. What is kept is the earliest sighting, the
//! latest sighting, the newest sighting by [`Order`], and the first look after that one which looked for
//! the fault and did not find it, or the end of the target.

use hardtarget_report::Severity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::target::Target;

/// The place of a look among the looks at a target: later is newer. A family is as its newest AMI is: a
/// report of an older AMI, made again later, is an older look.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Order {
    /// When the AMI was made; for an instance when it was looked at; see also [`Order::of_end`].
    pub created: Timestamp,
    /// When the look ended.
    pub finished: Timestamp,
    /// The look's own id, so that no two are equal.
    pub id: String,
}

impl Order {
    /// A look's place. Times are cut to milliseconds, and none is before 1970: so they sort as text too.
    #[must_use]
    pub fn new(created: Timestamp, finished: Timestamp, id: impl Into<String>) -> Self {
        let cut = |at: Timestamp| {
            let milliseconds = at.as_millisecond().max(0);
            Timestamp::from_millisecond(milliseconds).unwrap_or(at)
        };
        Self {
            created: cut(created),
            finished: cut(finished),
            id: id.into(),
        }
    }

    /// The place of a target's end: newer than every look at it. What is told of it later, or was looked at later,
    /// is of the time before, since a terminated instance does not come back and its id is not given again.
    #[must_use]
    pub fn of_end(ended: Timestamp, id: impl Into<String>) -> Self {
        Self::new(Timestamp::MAX, ended, id)
    }
}

/// What a look told of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its target has ended: nobody repaired anything, and nobody has to.
    Gone,
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

/// A fault as a look saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The fault.
    pub fault: Fault,
    /// Whether somebody lives with it.
    pub waived: bool,
    /// The keys of other engines' faults that this one has taken in: they are the same fault.
    pub same_as: Vec<String>,
    /// Of a vulnerability, what decides later whether a look would have found it again.
    pub package: Option<Package>,
}

impl Sighting {
    /// A fault that somebody lives with, or not.
    #[must_use]
    pub fn new(fault: Fault, waived: bool) -> Self {
        Self {
            fault,
            waived,
            same_as: Vec::new(),
            package: None,
        }
    }

    const fn state(&self) -> State {
        if self.waived {
            State::Waived
        } else {
            State::Open
        }
    }
}

/// The package that a vulnerability is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its kind: `deb`, `rpm`, …
    pub kind: String,
    /// The version installed.
    pub installed: String,
    /// Whether a newer version repairs it.
    pub has_fix: bool,
    /// The feeds that the vulnerability was looked up in.
    pub feeds: Vec<String>,
}

/// What a look says of one fault.
#[derive(Debug, Clone, Copy)]
pub enum Says<'a> {
    /// It is there.
    Seen(&'a Sighting),
    /// It was looked for, and is not there.
    NotThere,
    /// It became part of another engine's finding, which is there.
    TakenIn,
    /// Its target has ended.
    Ended,
    /// Nothing: it was not looked for.
    Nothing,
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What is wrong there.
    pub target: Target,
    /// What is wrong, as the newest sighting has it.
    pub fault: Fault,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// The newest sighting's place.
    pub seen: Order,
    /// The newest sighting; or the first look after it that looked for the fault and did not find it, or the
    /// target's end.
    pub newest: Look,
    /// See [`Sighting::same_as`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_as: Vec<String>,
    /// See [`Sighting::package`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// What it was before the look that changed it last: `None` if it was not known.
    #[serde(default)]
    pub was: Option<State>,
    /// The id of the look that opened or closed it last: what has changed is told once, by that one. Empty
    /// if nobody tells it. This and what stands below, and `was`, are not part of what the order of arrival
    /// must not change.
    pub changed_by: String,
    /// The id of the look that opened or closed it last, if that is told in no words, but has to be known where
    /// lists of what is open are kept: see [`crate::change::Change::quietly_closed`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quietly_by: String,
    /// See [`Self::changed`]; `None` in what versions have written that did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// Whether a snooze held it back when it was opened last: that was not told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_back: bool,
    /// Else the snoozes about it that were over by then ([`crate::snooze::Snooze::life`]): it does not speak up again
    /// because of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened_after: Vec<String>,
}

impl Entry {
    /// Whether it is open: there, and not waived.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.newest.state == State::Open
    }

    /// Whether it is over: fixed, or gone with its target.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.newest.state, State::Fixed | State::Gone)
    }

    /// When it was opened, closed or waived last, in the ledger: by the clock of the function that did so, but
    /// later than the time before in any case. So of two changes of an entry the later one has the later time,
    /// however much the functions' clocks differ and whichever is told first.
    #[must_use]
    pub fn changed(&self) -> Timestamp {
        self.changed_at.unwrap_or(self.newest.order.finished)
    }

    /// Its severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.fault.severity
    }

    /// Joins what a look at `order` says to what is known; who changed it stays as it was.
    ///
    /// A sighting that is the newest leaves open again what an even newer look did not find: that has to be
    /// joined anew, as it may depend on the sighting whether that one looked for the fault.
    #[must_use]
    pub fn join(
        known: Option<Self>,
        target: &Target,
        order: &Order,
        says: Says<'_>,
    ) -> Option<Self> {
        match (known, says) {
            (None, Says::Seen(sighting)) => Some(Self {
                target: target.clone(),
                fault: sighting.fault.clone(),
                first_seen: order.finished,
                last_seen: order.finished,
                seen: order.clone(),
                newest: Look {
                    order: order.clone(),
                    state: sighting.state(),
                },
                same_as: sighting.same_as.clone(),
                package: sighting.package.clone(),
                was: None,
                changed_by: String::new(),
                quietly_by: String::new(),
                changed_at: None,
                held_back: false,
                opened_after: Vec::new(),
            }),
            (Some(mut known), Says::Seen(sighting)) => {
                known.first_seen = known.first_seen.min(order.finished);
                known.last_seen = known.last_seen.max(order.finished);
                if *order > known.seen {
                    known.fault.clone_from(&sighting.fault);
                    known.same_as.clone_from(&sighting.same_as);
                    known.package.clone_from(&sighting.package);
                    known.seen.clone_from(order);
                    known.newest = Look {
                        order: order.clone(),
                        state: sighting.state(),
                    };
                }
                Some(known)
            }
            (Some(mut known), Says::NotThere | Says::TakenIn | Says::Ended) => {
                let first = !known.is_closed() || *order < known.newest.order;
                if *order > known.seen && first {
                    let ended = matches!(says, Says::Ended);
                    known.newest = Look {
                        order: order.clone(),
                        state: if ended { State::Gone } else { State::Fixed },
                    };
                }
                Some(known)
            }
            (known, _) => known,
        }
    }
}
