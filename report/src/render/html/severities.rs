//! How many findings there are of each severity: bars that are filters too.

use maud::{Markup, html};

use crate::{Report, Severity, Status};

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

pub(super) fn card(report: &Report, groups: usize) -> Markup {
    let counts = report.counts();
    let nothing = report.scan.status == Status::Failed && counts.total() == 0;
    let most = Severity::ALL
        .into_iter()
        .map(|severity| counts.get(severity))
        .max()
        .unwrap_or_default()
        .max(1);
    html! {
        section.card.severities aria-labelledby="severities" {
            h2 #severities { "Findings by severity" }
            ul {
                @for severity in Severity::ALL {
                    @let count = counts.get(severity);
                    @let width = bar(count, most);
                    li.{"sev-" (severity)} {
                        button type="button" data-severity=(severity) aria-pressed="false" {
                            span.name { (label(severity)) }
                            svg.bar viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" {
                                rect.track width="100" height="8" {}
                                @if width > 0 { rect.fill width=(width) height="8" {} }
                            }
                            span.count { @if nothing { "–" } @else { (count) } }
                        }
                    }
                }
            }
            p.note {
                @if nothing {
                    "Nothing was looked at."
                } @else if counts.total() == 0 {
                    "Nothing was found by what was looked at."
                } @else {
                    (counts.total()) @if counts.total() == 1 { " finding" } @else { " findings" }
                    " of " (groups) @if groups == 1 { " kind" } @else { " kinds" }
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
