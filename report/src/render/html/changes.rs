//! What changed since an earlier report: how many came and went, how the score moved, and which they are,
//! each linked to where the page tells all about it.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::super::page::count;
use super::group::grouped;
use super::prose::line;
use super::severities::badge;
use super::status::minute;
use crate::diff::{Diff, ScoreMove, Side};
use crate::{Finding, Severity, Status, Vulnerability};

/// How many rows of a list are shown before the rest is folded.
const SHOWN: usize = 8;
/// How many places or ids a row names before the rest is only counted.
const NAMED: usize = 3;

/// The section, with links to those of `anchors` that the page has.
pub(super) fn section(diff: &Diff, anchors: &BTreeSet<String>) -> Markup {
    let lists = lists(diff, anchors);
    html! {
        section #changes aria-labelledby="changes-title" {
            h2 #changes-title { "What changed" }
            p.lead { "Against " (side(&diff.old_scan)) " · " (score(&diff.score)) }
            @if lists.iter().all(|list| list.rows.is_empty()) {
                p.card.empty { (nothing(diff)) }
            } @else {
                div.card.flush {
                    ul.tally {
                        @for list in &lists {
                            li.(list.class).zero[list.faults == 0] { strong { (list.faults) } " " (list.word) }
                        }
                    }
                    @for list in lists.iter().filter(|list| !list.rows.is_empty()) { (moves(list)) }
                }
            }
        }
    }
}

fn nothing(diff: &Diff) -> String {
    let kept = diff.unchanged.len() + diff.vulnerabilities.unchanged.len();
    match kept {
        0 => "Nothing came and nothing went.".to_owned(),
        1 => "Nothing came and nothing went: the one fault is as it was.".to_owned(),
        kept => format!("Nothing came and nothing went: all {kept} faults are as they were."),
    }
}

fn side(side: &Side) -> Markup {
    let name = side.ami.as_ref().or(side.hostname.as_ref());
    html! {
        @match name { Some(name) => code { (line(name)) }, None => "an earlier scan" }
        " of " time datetime=(side.finished.to_string()) { (minute(side.finished)) }
        @if side.status != Status::Complete { ", which was " (side.status) }
    }
}

/// How the score moved, or why that cannot be said.
fn score(score: &ScoreMove) -> Markup {
    let reasons: Vec<String> = score.reasons.iter().map(|one| line(one)).collect();
    html! {
        @match (score.old, score.new) {
            (Some(old), Some(new)) if reasons.is_empty() => {
                @let by = i16::from(new) - i16::from(old);
                "hardening index " (old) " → " (new) " "
                @if by == 0 { "(unchanged)" } @else {
                    strong.up[by > 0].down[by < 0] { "(" (format!("{by:+}").replace('-', "−")) ")" }
                }
            }
            (Some(old), Some(new)) => {
                "hardening index " (old) " before and " (new) " now, which do not compare: " (reasons.join("; "))
            }
            _ => { "the hardening index does not compare: " (reasons.join("; ")) }
        }
    }
}

/// Faults that share what became of them.
struct List {
    /// What colours it: `new`, `fixed` or `unsure`.
    class: &'static str,
    /// What stands beside their number.
    word: &'static str,
    /// What heads the rows.
    title: &'static str,
    faults: usize,
    rows: Vec<Row>,
}

/// Faults of one check, or known vulnerabilities of one package.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    severity: Severity,
    title: String,
    times: usize,
    id: String,
    link: Option<String>,
    notes: Vec<String>,
}

fn lists(diff: &Diff, anchors: &BTreeSet<String>) -> Vec<List> {
    let known = &diff.vulnerabilities;
    let here = |id: &str| anchors.contains(id).then(|| format!("#{id}"));
    let gone = |_: &str| None;
    let (certain, doubtful): (Vec<_>, Vec<_>) = diff
        .new
        .iter()
        .partition(|one| one.newly_looked_at.is_none());
    let (certain_known, doubtful_known): (Vec<_>, Vec<_>) = known
        .new
        .iter()
        .partition(|one| one.newly_looked_at.is_none());
    let list = |class, word, title, rows: [Vec<Row>; 2]| {
        let mut rows: Vec<Row> = rows.into_iter().flatten().collect();
        rows.sort();
        List {
            class,
            word,
            title,
            faults: rows.iter().map(|row| row.times).sum(),
            rows,
        }
    };
    vec![
        list(
            "new",
            "new",
            "New",
            [
                checks(certain.iter().map(|one| (&one.finding, None)), here),
                packages(certain_known.iter().map(|one| {
                    (
                        &one.vulnerability,
                        one.newly_known
                            .then_some("newly known, of a package that is as it was"),
                    )
                })),
            ],
        ),
        list(
            "fixed",
            "fixed",
            "Fixed",
            [
                checks(
                    diff.fixed
                        .iter()
                        .filter(|one| !one.is_waived())
                        .map(|one| (one, None)),
                    gone,
                ),
                packages(
                    known
                        .fixed
                        .iter()
                        .filter(|one| !one.is_waived())
                        .map(|one| (one, None)),
                ),
            ],
        ),
        list(
            "new",
            "back",
            "Back: waived before, and no longer",
            [
                checks(diff.returned.iter().map(|one| (one, None)), here),
                packages(known.returned.iter().map(|one| (one, None))),
            ],
        ),
        list(
            "unsure",
            "newly looked at",
            "Newly looked at: may have been there before",
            [
                checks(
                    doubtful
                        .iter()
                        .map(|one| (&one.finding, one.newly_looked_at.as_deref())),
                    here,
                ),
                packages(
                    doubtful_known
                        .iter()
                        .map(|one| (&one.vulnerability, one.newly_looked_at.as_deref())),
                ),
            ],
        ),
        list(
            "unsure",
            "not looked at",
            "Not looked at this time: neither fixed nor there",
            [
                checks(
                    diff.unseen
                        .iter()
                        .map(|one| (&one.finding, Some(&*one.why))),
                    gone,
                ),
                packages(
                    known
                        .unseen
                        .iter()
                        .map(|one| (&one.vulnerability, Some(&*one.why))),
                ),
            ],
        ),
    ]
}

