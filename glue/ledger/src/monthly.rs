//! The month's list of all that is open: a CSV under `monthly/` and the news of it under `changes/`.
//!
//! What is waived is not in it: somebody lives with it, and its report says who and why. What is snoozed is in
//! it and says so: it is to be seen once a month that it waits. A ledger in which nothing is open gives a table
//! with its header alone and news with zeros, since silence might mean that nothing works.
//!
//! The month is that of the day on which it is made, UTC. Made again within the month, the CSV is that of the
//! later time; told it is once.

use std::collections::BTreeSet;

use anyhow::Context as _;
use hardtarget_report::Severity;
use jiff::Timestamp;
use jiff::civil::Date;
use tracing::info;

use crate::app::App;
use crate::change::{self, Monthly, News, Oldest, Told, counts};
use crate::csv;
use crate::entries;
use crate::entry::Entry;
use crate::snooze::{Snoozes, day};

/// The columns. New ones are only ever added at the end. `age_days` counts from `first_seen` to the day of the
/// list; `state` is `open` or `snoozed`.
pub const COLUMNS: [&str; 14] = [
    "target",
    "severity",
    "id",
    "title",
    "subject",
    "engine",
    "first_seen",
    "last_seen",
    "age_days",
    "state",
    "snoozed_until",
    "snoozed_by",
    "snoozed_because",
    "key",
];

/// How many of the oldest are told.
const OLDEST: usize = 20;

/// Writes the month's list and its news.
pub async fn list(app: &App, now: Timestamp) -> anyhow::Result<()> {
    let today = day(now);
    let snoozes = Snoozes::load(&app.ledger).await?;
    let open = entries::open(&app.ledger).await?;
    let news = news(&open, &snoozes, now);
    let table = table(&open, &snoozes, today)?;
    app.s3
        .put(&news.csv, csv::CONTENT_TYPE, table.into_bytes())
        .await?;
    let key = change::key(now, &format!("monthly-{}", news.month));
    info!(news.csv, entries = open.len(), "the month's list");
    let body = serde_json::to_vec(&News::Monthly(news)).context("the month's news")?;
    app.s3.put_once(&key, "application/json", body).await?;
    Ok(())
}

/// The table, in the order of the entries.
fn table(open: &[Entry], snoozes: &Snoozes, today: Date) -> Result<String, csv::CsvError> {
    let row = |one: &Entry| {
        let fault = &one.fault;
        let snooze = snoozes.covering(&one.target, fault, today);
        let state = snooze.map_or("open", |_| "snoozed");
        let of_snooze =
            |text: &dyn Fn(&crate::snooze::Snooze) -> String| snooze.map(text).unwrap_or_default();
        [
            one.target.to_string(),
            fault.severity.to_string(),
            fault.id.clone(),
            fault.title.clone(),
            fault.subject.clone(),
            fault.engine.clone(),
            day(one.first_seen).to_string(),
            day(one.last_seen).to_string(),
            age(one, today).to_string(),
            state.to_owned(),
            of_snooze(&|snooze| snooze.until.to_string()),
            of_snooze(&|snooze| snooze.owner.clone()),
            of_snooze(&|snooze| snooze.reason.clone()),
            fault.key.clone(),
        ]
    };
    csv::table(&COLUMNS, open.iter().map(row))
}

/// Since how many days it is known, by the calendar; 0 for what was first seen today.
fn age(entry: &Entry, today: Date) -> i32 {
    let since = day(entry.first_seen).until(today);
    since.map_or(0, |since| since.get_days().max(0))
}

fn news(open: &[Entry], snoozes: &Snoozes, now: Timestamp) -> Monthly {
    let today = day(now);
    let (snoozed, loud): (Vec<&Entry>, Vec<&Entry>) = open
        .iter()
        .partition(|one| snoozes.covers(&one.target, &one.fault, today));
    let targets: BTreeSet<_> = open.iter().map(|one| &one.target).collect();
    let month = format!("{:04}-{:02}", today.year(), today.month());
    Monthly {
        version: 1,
        at: now,
        csv: format!("monthly/{month}.csv"),
        targets: u64::try_from(targets.len()).unwrap_or(u64::MAX),
        open: counts(loud.iter().map(|one| &one.fault.severity)),
        snoozed: u64::try_from(snoozed.len()).unwrap_or(u64::MAX),
        oldest: oldest(loud),
        month,
    }
}

