//! Known vulnerabilities: one row a source package with what its upgrade would repair, and below it the
//! CVEs by the advisory that repairs them.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::super::advisories::{age, feed, left_out, not_looked, origin, stale};
use super::super::page::count;
use super::super::pages::page_of;
use super::super::upgrades::{Known, Upgrade, outlook};
use super::super::words::{fix_word, vulnerabilities};
use super::findings::{Choice, Controls, anchor, controls, expired};
use super::prose::line;
use super::severities::{badge, label};
use crate::{Advisories, Fix, Rated, Report};

/// How many names of packages or versions are told before the rest is only counted.
const NAMED: usize = 6;

pub(super) fn section(
    report: &Report,
    upgrades: &[Upgrade<'_>],
    anchors: &mut BTreeSet<String>,
) -> Markup {
    html! {
        section #vulnerabilities aria-labelledby="vulnerabilities-title" {
            h2 #vulnerabilities-title { "Known vulnerabilities" }
            @match &report.advisories {
                None => {
                    p.card.empty.unknown {
                        strong { (not_looked(report)) }
                        " That is not zero."
                    }
                }
                Some(advisories) => {
                    (source(report, advisories))
                    @if upgrades.is_empty() {
                        p.card.empty {
                            "None is known of the packages that were read"
                            @if report.vulnerabilities.is_empty() { "." } @else { ", besides those that are waived." }
                        }
                    } @else {
                        (list(upgrades, anchors))
                    }
                }
            }
        }
    }
}

/// What was looked up in, and how old it is.
fn source(report: &Report, advisories: &Advisories) -> Markup {
    html! {
        p.lead {
            "Looked up in " (origin(advisories)) ", " (age(report, advisories))
            @for (number, one) in advisories.feeds.iter().take(NAMED).enumerate() {
                @if number == 0 { ": " } @else { "; " }
                (feed(one))
            }
            @if advisories.feeds.len() > NAMED { " and " (advisories.feeds.len() - NAMED) " more" }
            "."
            @if let Some(left_out) = left_out(report) { " " (left_out) }
            @if let Some(hash) = &advisories.sha256 {
                " " span.hash { "SHA-256 " code title=(line(hash)) { (line(hash).chars().take(8).collect::<String>()) } }
            }
        }
        @if let Some(warning) = stale(report) {
            div.notice.warning role="note" { p { strong { (warning) } } }
        }
    }
}

