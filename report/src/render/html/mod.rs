//! The report as one self-contained web page.
//!
//! Nothing is fetched: style and script are in the page, and its Content-Security-Policy allows
//! just these two, by hash. All that the page has to say is in its markup, folded where it is long;
//! the script only filters, unfolds and remembers the theme.

mod changes;
mod coverage;
mod findings;
pub mod frame;
mod gauge;
mod group;
mod prose;
mod severities;
mod status;
mod tables;
mod target;
mod vulnerabilities;
mod waived;

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, html};

use super::upgrades::upgrades;
use crate::Report;
use crate::diff::Diff;
use group::{ByTest, groups};
use prose::line;

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");

/// A report as one HTML page that needs nothing else.
#[must_use]
pub fn html(report: &Report) -> String {
    html_with(report, None)
}

/// The page, with a section that tells what changed to this report.
#[must_use]
pub fn html_with(report: &Report, changes: Option<&Diff>) -> String {
    let groups = groups(&report.findings);
    let by_test = ByTest::of(&groups);
    let upgrades = upgrades(&report.vulnerabilities);
    let anchors = groups.iter().filter_map(|group| group.anchor);
    let mut anchors: BTreeSet<String> = anchors.map(str::to_owned).collect();
    let title = format!("Security assessment of {}", target::name(&report.target));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { (frame::head(&title, CSS, JS)) }
            body {
                a.skip href="#findings" { "Skip to the findings" }
                (masthead(report))
                main {
                    (status::notice(report))
                    div.overview {
                        (gauge::card(report))
                        (severities::findings(report, groups.len()))
                        (severities::vulnerabilities(report, upgrades.len()))
                        (target::card(report))
                    }
                    @if let Some(diff) = changes { (changes::section(diff, &anchors)) }
                    (findings::section(report, &groups))
                    (vulnerabilities::section(report, &upgrades, &mut anchors))
                    (waived::section(report))
                    (coverage::section(report, &by_test))
                    (gauge::losses(report, &by_test))
                    (tables::packages(report))
                    (tables::facts(report))
                }
                (footer(report))
            }
        }
    };
    page.into_string()
}

fn masthead(report: &Report) -> Markup {
    html! {
        (frame::masthead())
        div.title {
            p.kicker { "Security assessment" }
            h1 { (target::name(&report.target)) }
            @let system = target::system(&report.target);
            @if !system.is_empty() { p.system { (system) } }
            (status::badge(report.scan.status))
            p.when { (status::when(report)) }
        }
    }
}

fn footer(report: &Report) -> Markup {
    html! {
        footer {
            p {
                "Made by hardtarget-agent " (line(&report.scan.agent_version))
                " · scan " code { (line(&report.scan.id)) }
            }
            p {
                "A finding's fingerprint is the same on the next image of the family as long as the fault is."
            }
        }
    }
}

#[cfg(test)]
mod tests;
