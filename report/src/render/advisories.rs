//! What vulnerabilities were looked up in, how old that is, or why they were not looked for, in words.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Advisories, CheckOutcome, EngineId, Feed, Origin, Report, clean_line};

use super::LINE;
use super::coverage::sentence;

/// The check under which the packages engine tells whether it looked for vulnerabilities.
pub(super) const CHECK: &str = "vulnerabilities";

/// Why vulnerabilities were not looked for; may be empty.
pub(crate) fn why_not(report: &Report) -> String {
    let engine = EngineId::Packages;
    let Some(run) = report.engines.iter().find(|run| run.engine == engine) else {
        return format!("the engine {engine} was not asked");
    };
    let check = run.checks.iter().find(|check| check.id == CHECK);
    let why = match check.map(|check| &check.outcome) {
        Some(CheckOutcome::Unknown(why) | CheckOutcome::NotApplicable(why)) => Some(&**why),
        Some(CheckOutcome::Skipped(why)) => Some(&**why),
        _ => run.outcome.why(),
    };
    clean_line(why.unwrap_or_default(), LINE)
}

/// `Vulnerabilities were not looked for: why.`
pub(super) fn not_looked(report: &Report) -> String {
    sentence("Not looked for", &why_not(report))
}

/// Where the advisories come from.
pub(super) fn origin(advisories: &Advisories) -> String {
    match (advisories.origin, advisories.built) {
        (Origin::File, Some(built)) => format!("a file of {}", day(built)),
        (Origin::File, None) => "a file".to_owned(),
        (Origin::Repositories, _) => {
            "the machine's own repositories, which tell of pending updates only".to_owned()
        }
    }
}

/// A feed with its date: `Debian:12 as of 2026-11-20, 41213 entries`.
pub(super) fn feed(feed: &Feed) -> String {
    let date = feed.as_of.map_or_else(
        || "of unknown date".to_owned(),
        |as_of| format!("as of {}", day(as_of)),
    );
    let entries = if feed.entries == 1 {
        "entry"
    } else {
        "entries"
    };
    format!(
        "{} {date}, {} {entries}",
        clean_line(&feed.name, 80),
        feed.entries
    )
}

/// The kinds of packages that have no advisories, as a sentence: those of languages, which feeds of
/// distributions say nothing of.
pub(super) fn left_out(report: &Report) -> Option<String> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for package in &report.packages {
        let kind = &*package.kind;
        if !matches!(kind, "deb" | "rpm" | "apk" | "lynis") {
            *kinds.entry(kind).or_default() += 1;
        }
    }
    for one in &report.vulnerabilities {
        kinds.remove(&*one.kind);
    }
    let total: usize = kinds.values().sum();
    let kinds: Vec<String> = kinds
        .iter()
        .take(5)
        .map(|(kind, number)| format!("{number} {}", clean_line(kind, 20)))
        .collect();
    let what = kinds.join(", ");
    match total {
        0 => None,
        1 => Some(format!(
            "{what} package is not looked up: the feeds are of distributions."
        )),
        _ => Some(format!(
            "{what} packages are not looked up: the feeds are of distributions."
        )),
    }
}

/// How old the advisories were when the scan ended: `1 day old`, `of unknown age`.
pub(super) fn age(report: &Report, advisories: &Advisories) -> String {
    match advisories.age(report.scan.finished) {
        None => "of unknown age".to_owned(),
        Some(age) => match age.as_hours() / 24 {
            0 => "less than a day old".to_owned(),
            1 => "1 day old".to_owned(),
            days => format!("{days} days old"),
        },
    }
}

/// The warning that the advisories are old, where they are.
pub(super) fn stale(report: &Report) -> Option<String> {
    let advisories = report.advisories.as_ref()?;
    advisories.is_stale(report.scan.finished).then(|| {
        format!(
            "The advisories are {}: what became known since is not in this report.",
            age(report, advisories)
        )
    })
}

/// A day in UTC as ISO 8601 has it.
pub(super) fn day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn only_old_advisories_warn() {
        assert_eq!(stale(&sample::typical()), None);
        assert_eq!(stale(&sample::vulnerable()), None);
        assert!(stale(&sample::stale()).unwrap().contains("23 days old"));
    }

    #[test]
    fn packages_without_advisories_are_told() {
        let report = sample::vulnerable();
        let told = left_out(&report).unwrap();
        assert!(
            told.starts_with("1 pypi package is not looked up"),
            "{told}"
        );
        assert_eq!(left_out(&sample::spotless()), None);
    }

    #[test]
    fn that_nobody_looked_has_a_reason() {
        let mut report = sample::typical();
        assert!(why_not(&report).starts_with("no advisories were given"));
        assert!(why_not(&sample::partial()).contains("permission denied"));
        report.engines.clear();
        assert_eq!(why_not(&report), "the engine packages was not asked");
    }
}
