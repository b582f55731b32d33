//! The findings: one row a group, with everything about it folded below.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::super::words::says_more;
use super::group::Group;
use super::prose::{block, line, paragraphs, reference};
use super::severities::badge;
use crate::{Finding, Report, Status};

pub(super) fn section(report: &Report, groups: &[Group<'_>]) -> Markup {
    html! {
        section #findings aria-labelledby="findings-title" {
            h2 #findings-title { "Findings" }
            @if groups.is_empty() {
                p.card.empty {
                    @if report.scan.status == Status::Failed {
                        "Nothing was looked at: the reasons are under Coverage."
                    } @else {
                        "Nothing was found by what was looked at. What was not looked at is under Coverage."
                    }
                }
            } @else {
                (controls(report))
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

fn controls(report: &Report) -> Markup {
    let engines: BTreeSet<&str> = report
        .findings
        .iter()
        .map(|finding| finding.engine.as_str())
        .collect();
    let categories: BTreeSet<String> = report
        .findings
        .iter()
        .map(|finding| line(&finding.category))
        .collect();
    html! {
        div.controls.js-only role="search" aria-label="Filter the findings" {
            label.search {
                span.hidden-label { "Search the findings" }
                svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" {
                    circle cx="10.5" cy="10.5" r="6.5" {}
                    path d="m15.5 15.5 5 5" {}
                }
                input type="search" data-ui="search" placeholder="Search findings" autocomplete="off" spellcheck="false";
                kbd aria-hidden="true" { "/" }
            }
            (select("engine", "All engines", engines.into_iter().map(str::to_owned)))
            (select("category", "All categories", categories.into_iter()))
            p.shown aria-live="polite" {
                span data-ui="shown" { (report.findings.len()) } " of " (report.findings.len())
                span.wide { @if report.findings.len() == 1 { " finding" } @else { " findings" } }
            }
            button.quiet type="button" data-ui="clear" hidden { "Clear" }
            button.quiet.unfold type="button" data-ui="unfold" aria-pressed="false" { "Unfold all" }
        }
    }
}

fn select(name: &str, all: &str, values: impl Iterator<Item = String>) -> Markup {
    html! {
        label.select {
            span.hidden-label { (name) }
            select data-ui=(name) {
                option value="" { (all) }
                @for value in values { option value={ "=" (value) } { (value) } }
            }
        }
    }
}

fn row(group: &Group<'_>) -> Markup {
    let first = group.first;
    let several = group.findings.len() > 1;
    html! {
        li data-severity=(first.severity) data-engine={ "=" (first.engine) } data-category={ "=" (line(&first.category)) } {
            details.finding.{"sev-" (first.severity)} id=[group.anchor] {
                summary {
                    (badge(first.severity))
                    h3 {
                        (line(&first.title))
                        @if several {
                            " " span.times aria-label={ (group.findings.len()) " times" } { (group.findings.len()) }
                        }
                    }
                    span.meta {
                        code { (line(&first.id)) }
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
            @if finding.evidence.iter().any(|line| !line.trim().is_empty()) {
                pre.evidence tabindex="0" {
                    @for (number, line) in finding.evidence.iter().enumerate() {
                        @if number > 0 { "\n" }
                        (block(line))
                    }
                }
            }
            @if !group.one_remediation() { (remediation(finding)) }
            @if !group.one_set_of_references() { (references(finding)) }
        }
    }
}

/// A fingerprint as the name of a place in the page.
fn fingerprint_anchor(fingerprint: &str) -> Option<&str> {
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
