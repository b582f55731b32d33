//! Known vulnerabilities: how many, what to upgrade first, and how old that knowledge is.

use anstyle::Style;

use crate::{Counts, Report, Severity, clean_line};

use super::super::advisories::{age, feed, left_out, not_looked, origin, stale};
use super::super::page::{Page, count};
use super::super::upgrades::{Upgrade, outlook, upgrades};
use super::findings::write_blocks;
use super::{BOLD, DIM, GOOD, WARNING};

/// How many packages are named unless all are asked for.
const SHOWN: usize = 5;
/// How many feeds and advisories are named.
const NAMED: usize = 3;

pub(super) fn write(page: &mut Page, report: &Report, all: bool) {
    page.heading("Known vulnerabilities of packages");
    let Some(advisories) = &report.advisories else {
        page.paragraph("  ", WARNING, &not_looked(report));
        return;
    };
    let upgrades = upgrades(&report.vulnerabilities);
    if upgrades.is_empty() {
        page.paragraph("  ", GOOD, "None is known of the packages that were read.");
    } else {
        write_blocks(page, &report.vulnerability_counts().unwrap_or_default());
        let outlook = format!("{}.", outlook(&upgrades).sentence());
        page.paragraph("  ", Style::new(), &outlook);
        write_upgrades(page, &upgrades, all);
        page.gap();
    }
    let feeds: Vec<String> = advisories.feeds.iter().take(NAMED).map(feed).collect();
    let more = advisories.feeds.len() - feeds.len();
    let source = format!(
        "Looked up in {}, {}{}{}{}",
        origin(advisories),
        age(report, advisories),
        if feeds.is_empty() { "" } else { ": " },
        feeds.join("; "),
        if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        },
    );
    page.paragraph("  ", DIM, &source);
    if let Some(left_out) = left_out(report) {
        page.paragraph("  ", DIM, &left_out);
    }
    if let Some(warning) = stale(report) {
        page.paragraph("! ", WARNING.bold(), &warning);
    }
}

/// What to upgrade, most and worst first; what no upgrade repairs is only counted above.
fn write_upgrades(page: &mut Page, upgrades: &[Upgrade<'_>], all: bool) {
    let mut useful: Vec<&Upgrade<'_>> = upgrades
        .iter()
        .filter(|upgrade| upgrade.fixed.is_some())
        .collect();
    useful.sort_by_key(|upgrade| {
        let repaired = upgrade.repaired();
        Severity::ALL.map(|severity| u64::MAX - repaired.get(severity))
    });
    let shown = if all { useful.len() } else { SHOWN };
    for upgrade in useful.iter().take(shown) {
        let installed = upgrade.installed.iter().next().copied();
        let line = format!(
            "{}  {} → {}",
            page.paint(BOLD, &clean_line(upgrade.name, 60)),
            clean_line(installed.unwrap_or_default(), 40),
            clean_line(upgrade.fixed.unwrap_or_default(), 40),
        );
        page.paragraph("  ↑ ", Style::new(), &line);
        page.paragraph("    ", DIM, &repairs(upgrade));
    }
    if useful.len() > shown {
        let rest = count(useful.len() - shown, "more package");
        let line = format!("… and {rest} to upgrade, in the report or with -v.");
        page.paragraph("  ", DIM, &line);
    }
}

/// `2 critical, 1 high (DSA-5417-1)`.
fn repairs(upgrade: &Upgrade<'_>) -> String {
    let advisories = upgrade.advisories();
    let named: Vec<String> = advisories
        .iter()
        .take(NAMED)
        .map(|id| clean_line(id, 40))
        .collect();
    let more = advisories.len() - named.len();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let counts = words(&upgrade.repaired());
    if named.is_empty() {
        counts
    } else {
        format!("{counts} ({}{more})", named.join(", "))
    }
}

/// The severities that there are.
fn words(counts: &Counts) -> String {
    Severity::ALL
        .into_iter()
        .map(|severity| (counts.get(severity), severity))
        .filter(|(number, _)| *number > 0)
        .map(|(number, severity)| format!("{number} {severity}"))
        .collect::<Vec<_>>()
        .join(", ")
}
