//! `hardtarget-ledger list`.

use clap::{Args, ValueEnum};
use hardtarget_report::clean_line;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use wildmatch::WildMatch;

use super::{Failure, TableArgs, output};
use crate::entries;
use crate::entry::Entry;
use crate::snooze::{Snooze, Snoozes, Standing, day, is_of};
use crate::table::Table;

/// The longest cell, in characters.
const CELL: usize = 120;

/// What is to be listed.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub(super) table: TableArgs,
    /// List the open findings instead of the snoozes (reads the whole table)
    #[arg(long)]
    open: bool,
    /// Only of these: family:NAME, ami:ID, instance:ID or the bare name; * and ? stand for others
    #[arg(long, value_name = "PATTERN")]
    target: Option<String>,
    /// How to print them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people
    Text,
    /// A list of objects
    Json,
}

/// A snooze as it is printed.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    snooze: &'a Snooze,
    state: &'static str,
}

/// An open finding as it is printed.
#[derive(Serialize)]
struct Open<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    snoozed: Option<&'a str>,
}

/// Lists snoozes or open findings on stdout.
pub(super) async fn list(
    table: &impl Table,
    args: &ListArgs,
    now: Timestamp,
) -> Result<(), Failure> {
    let today = day(now);
    let snoozes = Snoozes::load(table).await?;
    let text = if args.open {
        let mut open = entries::open(table).await?;
        if let Some(pattern) = &args.target {
            open.retain(|one| is_of(pattern, &one.target));
        }
        if open.is_empty() {
            output::note("nothing is open");
        }
        show_open(&open, &snoozes, today, args.format)?
    } else {
        let shown = chosen(&snoozes, args.target.as_deref(), today);
        if shown.is_empty() {
            output::note("there are no snoozes");
        }
        show_snoozes(&shown, today, args.format)?
    };
    output::print(&text)?;
    Ok(())
}

/// The snoozes that are about a pattern, those that hold first, then by their days.
fn chosen<'a>(snoozes: &'a Snoozes, pattern: Option<&str>, today: Date) -> Vec<&'a Snooze> {
    let fits = |one: &&Snooze| {
        pattern.is_none_or(|pattern| {
            let target = pattern.parse();
            WildMatch::new(pattern).matches(&one.target)
                || WildMatch::new(&one.target).matches(pattern)
                || target.is_ok_and(|target| is_of(&one.target, &target))
        })
    };
    let mut shown: Vec<&Snooze> = snoozes.iter().filter(fits).collect();
    shown.sort_by_key(|one| {
        let over = one.standing(today) != Standing::Active;
        (over, one.until, one.id.clone())
    });
    shown
}

fn show_snoozes(shown: &[&Snooze], today: Date, format: Format) -> Result<String, Failure> {
    if format == Format::Json {
        let listed: Vec<Listed<'_>> = shown
            .iter()
            .map(|snooze| Listed {
                snooze,
                state: snooze.standing(today).as_str(),
            })
            .collect();
        return Ok(output::json(&listed)?);
    }
    let row = |one: &&Snooze| {
        [
            one.id.clone(),
            one.standing(today).as_str().to_owned(),
            one.until.to_string(),
            cell(&one.target),
            cell(&one.finding),
            cell(&one.owner),
            cell(&one.reason),
        ]
    };
    let rows: Vec<_> = shown.iter().map(row).collect();
    let header = [
        "ID", "STATE", "UNTIL", "TARGET", "FINDING", "OWNER", "REASON",
    ];
    Ok(table_or_nothing(header, &rows))
}

fn show_open(
    open: &[Entry],
    snoozes: &Snoozes,
    today: Date,
    format: Format,
) -> Result<String, Failure> {
    let by = |one: &Entry| {
        let by = snoozes.covering(&one.target, &one.fault, today);
        by.map(|snooze| snooze.id.as_str())
    };
    if format == Format::Json {
        let listed: Vec<Open<'_>> = open
            .iter()
            .map(|entry| Open {
                entry,
                snoozed: by(entry),
            })
            .collect();
        return Ok(output::json(&listed)?);
    }
    let row = |one: &Entry| {
        [
            one.fault.severity.to_string(),
            cell(&one.target.to_string()),
            cell(&one.fault.id),
            day(one.first_seen).to_string(),
            by(one).unwrap_or("-").to_owned(),
            cell(&one.fault.subject),
            cell(&one.fault.title),
        ]
    };
    let rows: Vec<_> = open.iter().map(row).collect();
    let header = [
        "SEVERITY", "TARGET", "ID", "SINCE", "SNOOZED", "SUBJECT", "TITLE",
    ];
    Ok(table_or_nothing(header, &rows))
}

fn table_or_nothing<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    output::aligned(header, rows)
}

/// Text of the table on a terminal: what could steer the terminal is taken out.
fn cell(text: &str) -> String {
    if text.is_empty() {
        return "-".to_owned();
    }
    clean_line(text, CELL)
}

#[cfg(test)]
mod tests {
    use hardtarget_report::Severity;
    use jiff::civil::date;

    use super::*;
    use crate::entries::sample;

    const TODAY: Date = date(2026, 11, 21);

    fn now() -> Timestamp {
        "2026-11-21T20:00:00Z".parse().unwrap()
    }

    fn snoozes() -> Snoozes {
        let one = |target, finding, until| {
            let (reason, owner) = ("The bastion goes in spring (OPS-1234)", "ops@example.org");
            Snooze::new(target, finding, reason, owner, until, now())
        };
        [
            one("db", "*", date(2026, 10, 31)),
            one("family:w*", "HT-SSH-001", date(2027, 3, 31)),
            Snooze {
                ended: Some(now()),
                ..one("*", "CVE-2026-1234", date(2027, 1, 31))
            },
        ]
        .into_iter()
        .collect()
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn snoozes_as_a_table() {
        let snoozes = snoozes();
        let shown = chosen(&snoozes, None, TODAY);
        let text = show_snoozes(&shown, TODAY, Format::Text).unwrap();
        insta::assert_snapshot!("snoozes", plain(&text));
    }

    #[test]
    fn snoozes_of_a_target() {
        let snoozes = snoozes();
        let targets = |pattern: &str| -> Vec<&str> {
            let chosen = chosen(&snoozes, Some(pattern), TODAY);
            chosen.iter().map(|one| one.target.as_str()).collect()
        };
        assert_eq!(targets("family:web"), ["family:w*", "*"]);
        assert_eq!(targets("db"), ["db", "*"]);
        assert_eq!(targets("family:db"), ["db", "*"]);
        assert_eq!(targets("*").len(), 3);
    }

    #[test]
    fn open_findings_as_a_table_and_as_json() {
        let mut open = [
            sample::open("family:web", "CVE-2026-1234", Severity::Critical),
            sample::open("family:web", "HT-SSH-001", Severity::High),
        ];
        open[0].fault.title = "openssl\u{1b}[2J".to_owned();
        let text = show_open(&open, &snoozes(), TODAY, Format::Text).unwrap();
        insta::assert_snapshot!("open", plain(&text));
        let json = show_open(&open, &snoozes(), TODAY, Format::Json).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json[0]["fault"]["severity"], "critical");
        assert_eq!(json[0]["snoozed"], serde_json::Value::Null);
        assert_eq!(json[1]["snoozed"].as_str().map(str::len), Some(8));
    }
}