/// Findings by check, each with a note of its own.
fn checks<'a>(
    findings: impl Iterator<Item = (&'a Finding, Option<&'a str>)>,
    link: impl Fn(&str) -> Option<String>,
) -> Vec<Row> {
    let findings: Vec<_> = findings.collect();
    let notes: BTreeMap<&str, &str> = findings
        .iter()
        .filter_map(|(finding, note)| Some((&*finding.fingerprint, (*note)?)))
        .collect();
    let groups = grouped(findings.iter().map(|(finding, _)| *finding));
    let row = |group: super::group::Group<'_>| {
        let subjects = group.findings.iter().map(|one| &*one.subject);
        let mut told: Vec<String> = some(subjects.filter(|one| !one.is_empty()))
            .into_iter()
            .collect();
        let why = group
            .findings
            .iter()
            .filter_map(|one| notes.get(&*one.fingerprint));
        told.extend(some(why.copied()));
        Row {
            severity: group.first.severity,
            title: line(&group.first.title),
            times: group.findings.len(),
            id: line(&group.first.id),
            link: link(&group.first.id),
            notes: told,
        }
    };
    groups.into_iter().map(row).collect()
}

/// Known vulnerabilities by what is upgraded to repair them.
fn packages<'a>(known: impl Iterator<Item = (&'a Vulnerability, Option<&'a str>)>) -> Vec<Row> {
    let mut rows: BTreeMap<&str, Vec<(&Vulnerability, Option<&str>)>> = BTreeMap::new();
    for (one, note) in known {
        let name = one.source.as_deref().unwrap_or(&one.package);
        rows.entry(name).or_default().push((one, note));
    }
    let row = |(name, all): (&str, Vec<(&Vulnerability, Option<&str>)>)| {
        let ids = some(all.iter().map(|(one, _)| &*one.id));
        let notes = some(all.iter().filter_map(|(_, note)| *note));
        let worst = all.iter().map(|(one, _)| one.severity).min();
        Row {
            severity: worst.unwrap_or(Severity::Info),
            title: format!("Known vulnerabilities of {}", line(name)),
            times: all.len(),
            id: String::new(),
            link: None,
            notes: ids.into_iter().chain(notes).collect(),
        }
    };
    rows.into_iter().map(row).collect()
}

/// The first different texts of many, and how many more there are; `None` of none.
fn some<'a>(all: impl Iterator<Item = &'a str>) -> Option<String> {
    let all: BTreeSet<&str> = all.collect();
    let named: Vec<String> = all.iter().take(NAMED).map(|one| line(one)).collect();
    let more = all.len().saturating_sub(NAMED);
    match (named.is_empty(), more) {
        (true, _) => None,
        (_, 0) => Some(named.join(", ")),
        (_, more) => Some(format!("{} and {more} more", named.join(", "))),
    }
}

fn moves(list: &List) -> Markup {
    let (shown, folded) = list.rows.split_at(list.rows.len().min(SHOWN));
    html! {
        div.moves.(list.class) {
            h3 { (list.title) }
            ul { @for row in shown { (entry(row)) } }
            @if !folded.is_empty() {
                details.more {
                    summary { (count(folded.len(), "more kind")) }
                    ul { @for row in folded { (entry(row)) } }
                }
            }
        }
    }
}

fn entry(row: &Row) -> Markup {
    html! {
        li.{"sev-" (row.severity)} {
            (badge(row.severity))
            div {
                @match &row.link {
                    Some(link) => a href=(link) { (row.title) },
                    None => span { (row.title) },
                }
                @if row.times > 1 { " " span.times aria-label={ (row.times) " times" } { (row.times) } }
                @for note in &row.notes { p.note { (note) } }
            }
            @if !row.id.is_empty() { code { (row.id) } }
        }
    }
}