/// The oldest of the worst severity that there is, then of the next: what has been known for long and matters.
fn oldest(mut loud: Vec<&Entry>) -> Vec<Oldest> {
    let rank = |one: &&Entry| -> (Severity, Timestamp) { (one.fault.severity, one.first_seen) };
    // Stable: what is as old stays in the order of the list.
    loud.sort_by_key(rank);
    let first = loud.into_iter().take(OLDEST);
    first
        .map(|one| Oldest {
            target: one.target.clone(),
            told: Told::of(one),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::entries::sample;
    use crate::snooze::Snooze;

    fn now() -> Timestamp {
        "2026-12-01T07:00:00Z".parse().unwrap()
    }

    fn snoozes() -> Snoozes {
        let (reason, owner) = ("=Waits for \"spring\"", "ops@example.org");
        let until = date(2027, 3, 31);
        [Snooze::new("db", "HT-*", reason, owner, until, now())]
            .into_iter()
            .collect()
    }

    fn open() -> Vec<Entry> {
        let mut odd = sample::open("instance:i-0abc", "xccdf_1", Severity::High);
        odd.fault.title = "@SUM(1+1)\nüber".to_owned();
        odd.first_seen = "2026-12-01T06:00:00Z".parse().unwrap();
        vec![
            sample::open("family:web", "CVE-2026-1", Severity::Critical),
            sample::open("family:db", "HT-SSH-001", Severity::High),
            odd,
        ]
    }

    #[test]
    fn the_table_tells_ages_and_who_snoozed_and_has_no_formulas() {
        let table = table(&open(), &snoozes(), day(now())).unwrap();
        insta::assert_snapshot!(table.trim_start_matches('\u{FEFF}').replace('\r', ""));
    }

    #[test]
    fn the_news_counts_what_is_snoozed_apart() {
        let news = news(&open(), &snoozes(), now());
        assert_eq!(news.month, "2026-12");
        assert_eq!(news.csv, "monthly/2026-12.csv");
        assert_eq!((news.targets, news.snoozed), (3, 1));
        assert_eq!((news.open["critical"], news.open["high"]), (1, 1));
        let oldest: Vec<&str> = news
            .oldest
            .iter()
            .map(|one| one.told.fault.id.as_str())
            .collect();
        assert_eq!(oldest, ["CVE-2026-1", "xccdf_1"]);
    }

    #[test]
    fn the_oldest_of_the_worst_come_first() {
        let mut all: Vec<Entry> = (10..40)
            .map(|day| {
                let mut one = sample::open("family:web", &format!("day {day}"), Severity::Low);
                one.first_seen = Timestamp::from_second(86_400 * i64::from(100 - day)).unwrap();
                one
            })
            .collect();
        all.push(sample::open("family:web", "worse", Severity::High));
        let oldest = oldest(all.iter().collect());
        let ids: Vec<&str> = oldest
            .iter()
            .map(|one| one.told.fault.id.as_str())
            .collect();
        assert_eq!(ids[..3], ["worse", "day 39", "day 38"]);
        assert_eq!(ids.len(), OLDEST);
    }

    #[test]
    fn an_empty_ledger_is_told_as_such() {
        let snoozes = Snoozes::default();
        let table = table(&[], &snoozes, day(now())).unwrap();
        assert_eq!(table.lines().count(), 1);
        let news = news(&[], &snoozes, now());
        assert_eq!((news.targets, news.snoozed), (0, 0));
        assert_eq!(news.open.len(), 5);
        assert!(news.open.values().all(|count| *count == 0));
    }
}
