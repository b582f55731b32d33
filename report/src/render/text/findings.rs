//! How many findings there are, and the worst of them with what to do.

use std::collections::{BTreeMap, BTreeSet};

use anstyle::Style;
use textwrap::core::display_width;

use crate::{Counts, EngineId, Finding, Report, Severity, clean_line};

use super::super::page::{Page, count, pad};
use super::super::words::{says_more, vulnerabilities, waiver};
use super::{BOLD, DIM, GOOD, WARNING, severity_style, short};

/// How many kinds of finding are shown unless all are asked for.
const SHOWN: usize = 8;
/// How many subjects of one kind are shown.
const SUBJECTS: usize = 3;

pub(super) fn write_counts(page: &mut Page, report: &Report) {
    page.heading("Findings");
    if report.findings.is_empty() && report.engines.iter().all(|run| run.checks.is_empty()) {
        page.paragraph("  ", WARNING, "unknown: nothing was looked at");
    } else {
        write_blocks(page, &report.counts());
    }
    let findings = || report.findings.iter().filter(|one| one.waiver.is_some());
    let known = || {
        let known = report.vulnerabilities.iter();
        known.filter(|one| one.waiver.is_some())
    };
    let waived = findings().filter(|one| one.is_waived()).count();
    let waived_known = known().filter(|one| one.is_waived()).count();
    if waived + waived_known > 0 {
        let line = format!(
            "{} and {} waived: who lives with them, and why, is in the report",
            count(waived, "finding"),
            vulnerabilities(waived_known as u64)
        );
        page.paragraph("  ", DIM, &line);
    }
    let expired = findings().count() + known().count() - waived - waived_known;
    if expired > 0 {
        let line = format!(
            "{} covered by a waiver that has expired: it counts again",
            if expired == 1 {
                "1 is".to_owned()
            } else {
                format!("{expired} are")
            },
        );
        page.paragraph("  ", WARNING, &line);
    }
}

/// One block a severity, as many a line as fit.
pub(super) fn write_blocks(page: &mut Page, counts: &Counts) {
    let mut line = String::new();
    for severity in Severity::ALL {
        let number = counts.get(severity);
        let block = format!(" {number} {severity} ");
        let block = if number == 0 {
            page.paint(DIM, &block)
        } else {
            page.paint(severity_style(severity, true), &block)
        };
        if display_width(&line) + display_width(&block) + 2 > page.width() {
            page.line(&line);
            line.clear();
        }
        line.push_str(if line.is_empty() { " " } else { "  " });
        line.push_str(&block);
    }
    page.line(&line);
}

/// The findings of one id.
struct Kind<'a> {
    worst: &'a Finding,
    all: Vec<&'a Finding>,
}

/// The findings by id, in the order in which the ids first come: worst first.
fn kinds(report: &Report) -> Vec<Kind<'_>> {
    let mut kinds: Vec<Kind<'_>> = Vec::new();
    let mut places: BTreeMap<(EngineId, &str), usize> = BTreeMap::new();
    for finding in report.findings.iter().filter(|one| !one.is_waived()) {
        let place = *places
            .entry((finding.engine, &finding.id))
            .or_insert(kinds.len());
        match kinds.get_mut(place) {
            Some(kind) => kind.all.push(finding),
            None => kinds.push(Kind {
                worst: finding,
                all: vec![finding],
            }),
        }
    }
    kinds
}

pub(super) fn write_worst(page: &mut Page, report: &Report, all: bool) {
    let kinds = kinds(report);
    if kinds.is_empty() {
        let looked = report.engines.iter().any(|run| !run.checks.is_empty());
        if looked {
            page.paragraph("  ", GOOD, "Nothing wrong was found in what was looked at.");
        }
        return;
    }
    let shown = if all { kinds.len() } else { SHOWN };
    if kinds.len() > shown {
        page.heading(&format!("The worst {shown}"));
    }
    for (number, kind) in kinds.iter().take(shown).enumerate() {
        if number > 0 || kinds.len() <= shown {
            page.gap();
        }
        write_kind(page, kind);
    }
    if kinds.len() > shown {
        page.gap();
        let rest = count(kinds.len() - shown, "more kind");
        let line = format!("… and {rest} of finding, in the report or with -v.");
        page.paragraph("  ", DIM, &line);
    }
}

fn write_kind(page: &mut Page, kind: &Kind<'_>) {
    let finding = kind.worst;
    let severity = finding.severity;
    let word = page.paint(severity_style(severity, false), &pad(severity.as_str(), 8));
    let lead = format!("  {word} ");
    let mut ids = vec![clean_line(&finding.id, 40)];
    let shared: BTreeSet<&str> = kind
        .all
        .iter()
        .flat_map(|one| one.same_as.iter().map(String::as_str))
        .collect();
    ids.extend(shared.iter().map(|id| clean_line(id, 40)));
    let title = format!("{}  [{}]", short(&finding.title), ids.join(", also "));
    page.paragraph(&lead, BOLD, &title);
    let indent = " ".repeat(display_width(&lead));
    let named: Vec<String> = kind
        .all
        .iter()
        .filter(|finding| says_more(&finding.subject, &finding.title))
        .map(|finding| clean_line(&finding.subject, 80))
        .collect();
    if !named.is_empty() {
        let mut subjects = named
            .iter()
            .take(SUBJECTS)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        if named.len() > SUBJECTS {
            subjects.push_str(&format!(" and {} more", named.len() - SUBJECTS));
        }
        page.paragraph(&indent, DIM, &subjects);
    }
    if let Some(over) = kind.all.iter().find_map(|one| one.waiver.as_ref()) {
        page.paragraph(&indent, WARNING, &waiver(over));
    }
    let todo = first_sentence(&finding.remediation);
    if says_more(&todo, &finding.title) {
        page.paragraph(&format!("{indent}→ "), Style::new(), &todo);
    }
}

/// What to do, in one sentence: the rest is in the report.
fn first_sentence(remediation: &str) -> String {
    let paragraph = remediation.trim().split("\n\n").next().unwrap_or_default();
    let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = words.find(". ").map_or(words.len(), |at| at + 1);
    short(words.get(..end).unwrap_or_default())
}

/// The worst finding that the agent has a manual page for.
pub(super) fn worth_explaining(report: &Report) -> Option<String> {
    let own = |finding: &&Finding| finding.engine == EngineId::Native && !finding.is_waived();
    let finding = report.findings.iter().find(own)?;
    Some(clean_line(&finding.id, 40))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_is_one_sentence() {
        assert_eq!(
            first_sentence("Delete `/etc/x.conf`\nand reboot. Then look again.\n\nMore."),
            "Delete `/etc/x.conf` and reboot."
        );
        assert_eq!(first_sentence(""), "");
    }
}
