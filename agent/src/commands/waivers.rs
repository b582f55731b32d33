//! `--waivers FILE`: read before anything is scanned, applied to what came of it.

use std::path::Path;

use anyhow::Context as _;
use hardtarget_report::Report;
use hardtarget_report::waivers::Waivers;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{UsageError, input, terminal};
use crate::checks::CATALOGUE;

/// The largest file of waivers taken: 1 MiB, some thousands of them.
const LIMIT: u64 = 1 << 20;

/// Reads a file of waivers. One that names a check of ours that there is not is refused: it would do
/// nothing, and nobody would know.
pub(super) fn read(path: &Path) -> anyhow::Result<Waivers> {
    let text = String::from_utf8(input::read(path, LIMIT)?)
        .with_context(|| format!("{} is no text", path.display()))?;
    let waivers = Waivers::parse(&text)
        .map_err(|error| UsageError(format!("--waivers {}: {error}", path.display())))?;
    let unknown = waivers
        .ids()
        .find(|id| id.starts_with("HT-") && !CATALOGUE.iter().any(|check| check.id == *id));
    match unknown {
        Some(id) => Err(UsageError(format!(
            "--waivers {}: there is no check {id}; `hardtarget-agent checks` lists ours",
            path.display()
        ))
        .into()),
        None => Ok(waivers),
    }
}

/// Applies waivers as of a time. What they did not fit is told in the report's facts and on stderr.
/// The ids that no check has come back, for the end: what was scanned is worth keeping first.
pub(super) fn apply(waivers: &Waivers, report: &mut Report, now: Timestamp) -> Vec<String> {
    let applied = waivers.apply(report, now.to_zoned(TimeZone::UTC).date());
    let unused = applied.unused;
    if !unused.is_empty() {
        terminal::note(&format!(
            "these waivers are about nothing that was found: {}",
            unused.join(", ")
        ));
        report.facts.insert("waivers.unused".to_owned(), unused);
    }
    applied.unknown
}

/// The error that a waiver of no check is.
pub(super) fn refuse(path: Option<&Path>, unknown: &[String]) -> anyhow::Result<()> {
    match (path, unknown) {
        (Some(path), [_, ..]) => Err(UsageError(format!(
            "--waivers {}: no check of this scan has the id {}",
            path.display(),
            unknown.join(" or ")
        ))
        .into()),
        _ => Ok(()),
    }
}
