//! How many findings and vulnerabilities there are of each severity: bars that are filters too.

use maud::{Markup, html};

use super::super::advisories::{age, not_looked};
use super::vulnerabilities::total;
use crate::{Counts, Report, Severity, Status};

/// The severity with a capital, as it heads a row.
pub(super) const fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

/// The severity's badge.
pub(super) fn badge(severity: Severity) -> Markup {
    html! { span.badge.{"sev-" (severity)} { (label(severity)) } }
}

/// The findings that are not waived.
pub(super) fn findings(report: &Report, groups: usize) -> Markup {
    let counts = report.counts();
    let nothing = report.scan.status == Status::Failed && counts.total() == 0;
    let note = html! {
        @if nothing {
            "Nothing was looked at."
        } @else if counts.total() == 0 {
            "Nothing was found by what was looked at."
        } @else {
            (counts.total()) @if counts.total() == 1 { " finding" } @else { " findings" }
            " of " (groups) @if groups == 1 { " kind" } @else { " kinds" }
        }
        (waived(report.findings.iter().filter(|one| one.is_waived()).count()))
    };
    card(
        "findings",
        "Findings by severity",
        (!nothing).then_some(&counts),
        &note,
    )
}

/// The known vulnerabilities that are not waived; where nobody looked, that and not zero.
pub(super) fn vulnerabilities(report: &Report, upgrades: usize) -> Markup {
    let counts = report.vulnerability_counts();
    let note = html! {
        @match &counts {
            None => { span.unknown { (not_looked(report)) } }
            Some(counts) if counts.total() == 0 => { "None is known of the packages that were read." }
            Some(counts) => { (total(counts.total(), upgrades)) }
        }
        (waived(report.vulnerabilities.iter().filter(|one| one.is_waived()).count()))
        @if let Some(advisories) = &report.advisories {
            " · "
            @let age = age(report, advisories);
            @if advisories.is_stale(report.scan.finished) {
                span.unknown { "advisories " (age) }
            } @else {
                "advisories " (age)
            }
        }
    };
    card(
        "vulnerabilities",
        "Vulnerabilities by severity",
        counts.as_ref(),
        &note,
    )
}

fn waived(number: usize) -> Markup {
    html! { @if number > 0 { " · " a href="#waived" { (number) " waived" } } }
}

/// The counts as bars that filter the list of this name; without counts nobody looked.
fn card(list: &str, title: &str, counts: Option<&Counts>, note: &Markup) -> Markup {
    let count = |severity| counts.map(|counts| counts.get(severity));
    let most = Severity::ALL.into_iter().filter_map(count).max();
    let most = most.unwrap_or_default().max(1);
    html! {
        section.card.severities data-list=(list) aria-labelledby={ (list) "-counts" } {
            h2 id={ (list) "-counts" } { (title) }
            ul {
                @for severity in Severity::ALL {
                    @let width = bar(count(severity).unwrap_or_default(), most);
                    li.{"sev-" (severity)} {
                        button type="button" data-severity=(severity) aria-pressed="false" disabled[counts.is_none()] {
                            span.name { (label(severity)) }
                            svg.bar viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" {
                                rect.track width="100" height="8" {}
                                @if width > 0 { rect.fill width=(width) height="8" {} }
                            }
                            span.count { @match count(severity) { Some(count) => (count), None => "–" } }
                        }
                    }
                }
            }
            p.note {
                (note)
                @if counts.is_some_and(|counts| counts.total() > 0) {
                    span.js-only { " · press a bar to filter" }
                }
            }
        }
    }
}

/// The bar's length out of 100; what is there can be seen, however little it is.
fn bar(count: u64, most: u64) -> u64 {
    if count == 0 {
        0
    } else {
        (count.saturating_mul(100) / most).clamp(2, 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_finding_beside_thousands_can_be_seen() {
        assert_eq!((bar(0, 9), bar(1, 9_000), bar(9, 9)), (0, 2, 100));
    }
}
