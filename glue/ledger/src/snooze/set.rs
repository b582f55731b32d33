//! Setting a snooze and ending it before its day, while others may do the same and [`wake`](super::wake) works.

use jiff::{SignedDuration, Timestamp};

use super::{ID, PARTITION, Snooze, Standing, day};
use crate::table::{Expected, Table, TableError};

/// How often a change is tried that somebody else comes between.
const TRIES: usize = 5;

/// What came of ending a snooze.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It has ended.
    Now,
    /// It was over before.
    Before,
    /// There is none.
    Unknown,
    /// Somebody else changes it, again and again.
    Busy,
}

/// Sets a snooze, in the place of one with the same patterns. False if somebody else changes that one again and
/// again.
pub async fn set(table: &impl Table, snooze: &Snooze) -> Result<bool, TableError> {
    for _ in 0..TRIES {
        let there = table.get(PARTITION, &snooze.id).await?;
        // Whoever has read the old one, to note that it has woken, must find that it is not there any more.
        let expected = there
            .as_ref()
            .map_or(Expected::Absent, |row| Expected::Version(row.version));
        let old = there.and_then(Snooze::of_row);
        let row = Snooze {
            created: created_after(old.as_ref(), snooze.created),
            ..snooze.clone()
        };
        if table.put(&row.row(None), expected).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When a snooze was made that takes the place of another: later than that, whatever the clock says.
fn created_after(old: Option<&Snooze>, now: Timestamp) -> Timestamp {
    let next = old.and_then(|old| {
        let millisecond = SignedDuration::from_millis(1);
        old.created.checked_add(millisecond).ok()
    });
    next.map_or(now, |next| next.max(now))
}

/// Ends a snooze before its day.
pub async fn end(table: &impl Table, id: &str, now: Timestamp) -> Result<Ended, TableError> {
    if id.len() != ID {
        return Ok(Ended::Unknown);
    }
    for _ in 0..TRIES {
        let row = table.get(PARTITION, id).await?;
        let Some(snooze) = row.and_then(Snooze::of_row) else {
            return Ok(Ended::Unknown);
        };
        if snooze.standing(day(now)) != Standing::Active {
            return Ok(Ended::Before);
        }
        let expected = Expected::Version(snooze.version);
        let ended = Snooze {
            ended: Some(now),
            ..snooze
        };
        if table.put(&ended.row(None), expected).await? {
            return Ok(Ended::Now);
        }
    }
    Ok(Ended::Busy)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::snooze::Snoozes;
    use crate::table::Memory;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn snooze(made: &str) -> Snooze {
        let until = date(2026, 11, 30);
        Snooze::new("web", "*", "Waits", "ops@example.org", until, at(made))
    }

    async fn there(table: &Memory) -> Snooze {
        let all = Snoozes::load(table).await.unwrap();
        all.iter().next().unwrap().clone()
    }

    #[tokio::test]
    async fn whoever_has_read_the_old_one_does_not_write_over_the_new() {
        let table = Memory::default();
        assert!(set(&table, &snooze("2026-11-01T12:00:00Z")).await.unwrap());
        let old = there(&table).await;
        let new = snooze("2026-11-02T12:00:00Z");
        assert!(set(&table, &new).await.unwrap());
        let woken = Snooze { woken: true, ..old };
        let expected = Expected::Version(woken.version);
        assert!(!table.put(&woken.row(None), expected).await.unwrap());
        let kept = there(&table).await;
        assert_eq!((kept.created, kept.woken), (new.created, false));
    }

    #[tokio::test]
    async fn a_clock_that_goes_back_makes_no_two_the_same() {
        let table = Memory::default();
        for made in ["2026-11-02T12:00:00Z", "2026-11-01T12:00:00Z"] {
            assert!(set(&table, &snooze(made)).await.unwrap());
        }
        assert_eq!(there(&table).await.created, at("2026-11-02T12:00:00.001Z"));
    }

    #[tokio::test]
    async fn what_is_no_id_is_not_asked_for() {
        let now = at("2026-11-02T12:00:00Z");
        for id in ["", "web", "00000000"] {
            assert_eq!(
                end(&Memory::default(), id, now).await.unwrap(),
                Ended::Unknown
            );
        }
    }
}
