//! What somebody does not want to hear of for a while: by targets and findings, for a reason, until a day.
//!
//! Snoozed entries stay open in the ledger and in the month's list, but are not told as new. Once the day is
//! over they speak up again, once: see [`wake`].

mod set;
mod silence;
mod wake;

use hardtarget_report::clean_line;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tracing::error;
use wildmatch::WildMatch;

use crate::fault::Fault;
use crate::table::{Row, Table, TableError};
use crate::target::Target;

pub use set::{Ended, end, set};
pub use silence::{Heard, Silence};
pub use wake::wake;

/// The partition of all snoozes.
pub const PARTITION: &str = "snooze";

/// The longest pattern, reason or owner, in characters.
pub const LONGEST: usize = 500;

/// How long an id is.
const ID: usize = 8;

/// One snooze.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    /// What it is called by: 8 hexadecimal digits, the same for the same patterns.
    pub id: String,
    /// Whose faults: `family:web`, or a pattern with `*` and `?`. Held against the target as it is written
    /// and against its bare name.
    pub target: String,
    /// Which faults: a check's id or a fault's key, or a pattern with `*` and `?`.
    pub finding: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, UTC.
    pub until: Date,
    /// When it was made. Tells this snooze from an older one with the same patterns: no two have the same.
    pub created: Timestamp,
    /// When somebody ended it before its day.
    #[serde(default)]
    pub ended: Option<Timestamp>,
    /// Whether what it held back has been told again.
    #[serde(default)]
    pub woken: bool,
    /// The row's version.
    #[serde(skip)]
    pub version: u64,
}

/// How a snooze stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Active,
    /// Its day is over.
    Expired,
    /// Somebody ended it.
    Ended,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Ended => "ended",
        }
    }
}

impl Snooze {
    /// A snooze as somebody asks for it.
    #[must_use]
    pub fn new(
        target: &str,
        finding: &str,
        reason: &str,
        owner: &str,
        until: Date,
        now: Timestamp,
    ) -> Self {
        let [target, finding, reason, owner] =
            [target, finding, reason, owner].map(|text| clean_line(text.trim(), LONGEST));
        Self {
            id: id(&target, &finding),
            target,
            finding,
            reason,
            owner,
            until,
            created: now,
            ended: None,
            woken: false,
            version: 0,
        }
    }

    /// Whether its patterns are about this, whatever day it is.
    #[must_use]
    pub fn is_about(&self, target: &Target, fault: &Fault) -> bool {
        let finding = WildMatch::new(&self.finding);
        is_of(&self.target, target) && (finding.matches(&fault.id) || finding.matches(&fault.key))
    }

    /// How it stands on a day.
    #[must_use]
    pub fn standing(&self, today: Date) -> Standing {
        if self.ended.is_some() {
            Standing::Ended
        } else if self.until < today {
            Standing::Expired
        } else {
            Standing::Active
        }
    }

    /// What tells it from an older or newer one with the same patterns: its id and when it was made, in
    /// milliseconds since 1970.
    #[must_use]
    pub fn life(&self) -> String {
        format!("{}-{}", self.id, self.created.as_millisecond())
    }

    /// When it is over: when somebody ended it, else when its last day ends.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        let day = self.until.checked_add(1.day());
        let end = day.and_then(|day| day.to_zoned(TimeZone::UTC));
        let end = end.map_or(Timestamp::MAX, |end| end.timestamp());
        self.ended.map_or(end, |ended| ended.min(end))
    }

    /// Its row. `expires` is when DynamoDB may forget it.
    #[must_use]
    pub fn row(&self, expires: Option<Timestamp>) -> Row {
        let body = match serde_json::to_value(self) {
            Ok(Value::Object(body)) => body,
            _ => Map::new(),
        };
        Row {
            pk: PARTITION.to_owned(),
            sk: self.id.clone(),
            version: self.version,
            expires,
            body,
        }
    }

    /// The snooze of a row; one that cannot be read silences nothing, and the log says so.
    #[must_use]
    pub fn of_row(row: Row) -> Option<Self> {
        match serde_json::from_value::<Self>(Value::Object(row.body)) {
            Ok(snooze) => Some(Self {
                version: row.version,
                ..snooze
            }),
            Err(why) => {
                error!(row.sk, %why, "a snooze that cannot be read");
                None
            }
        }
    }
}

/// Whether a pattern is about a target, by `family:web` or by `web`.
#[must_use]
pub fn is_of(pattern: &str, target: &Target) -> bool {
    let pattern = WildMatch::new(pattern);
    pattern.matches(&target.to_string()) || pattern.matches(target.name())
}

/// What a snooze is called by.
fn id(target: &str, finding: &str) -> String {
    let digest = Sha256::new()
        .chain_update(target)
        .chain_update([0])
        .chain_update(finding)
        .finalize();
    data_encoding::HEXLOWER.encode(digest.get(..ID / 2).unwrap_or_default())
}

/// The day of a time, UTC.
#[must_use]
pub fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// All snoozes there are, also those that are over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snoozes(Vec<Snooze>);

impl Snoozes {
    /// Reads them.
    pub async fn load(table: &impl Table) -> Result<Self, TableError> {
        let rows = table.query(PARTITION, "").await?;
        Ok(rows.into_iter().filter_map(Snooze::of_row).collect())
    }

    /// The snooze that holds a fault back on a day, if any; of several the one that ends last.
    #[must_use]
    pub fn covering(&self, target: &Target, fault: &Fault, today: Date) -> Option<&Snooze> {
        let about = self.0.iter().filter(|one| one.is_about(target, fault));
        let active = about.filter(|one| one.standing(today) == Standing::Active);
        active.max_by_key(|one| (one.end(), &one.id))
    }

    /// Whether a fault is held back on a day.
    #[must_use]
    pub fn covers(&self, target: &Target, fault: &Fault, today: Date) -> bool {
        self.covering(target, fault, today).is_some()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Snooze> {
        self.0.iter()
    }
}

impl FromIterator<Snooze> for Snoozes {
    fn from_iter<I: IntoIterator<Item = Snooze>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
