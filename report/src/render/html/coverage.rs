//! What was looked at, what was not, and why.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::super::advisories::CHECK;
use super::super::page::count;
use super::super::words::duration;
use super::group::{ByTest, Group};
use super::prose::line;
use crate::{CheckOutcome, CheckRun, EngineId, EngineRun, Report};

/// Outcomes in the order in which they are told: what is unknown comes first.
const KINDS: [(&str, &str); 5] = [
    ("unknown", "unknown"),
    ("fail", "failed"),
    ("skipped", "left out"),
    ("not-applicable", "not applicable"),
    ("pass", "passed"),
];

/// Where that is told which checks found.
struct Places<'a> {
    groups: &'a ByTest<'a>,
    /// The tests whose findings are waived.
    waived: BTreeSet<&'a str>,
}

impl<'a> Places<'a> {
    fn of(report: &'a Report, groups: &'a ByTest<'a>) -> Self {
        let waived = report.findings.iter().filter(|one| one.is_waived());
        let tests = waived.flat_map(|one| std::iter::once(&one.id).chain(&one.same_as));
        Self {
            groups,
            waived: tests.map(String::as_str).collect(),
        }
    }
}

pub(super) fn section<'a>(report: &'a Report, groups: &'a ByTest<'a>) -> Markup {
    let places = Places::of(report, groups);
    let unknown = report
        .engines
        .iter()
        .flat_map(|run| &run.checks)
        .filter(|check| matches!(check.outcome, CheckOutcome::Unknown(_)))
        .count();
    html! {
        section #coverage aria-labelledby="coverage-title" {
            h2 #coverage-title { "Coverage" }
            p.lead {
                @if report.engines.is_empty() {
                    "This report does not tell what was looked at."
                } @else if unknown > 0 {
                    strong.unknown { (count(unknown, "check")) " could not look." }
                    " That is not a pass: what they look for may be there."
                } @else {
                    "What each engine looked at, and what it did not."
                }
            }
            @for run in &report.engines { (engine(report, run, &places)) }
        }
    }
}

fn engine(report: &Report, run: &EngineRun, places: &Places<'_>) -> Markup {
    let outcome = run.outcome.as_str();
    html! {
        div.card.engine {
            div.engine-head {
                h3 { (name_of(run.engine)) }
                @if let Some(version) = &run.version { span.version { (line(version)) } }
                span.status.{"status-" (outcome)} { (outcome) }
                span.took { (duration(run.duration)) }
            }
            @if let Some(why) = run.outcome.why() { p.reason { (line(why)) } }
            @if run.engine == EngineId::Packages && !report.packages.is_empty() {
                p.note { (count(report.packages.len(), "package")) " read" }
            }
            @if run.engine == EngineId::OpenScap {
                @if let Some(profile) = report.facts.get("openscap.profile").and_then(|all| all.first()) {
                    p.note { "profile " (line(profile)) }
                }
            }
            @if !run.checks.is_empty() { (checks(report, run, places)) }
        }
    }
}

/// What an engine is called where it heads something.
const fn name_of(engine: EngineId) -> &'static str {
    match engine {
        EngineId::Lynis => "Lynis",
        EngineId::Native => "Native",
        EngineId::Packages => "Packages",
        EngineId::OpenScap => "OpenSCAP",
    }
}

fn checks(report: &Report, run: &EngineRun, places: &Places<'_>) -> Markup {
    let of = |kind: &str| -> Vec<&CheckRun> {
        run.checks
            .iter()
            .filter(|check| check.outcome.as_str() == kind)
            .collect()
    };
    html! {
        (bar(run))
        ul.legend {
            @for (kind, word) in KINDS.into_iter().rev() {
                @let number = of(kind).len();
                @if number > 0 { li.{"check-" (kind)} { strong { (number) } " " (word) } }
            }
        }
        details.checks {
            summary { (count(run.checks.len(), "check")) }
            table {
                thead { tr { th scope="col" { "Check" } th scope="col" { "Outcome" } th scope="col" { "Why" } } }
                @for (kind, word) in KINDS {
                    @let checks = of(kind);
                    @if !checks.is_empty() {
                        tbody {
                            @for check in checks {
                                @let group = found(check, places);
                                tr {
                                    td.id { (name(check, group)) }
                                    td { span.outcome.{"check-" (kind)} { (word) } }
                                    td.why {
                                        @if let Some(why) = check.outcome.why() { (line(why)) }
                                        @match group {
                                            Some(group) => (line(&group.first.title)),
                                            None => { @if kind == "fail" { (elsewhere(report, check, places)) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The finding of a check that failed.
fn found<'a>(check: &CheckRun, places: &Places<'a>) -> Option<&'a Group<'a>> {
    let failed = check.outcome == CheckOutcome::Fail;
    places.groups.get(&check.id).filter(|_| failed)
}

/// Where that is told which a failed check found, if it is not among the findings.
fn elsewhere(report: &Report, check: &CheckRun, places: &Places<'_>) -> Markup {
    html! {
        @if check.id == CHECK && !report.vulnerabilities.is_empty() {
            a href="#vulnerabilities" { "Known vulnerabilities" }
        } @else if places.waived.contains(&*check.id) {
            a href="#waived" { "Waived" }
        }
    }
}

/// The check's id, with a link to its finding where there is one.
fn name(check: &CheckRun, group: Option<&Group<'_>>) -> Markup {
    html! {
        @match group.and_then(|group| group.anchor) {
            Some(anchor) => a href={ "#" (anchor) } { (line(&check.id)) },
            None => (line(&check.id)),
        }
    }
}

/// One bar of all checks, passes first.
fn bar(run: &EngineRun) -> Markup {
    let mut start = 0;
    let segments: Vec<(&str, usize, usize)> = KINDS
        .into_iter()
        .rev()
        .filter_map(|(kind, _)| {
            let checks = run.checks.iter();
            let number = checks.filter(|one| one.outcome.as_str() == kind).count();
            let segment = (kind, start, number);
            start += number;
            (number > 0).then_some(segment)
        })
        .collect();
    html! {
        svg.stack viewBox={ "0 0 " (start) " 1" } preserveAspectRatio="none" aria-hidden="true" {
            @for (kind, from, number) in segments {
                rect.{"check-" (kind)} x=(from) width=(number) height="1" {}
            }
        }
    }
}
