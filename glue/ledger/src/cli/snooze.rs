//! `hardtarget-ledger snooze` and `unsnooze`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Failure, TableArgs, output};
use crate::entries;
use crate::snooze::{PARTITION, Snooze, Standing, day};
use crate::table::{Expected, Table};

/// How often a change is tried that somebody else comes between.
const TRIES: usize = 5;

/// What is to be held back.
#[derive(Debug, Args)]
pub struct SnoozeArgs {
    #[command(flatten)]
    pub(super) table: TableArgs,
    /// Whose findings: family:NAME, ami:ID, instance:ID or the bare name; * and ? stand for others
    #[arg(long, value_name = "PATTERN", value_parser = some_text())]
    target: String,
    /// Which findings: a check's id (HT-SSH-001, CVE-2026-1234) or a finding's key; * and ? stand for
    /// others
    #[arg(long, value_name = "ID-OR-KEY", value_parser = some_text())]
    finding: String,
    /// Why it may wait
    #[arg(long, value_name = "TEXT", value_parser = some_text())]
    reason: String,
    /// Who answers for it
    #[arg(long, value_name = "WHO", value_parser = some_text())]
    owner: String,
    /// The last day on which it holds, UTC; today or later
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    until: Date,
}

/// Which snooze is to end.
#[derive(Debug, Args)]
pub struct UnsnoozeArgs {
    #[command(flatten)]
    pub(super) table: TableArgs,
    /// The snooze's id, as `list` shows it
    #[arg(value_name = "ID")]
    id: String,
}

fn some_text() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

fn date(text: &str) -> Result<Date, String> {
    let day = text.parse();
    day.map_err(|_| "no day: write for example 2027-03-31".to_owned())
}

/// Makes a snooze, in the place of one with the same patterns, and says what it holds back now.
pub(super) async fn snooze(
    table: &impl Table,
    args: &SnoozeArgs,
    now: Timestamp,
) -> Result<(), Failure> {
    if args.until < day(now) {
        return Err(Failure::Over(args.until));
    }
    let snooze = Snooze::new(
        &args.target,
        &args.finding,
        &args.reason,
        &args.owner,
        args.until,
        now,
    );
    keep(table, &snooze).await?;
    let open = entries::open(table).await?;
    let about = open
        .iter()
        .filter(|one| snooze.is_about(&one.target, &one.fault));
    let held = match about.count() {
        0 => "nothing that is open now is held back by it: are the patterns right?".to_owned(),
        1 => "1 open finding is held back".to_owned(),
        many => format!("{many} open findings are held back"),
    };
    output::note(&format!(
        "snoozed until the end of {} (UTC): {held}",
        snooze.until
    ));
    output::print(&format!("{}\n", snooze.id))?;
    Ok(())
}

/// Writes a snooze. The versions of its row go on, so that nobody who has read an older one puts that back.
async fn keep(table: &impl Table, snooze: &Snooze) -> Result<(), Failure> {
    for _ in 0..TRIES {
        let there = table.get(PARTITION, &snooze.id).await?;
        let expected = there.map_or(Expected::Absent, |row| Expected::Version(row.version));
        if table.put(&snooze.row(None), expected).await? {
            return Ok(());
        }
    }
    Err(Failure::Busy(snooze.id.clone()))
}

/// Ends a snooze.
pub(super) async fn unsnooze(
    table: &impl Table,
    args: &UnsnoozeArgs,
    now: Timestamp,
) -> Result<(), Failure> {
    for _ in 0..TRIES {
        let row = table.get(PARTITION, &args.id).await?;
        let Some(snooze) = row.and_then(Snooze::of_row) else {
            return Err(Failure::NoSnooze(args.id.clone()));
        };
        if snooze.standing(day(now)) != Standing::Active {
            output::note(&format!("snooze {} is over already", snooze.id));
            return Ok(());
        }
        let ended = Snooze {
            ended: Some(now),
            ..snooze
        };
        let expected = Expected::Version(ended.version);
        if table.put(&ended.row(None), expected).await? {
            output::note(&format!(
                "snooze {} has ended: what is still open is told again within a day",
                ended.id
            ));
            return Ok(());
        }
    }
    Err(Failure::Busy(args.id.clone()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::table::Memory;

    #[tokio::test]
    async fn who_has_read_the_older_snooze_does_not_put_it_back() {
        let table = Memory::default();
        let of =
            |until, now: &str| Snooze::new("web", "*", "Waits", "ops", until, now.parse().unwrap());
        let older = of(date(2026, 11, 20), "2026-11-01T12:00:00Z");
        keep(&table, &older).await.unwrap();
        let row = table.get(PARTITION, &older.id).await.unwrap().unwrap();
        let read = Snooze::of_row(row).unwrap();
        let newer = of(date(2026, 12, 24), "2026-11-21T00:05:30Z");
        keep(&table, &newer).await.unwrap();
        let woken = Snooze {
            woken: true,
            ..read
        };
        let expected = Expected::Version(woken.version);
        assert!(!table.put(&woken.row(None), expected).await.unwrap());
        let row = table.get(PARTITION, &older.id).await.unwrap().unwrap();
        let there = Snooze::of_row(row).unwrap();
        assert_eq!((there.until, there.woken), (newer.until, false));
    }
}
