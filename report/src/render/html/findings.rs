//! The findings: one row a group, with everything about it folded below.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::super::words::says_more;
use super::group::Group;
pub(super) use super::group::anchor;
use super::prose::{block, line, paragraphs, reference};
use super::severities::badge;
use crate::{Finding, Report, Status, Waiver};

pub(super) fn section(report: &Report, groups: &[Group<'_>]) -> Markup {
    let open = || report.findings.iter().filter(|one| !one.is_waived());
    let engines: BTreeSet<&str> = open().map(|one| one.engine.as_str()).collect();
    let categories: BTreeSet<String> = open().map(|one| line(&one.category)).collect();
    let itself = |value: String| (value.clone(), value);
    let choices = [
        Choice {
            name: "engine",
            all: "All engines",
            values: engines
                .into_iter()
                .map(|one| itself(one.to_owned()))
                .collect(),
        },
        Choice {
            name: "category",
            all: "All categories",
            values: categories.into_iter().map(itself).collect(),
        },
    ];
    html! {
        section #findings aria-labelledby="findings-title" {
            h2 #findings-title { "Findings" }
            @if groups.is_empty() {
                p.card.empty {
                    @if report.scan.status == Status::Failed {
                        "Nothing was looked at: the reasons are under Coverage."
                    } @else {
                        "Nothing was found by what was looked at"
                        @if !report.findings.is_empty() { ", besides what is waived" }
                        ". What was not looked at is under Coverage."
                    }
                }
            } @else {
                (controls(&Controls {
                    what: "findings",
                    one: "finding",
                    all: report.counts().total(),
                    choices: &choices,
                }))
                p.card.empty data-ui="none" hidden {
                    "No finding matches. "
                    button.link type="button" data-ui="reset" { "Show all findings" }
                }
                ol.findings data-ui="findings" {
                    @for group in groups { (row(group)) }
                }
            }
        }
    }
}

/// A list's filters.
pub(super) struct Controls<'a> {
    /// What the list is of, and one of it.
    pub(super) what: &'a str,
    pub(super) one: &'a str,
    /// How many there are.
    pub(super) all: u64,
    /// What else can be chosen.
    pub(super) choices: &'a [Choice],
}

/// A choice by which a list is filtered.
pub(super) struct Choice {
    /// Its name in the markup.
    pub(super) name: &'static str,
    /// What takes all.
    pub(super) all: &'static str,
    /// Its values, each with its label.
    pub(super) values: Vec<(String, String)>,
}

pub(super) fn controls(controls: &Controls<'_>) -> Markup {
    let Controls {
        what,
        one,
        all,
        choices,
    } = controls;
    html! {
        div.controls.js-only role="search" aria-label={ "Filter the " (what) } {
            label.search {
                span.hidden-label { "Search the " (what) }
                svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" {
                    circle cx="10.5" cy="10.5" r="6.5" {}
                    path d="m15.5 15.5 5 5" {}
                }
                input type="search" data-ui="search" placeholder={ "Search " (what) } autocomplete="off" spellcheck="false";
                @if *what == "findings" { kbd aria-hidden="true" { "/" } }
            }
            @for Choice { name, all, values } in *choices {
                label.select {
                    span.hidden-label { (name) }
                    select data-ui=(name) {
                        option value="" { (all) }
                        @for (value, label) in values { option value={ "=" (value) } { (label) } }
                    }
                }
            }
            p.shown aria-live="polite" {
                span data-ui="shown" { (all) } " of " (all)
                span.wide { " " @if *all == 1 { (one) } @else { (what) } }
            }
            button.quiet type="button" data-ui="clear" hidden { "Clear" }
            button.quiet.unfold type="button" data-ui="unfold" aria-pressed="false" { "Unfold all" }
        }
    }
}

fn row(group: &Group<'_>) -> Markup {
    let first = group.first;
    let several = group.findings.len() > 1;
    html! {
        li data-severity=(first.severity) data-engine=(first.engine) data-category=(line(&first.category)) {
            details.finding.{"sev-" (first.severity)} id=[group.anchor] {
                summary {
                    (badge(first.severity))
                    h3 {
                        (line(&first.title))
                        @if several {
                            " " span.times aria-label={ (group.findings.len()) " times" } { (group.findings.len()) }
                        }
                        @for id in group.same_as() { " " span.chip { "also " code { (line(id)) } } }
                        @if group.has_expired() { " " span.chip.over { "waiver expired" } }
                    }
                    span.meta {
                        code title=[(first.id.len() > 12).then(|| line(&first.id))] { (line(&first.id)) }
                        span { (line(&first.category)) }
                        span { (first.engine) }
                    }
                }
                div.body {
                    @if group.one_remediation() { (remediation(first)) }
                    div.subjects {
                        h4 { @if several { "Where" } @else { "What was seen" } }
                        @for finding in &group.findings { (subject(group, finding)) }
                    }
                    @if group.one_set_of_references() { (references(first)) }
                }
            }
        }
    }
}

fn subject(group: &Group<'_>, finding: &Finding) -> Markup {
    let anchor = fingerprint_anchor(&finding.fingerprint);
    html! {
        div.subject id=[anchor] {
            div.subject-head {
                @if says_more(&finding.subject, &finding.title) {
                    code.name { (line(&finding.subject)) }
                } @else {
                    span.whole { "This machine" }
                }
                @match anchor {
                    Some(anchor) => a.fingerprint href={ "#" (anchor) } title={ "Link to this finding, fingerprint " (anchor) } { (anchor) },
                    None => span.fingerprint { (line(&finding.fingerprint)) },
                }
            }
            @if let Some(waiver) = &finding.waiver { (expired(waiver)) }
            (evidence(finding))
            @if !group.one_remediation() { (remediation(finding)) }
            @if !group.one_set_of_references() { (references(finding)) }
        }
    }
}

/// What was seen.
pub(super) fn evidence(finding: &Finding) -> Markup {
    html! {
        @if finding.evidence.iter().any(|line| !line.trim().is_empty()) {
            pre.evidence tabindex="0" {
                @for (number, line) in finding.evidence.iter().enumerate() {
                    @if number > 0 { "\n" }
                    (block(line))
                }
            }
        }
    }
}

/// The note that a waiver is over.
pub(super) fn expired(waiver: &Waiver) -> Markup {
    html! {
        p.over {
            "Waived by " (line(&waiver.owner)) " until " (waiver.expires)
            ". That day is over, so it counts again. The reason was: " (line(&waiver.reason))
        }
    }
}

/// A fingerprint as the name of a place in the page.
pub(super) fn fingerprint_anchor(fingerprint: &str) -> Option<&str> {
    let ordinary = fingerprint.len() == 32 && fingerprint.chars().all(|c| c.is_ascii_hexdigit());
    ordinary.then_some(fingerprint)
}

fn remediation(finding: &Finding) -> Markup {
    html! {
        @if !finding.remediation.trim().is_empty() {
            div.remediation { h4 { "What to do" } (paragraphs(&finding.remediation)) }
        }
    }
}

fn references(finding: &Finding) -> Markup {
    html! {
        @if !finding.references.is_empty() {
            div.references {
                h4 { "Read on" }
                ul { @for one in &finding.references { li { (reference(one)) } } }
            }
        }
    }
}
