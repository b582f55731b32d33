//! What is to be told, as an object in the bucket under `changes/`: written once, read by the function that
//! tells. Its arrival in S3 is what wakes that function, so nothing can be recorded and not told.

use std::collections::BTreeMap;

use hardtarget_report::Severity;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::entry::Entry;
use crate::fault::Fault;
use crate::target::Target;

#[cfg(test)]
pub(crate) mod sample;

/// Where these objects are.
pub const PREFIX: &str = "changes/";

/// The key of what is to be told: by the month of `at`, which has to be the same whenever the same thing is told
/// again, and its id.
#[must_use]
pub fn key(at: Timestamp, id: &str) -> String {
    let day = at.to_zoned(TimeZone::UTC).date();
    format!("{PREFIX}{:04}/{:02}/{id}.json", day.year(), day.month())
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it is nearly always the largest"
)]
pub enum News {
    /// What a look at a target changed.
    Change(Change),
    /// The month's list of all that is open.
    Monthly(Monthly),
    /// A run over the golden list is over.
    Golden(Golden),
    /// What is open all the time: no news for people.
    StillOpen(StillOpen),
}

/// What a look at a target changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Always 1.
    pub version: u32,
    /// The look's id.
    pub id: String,
    /// What was looked at.
    pub target: Target,
    /// What looked.
    pub source: Source,
    /// When.
    pub at: Timestamp,
    /// Whether nothing was known of the target before: all that is open is new then.
    pub first: bool,
    /// What it was about, as far as it is known.
    pub ami: Option<String>,
    /// The AMI's name.
    pub ami_name: Option<String>,
    /// The instance that was looked at.
    pub instance: Option<String>,
    /// The key of the `report.json`, if there is one; `report.html` and `diff.json` are beside it.
    pub report: Option<String>,
    /// How the score moved.
    pub score: Option<ScoreMove>,
    /// How much of the target is open now, by severity: all five names.
    pub open: BTreeMap<String, u64>,
    /// What is open now and was not, worst first. Snoozed ones are not in it.
    pub new: Vec<Told>,
    /// What speaks up again: its waiver or snooze is over. Worst first.
    pub returned: Vec<Told>,
    /// What was open and is not there any more, worst first.
    pub fixed: Vec<Told>,
    /// What was open and is waived now, worst first: still there, but somebody lives with it.
    #[serde(default)]
    pub waived: Vec<Told>,
    /// What was open when the instance was terminated, worst first: nobody repaired it.
    #[serde(default)]
    pub gone: Vec<Told>,
    /// What is open now and told in no words, worst first: it is not new, as it was part of another finding before.
    /// Whoever keeps a list of what is open, as Security Hub does, has to know of it.
    #[serde(default)]
    pub quietly_opened: Vec<Told>,
    /// What is not open any more and told in no words, worst first: it has become part of another engine's finding,
    /// or a look that came late let a newer one close it. As [`Self::quietly_opened`].
    #[serde(default)]
    pub quietly_closed: Vec<Told>,
    /// How many are new or returned, and snoozed.
    pub snoozed: u64,
}

/// What looked at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A published report.
    Report,
    /// Systems Manager's compliance items.
    Ssm,
    /// InSpec's own JSON report.
    Inspec,
    /// Nobody: a snooze is over.
    Snooze,
    /// EC2: the instance was terminated, so that there is nothing left to look at.
    Ec2,
}

/// A fault as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// When it became what it is told as ([`Entry::changed`]): of what is told of one fault, whatever comes first,
    /// the latest of these is how it stands. `None` in what versions have written that did not note it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
}

/// How far a telling that changes no entry stays behind the clock. Whoever changes an entry later may have begun
/// before, and has the clock of then: the template gives the functions 3 minutes, and clocks differ by less than the
/// rest.
const BEHIND: SignedDuration = SignedDuration::from_mins(10);

impl Told {
    /// An entry as it is told.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        Self {
            fault: entry.fault.clone(),
            first_seen: entry.first_seen,
            last_seen: entry.last_seen,
            changed: Some(entry.changed()),
        }
    }

    /// An entry that is told again as it stands, at `now`: newer than what was told of it, and older than what
    /// becomes of it after it was read.
    #[must_use]
    pub fn again(entry: &Entry, now: Timestamp) -> Self {
        let since = now.checked_sub(BEHIND).unwrap_or(now);
        Self {
            changed: Some(entry.changed().max(since)),
            ..Self::of(entry)
        }
    }
}