fn list(upgrades: &[Upgrade<'_>], anchors: &mut BTreeSet<String>) -> Markup {
    let outlook = outlook(upgrades);
    let choices = [Choice {
        name: "fix",
        all: "Any repair",
        values: FIXES
            .map(|(word, text)| (word.to_owned(), text.to_owned()))
            .to_vec(),
    }];
    html! {
        p.outlook { (capital(&outlook.sentence())) "." }
        (controls(&Controls {
            what: "vulnerabilities",
            one: "vulnerability",
            all: outlook.all,
            choices: &choices,
        }))
        p.card.empty data-ui="none" hidden {
            "No vulnerability matches. "
            button.link type="button" data-ui="reset" { "Show all vulnerabilities" }
        }
        ol.findings.upgrades data-ui="upgrades" {
            @for upgrade in upgrades { (row(upgrade, anchors)) }
        }
    }
}

/// The kinds of repair as they are filtered by.
const FIXES: [(&str, &str); 3] = [
    ("available", "Repaired by an upgrade"),
    ("none", "No repair yet"),
    ("wont-fix", "Will not be repaired"),
];

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

fn row(upgrade: &Upgrade<'_>, anchors: &mut BTreeSet<String>) -> Markup {
    let total = upgrade.counts().total();
    let severity = upgrade.severity();
    html! {
        li {
            details.finding.{"sev-" (severity)} {
                summary {
                    (badge(severity))
                    h3 {
                        (line(upgrade.name))
                        " " span.times aria-label={ (total) " vulnerabilities" } { (total) }
                    }
                    span.versions {
                        code { (some(&upgrade.installed)) }
                        @match upgrade.fixed {
                            Some(fixed) => { " → " code.fixed { (line(fixed)) } }
                            None => { span.none { (unfixed(upgrade)) } }
                        }
                    }
                }
                div.body {
                    p.note {
                        @let packages = upgrade.packages.len();
                        @if packages == 1 {
                            (line(upgrade.kind)) " package "
                        } @else {
                            (upgrade.known.len()) " known, counted for each of the "
                            (packages) " " (line(upgrade.kind)) " packages that have it: "
                        }
                        (some(&upgrade.packages))
                    }
                    @for repair in repairs(upgrade) { (repaired(upgrade, &repair, anchors)) }
                }
            }
        }
    }
}

/// What stands for the version where no upgrade helps.
fn unfixed(upgrade: &Upgrade<'_>) -> &'static str {
    let mut fixes = upgrade.known.iter().map(|one| &one.first.fix);
    if fixes.all(|fix| *fix == Fix::WontFix) {
        "will not be repaired"
    } else {
        "no repair yet"
    }
}

/// The first names of a set, and how many more there are.
fn some(names: &BTreeSet<&str>) -> String {
    let mut text = names
        .iter()
        .take(NAMED)
        .map(|name| line(name))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > NAMED {
        text.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    text
}

/// What one advisory repairs, or what nothing does.
struct Repair<'a> {
    fix: &'a Fix,
    advisory: Option<&'a str>,
    known: Vec<&'a Known<'a>>,
}

/// The vulnerabilities by what repairs them: the repairs with the worst first, then those without.
fn repairs<'a>(upgrade: &'a Upgrade<'a>) -> Vec<Repair<'a>> {
    let mut places: BTreeMap<(&Fix, Option<&str>), usize> = BTreeMap::new();
    let mut repairs: Vec<Repair<'_>> = Vec::new();
    for known in &upgrade.known {
        let (fix, advisory) = (&known.first.fix, known.first.advisory.as_deref());
        let place = *places.entry((fix, advisory)).or_insert(repairs.len());
        match repairs.get_mut(place) {
            Some(repair) => repair.known.push(known),
            None => repairs.push(Repair {
                fix,
                advisory,
                known: vec![known],
            }),
        }
    }
    repairs.sort_by_key(|repair| match repair.fix {
        Fix::Available(_) => 0,
        Fix::None => 1,
        Fix::WontFix => 2,
    });
    repairs
}

fn repaired(upgrade: &Upgrade<'_>, repair: &Repair<'_>, anchors: &mut BTreeSet<String>) -> Markup {
    let Repair {
        fix,
        advisory,
        known,
    } = repair;
    html! {
        div.repair data-fix=(fix_word(fix)) {
            h4 {
                @match fix {
                    Fix::Available(version) => {
                        @if let Some(advisory) = advisory { (named(advisory)) " · " }
                        "repaired in " code { (line(version)) }
                    }
                    Fix::None => { "No repair yet" (by(*advisory)) }
                    Fix::WontFix => { "Will not be repaired" (by(*advisory)) }
                }
            }
            ul.cves { @for one in known { (cve(upgrade, one, anchors)) } }
        }
    }
}

fn by(advisory: Option<&str>) -> Markup {
    html! { @if let Some(advisory) = advisory { " · " (named(advisory)) } }
}

fn named(id: &str) -> Markup {
    html! {
        @match page_of(id) {
            Some(page) => a href=(page) { (line(id)) },
            None => (line(id)),
        }
    }
}

fn cve(upgrade: &Upgrade<'_>, known: &Known<'_>, anchors: &mut BTreeSet<String>) -> Markup {
    let one = known.first;
    let place = anchor(&one.id).filter(|place| anchors.insert((*place).to_owned()));
    let number = (known.packages.len() > 1).then_some(known.packages.len());
    let some_only = known.packages.len() < upgrade.packages.len();
    html! {
        li data-severity=(one.severity) data-n=[number] id=[place] {
            (named(&one.id))
            b { (label(one.severity)) }
            @if let Some(score) = &one.cvss { i { "CVSS " (line(score)) } }
            @if one.rated == Rated::Unrated { i { "not rated, counts as medium" } }
            @if some_only { i { "in " (some(&known.packages.iter().copied().collect())) } }
            @if let Some(waiver) = &one.waiver { (expired(waiver)) }
        }
    }
}

/// How many vulnerabilities there are of how many packages, for the card in the overview.
pub(super) fn total(all: u64, upgrades: usize) -> String {
    format!("{} of {}", vulnerabilities(all), count(upgrades, "package"))
}
