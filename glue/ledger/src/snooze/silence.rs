//! What snoozes say of a fault at the moment in which it is opened.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Snoozes, Standing, day};
use crate::entry::Entry;
use crate::fault::Fault;
use crate::table::{Table, TableError};
use crate::target::Target;

/// The snoozes as they stand on a day.
#[derive(Debug, Clone)]
pub struct Silence {
    snoozes: Snoozes,
    today: Date,
}

/// Whether anybody is to hear of a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Whether it is told now: no snooze holds it back.
    pub now: bool,
    /// The snoozes about it that are over ([`super::Snooze::life`]). What is told now is told after them.
    pub after: Vec<String>,
}

impl Silence {
    /// Reads the snoozes, as they stand on the day of `now`.
    pub async fn load(table: &impl Table, now: Timestamp) -> Result<Self, TableError> {
        Ok(Self {
            snoozes: Snoozes::load(table).await?,
            today: day(now),
        })
    }

    /// What they say of a fault.
    #[must_use]
    pub fn of(&self, target: &Target, fault: &Fault) -> Heard {
        let about = self.snoozes.iter();
        let about = about.filter(|one| one.is_about(target, fault));
        let (active, over): (Vec<_>, Vec<_>) =
            about.partition(|one| one.standing(self.today) == Standing::Active);
        Heard {
            now: active.is_empty(),
            after: over.into_iter().map(super::Snooze::life).collect(),
        }
    }

    /// Whether nobody has heard of an open entry yet: it was held back, and not known by another name before, and a
    /// snooze about it has not spoken up.
    #[must_use]
    pub fn is_untold(&self, entry: &Entry) -> bool {
        let holds = |one: &super::Snooze| !one.woken && one.is_about(&entry.target, &entry.fault);
        entry.held_back && !entry.changed_by.is_empty() && self.snoozes.iter().any(holds)
    }
}
