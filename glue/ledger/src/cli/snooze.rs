//! `hardtarget-ledger snooze` and `unsnooze`.

use clap::Args;
use hardtarget_report::clean_line;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Failure, TableArgs, output};
use crate::entries;
use crate::snooze::{self, Ended, LONGEST, Snooze, day};
use crate::table::Table;

/// What is to be held back.
#[derive(Debug, Args)]
pub struct SnoozeArgs {
    #[command(flatten)]
    pub(super) table: TableArgs,
    /// Whose findings: family:NAME, ami:ID, instance:ID or the bare name; * and ? stand for others
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    target: String,
    /// Which findings: a check's id (HT-SSH-001, CVE-2026-1234) or a finding's key; * and ? stand for
    /// others
    #[arg(long, value_name = "ID-OR-KEY", value_parser = pattern)]
    finding: String,
    /// Why it may wait
    #[arg(long, value_name = "TEXT", value_parser = some_text)]
    reason: String,
    /// Who answers for it
    #[arg(long, value_name = "WHO", value_parser = some_text)]
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
    #[arg(value_name = "ID", value_parser = some_text)]
    id: String,
}

fn some_text(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("it is blank".to_owned()),
        count if count > LONGEST => Err(format!(
            "it has {count} characters, and there is room for {LONGEST}"
        )),
        _ => Ok(text.to_owned()),
    }
}

/// A pattern that is changed before it is kept would fit nothing.
fn pattern(text: &str) -> Result<String, String> {
    let text = some_text(text)?;
    if clean_line(&text, LONGEST) == text {
        Ok(text)
    } else {
        Err("it has characters that no target and no finding has".to_owned())
    }
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
    if !snooze::set(table, &snooze).await? {
        return Err(Failure::Busy(snooze.id));
    }
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

/// Ends a snooze.
pub(super) async fn unsnooze(
    table: &impl Table,
    args: &UnsnoozeArgs,
    now: Timestamp,
) -> Result<(), Failure> {
    let id = &args.id;
    match snooze::end(table, id, now).await? {
        Ended::Now => output::note(&format!(
            "snooze {id} has ended: what is still open is told again within a day"
        )),
        Ended::Before => output::note(&format!("snooze {id} is over already")),
        Ended::Unknown => return Err(Failure::NoSnooze(id.clone())),
        Ended::Busy => return Err(Failure::Busy(id.clone())),
    }
    Ok(())
}