/// How the score moved from the last complete report of the family (or of the same AMI) to this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreMove {
    /// The old index.
    pub old: Option<u8>,
    /// The new index.
    pub new: Option<u8>,
    /// Why the two do not compare; empty if they do.
    pub reasons: Vec<String>,
}

/// The month's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monthly {
    /// Always 1.
    pub version: u32,
    /// `2026-11`.
    pub month: String,
    /// When it was made.
    pub at: Timestamp,
    /// The key of the CSV.
    pub csv: String,
    /// How many targets have something open.
    pub targets: u64,
    /// How much is open, by severity: all five names. Snoozed ones are not in it.
    pub open: BTreeMap<String, u64>,
    /// How many are snoozed.
    pub snoozed: u64,
    /// The oldest open ones, worst first. Snoozed ones are not in it.
    pub oldest: Vec<Oldest>,
}

/// One of the oldest faults that are open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oldest {
    /// What is wrong there.
    pub target: Target,
    /// The fault.
    #[serde(flatten)]
    pub told: Told,
}

/// What is open all the time, of some targets, for who forgets what is not told again: see [`crate::still_open`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StillOpen {
    /// Always 1.
    pub version: u32,
    /// When it was read.
    pub at: Timestamp,
    /// By target and the look that saw it last.
    pub found: Vec<StillOpenAt>,
}

/// What a look saw that is open since. What is not said of these members is as in [`Change`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StillOpenAt {
    /// What was looked at.
    pub target: Target,
    /// What looked; nobody ([`Source::Snooze`]) if that is not known any more.
    pub source: Source,
    /// What it was about, as far as it is known.
    pub ami: Option<String>,
    /// The AMI's name.
    pub ami_name: Option<String>,
    /// The instance that was looked at.
    pub instance: Option<String>,
    /// The key of the `report.json`, if there is one.
    pub report: Option<String>,
    /// What is open and not snoozed.
    pub open: Vec<Told>,
}

/// A run over the golden list is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Golden {
    /// Always 1.
    pub version: u32,
    /// The run's id.
    pub run: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// What was wrong with the list, entry by entry, by position.
    pub problems: Vec<String>,
    /// What goes to SNS as it stands: one object an AMI, see `golden::message`.
    pub message: serde_json::Value,
}

/// A severity with its count, for maps of all five.
#[must_use]
pub fn counts<'a>(severities: impl IntoIterator<Item = &'a Severity>) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> = Severity::ALL
        .into_iter()
        .map(|one| (one.as_str().to_owned(), 0))
        .collect();
    for one in severities {
        *counts.entry(one.as_str().to_owned()).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use hardtarget_report::Severity;
    use jiff::ToSpan as _;
    use proptest::prelude::*;

    use super::*;
    use crate::entries;
    use crate::entry::State;

    proptest! {
        /// An entry is read to be told again, and changes after that. Both functions have begun up to 3 minutes
        /// before, and their clocks go wrong by up to a minute.
        #[test]
        fn what_is_told_again_is_newer_than_before_and_older_than_what_comes(
            changed in -3_600..0_i64,
            read in (0..180_i64, -60..60_i64),
            later in (0..600_i64, 0..180_i64, -60..60_i64),
        ) {
            let at = |seconds: i64| -> Timestamp {
                sample::at("2026-12-01T03:17:00Z").checked_add(seconds.seconds()).unwrap()
            };
            let mut entry = entries::sample::open("family:web", "HT-SSH-001", Severity::High);
            entry.changed_at = Some(at(changed));
            let (ago, wrong) = read;
            let again = Told::again(&entry, at(wrong - ago)).changed;
            prop_assert!(again >= entry.changed_at);
            let (after, ago, wrong) = later;
            let mut fixed = entry.clone();
            fixed.newest.state = State::Fixed;
            crate::record::date(Some(&entry), &mut fixed, at(after - ago + wrong));
            prop_assert!(fixed.changed_at > again);
        }
    }
}
