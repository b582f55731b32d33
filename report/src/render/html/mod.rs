//! The report as one self-contained web page.
//!
//! Nothing is fetched: style and script are in the page, and its Content-Security-Policy allows
//! just these two, by hash. All that the page has to say is in its markup, folded where it is long;
//! the script only filters, unfolds and remembers the theme.

mod coverage;
mod findings;
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

use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::upgrades::upgrades;
use crate::Report;
use group::groups;
use prose::line;

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");

/// A report as one HTML page that needs nothing else.
#[must_use]
pub fn html(report: &Report) -> String {
    let groups = groups(&report.findings);
    let upgrades = upgrades(&report.vulnerabilities);
    let anchors = groups.iter().filter_map(|group| group.anchor);
    let mut anchors: BTreeSet<String> = anchors.map(str::to_owned).collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { (head(report)) }
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
                    (findings::section(report, &groups))
                    (vulnerabilities::section(report, &upgrades, &mut anchors))
                    (waived::section(report))
                    (coverage::section(report, &groups))
                    (gauge::losses(report, &groups))
                    (tables::packages(report))
                    (tables::facts(report))
                }
                (footer(report))
            }
        }
    };
    page.into_string()
}

fn head(report: &Report) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(CSS),
        hash(JS)
    );
    html! {
        meta charset="utf-8";
        meta http-equiv="Content-Security-Policy" content=(policy);
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        meta name="referrer" content="no-referrer";
        title { "Security assessment of " (target::name(&report.target)) }
        style { (PreEscaped(CSS)) }
        script { (PreEscaped(JS)) }
    }
}

/// The source expression by which a Content-Security-Policy allows one inline text (CSP Level 2,
/// 4.2.5).
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text)))
}

fn masthead(report: &Report) -> Markup {
    html! {
        header.masthead {
            div.brand {
                svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" {
                    path d="M12 2 4 5v6c0 5.2 3.4 9.4 8 11 4.6-1.6 8-5.8 8-11V5z" {}
                    circle cx="12" cy="11.5" r="3.6" {}
                    circle.dot cx="12" cy="11.5" r="1.1" {}
                }
                span { "Hard Target" }
            }
            button.theme type="button" data-ui="theme" aria-label="Switch between dark and light" title="Dark or light" {
                svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" {
                    circle cx="12" cy="12" r="8.5" {}
                    path d="M12 3.5a8.5 8.5 0 0 1 0 17z" {}
                }
            }
        }
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
