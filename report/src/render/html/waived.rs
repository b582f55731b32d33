//! What somebody has decided to live with: told, with the reason, but counted nowhere.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::page::count;
use super::super::words::vulnerabilities;
use super::findings::{evidence, fingerprint_anchor};
use super::prose::{block, line};
use super::severities::badge;
use crate::{Finding, Report, Severity, Vulnerability, Waiver};

/// Findings and vulnerabilities that one waiver covers.
struct Row<'a> {
    severity: Severity,
    id: &'a str,
    title: String,
    waiver: &'a Waiver,
    findings: Vec<&'a Finding>,
    vulnerabilities: Vec<&'a Vulnerability>,
}

pub(super) fn section(report: &Report) -> Markup {
    let rows = rows(report);
    html! {
        @if !rows.is_empty() {
            section #waived aria-labelledby="waived-title" {
                h2 #waived-title { "Waived" }
                p.lead {
                    (told(report)) @if report.waived() == 1 { " is" } @else { " are" }
                    " waived: somebody lives with what is below, and no count has it."
                }
                ol.findings { @for row in &rows { (entry(row)) } }
            }
        }
    }
}

/// `10 findings and 3 vulnerabilities`.
fn told(report: &Report) -> String {
    let findings = report.findings.iter().filter(|one| one.is_waived()).count();
    let known = report.vulnerabilities.iter().filter(|one| one.is_waived());
    let known = known.count() as u64;
    match (findings, known) {
        (findings, 0) => count(findings, "finding"),
        (0, known) => vulnerabilities(known),
        (findings, known) => {
            format!(
                "{} and {}",
                count(findings, "finding"),
                vulnerabilities(known)
            )
        }
    }
}

/// The rows, worst first.
fn rows(report: &Report) -> Vec<Row<'_>> {
    type Key<'a> = (Severity, &'a str, String, &'a Waiver);
    let mut rows: BTreeMap<Key<'_>, Row<'_>> = BTreeMap::new();
    fn row<'a, 'r>(rows: &'r mut BTreeMap<Key<'a>, Row<'a>>, key: Key<'a>) -> &'r mut Row<'a> {
        rows.entry(key)
            .or_insert_with_key(|(severity, id, title, waiver)| Row {
                severity: *severity,
                id,
                title: title.clone(),
                waiver,
                findings: Vec::new(),
                vulnerabilities: Vec::new(),
            })
    }
    for one in &report.findings {
        if let Some(waiver) = one.waiver.as_ref().filter(|waiver| !waiver.expired) {
            let key = (one.severity, &*one.id, line(&one.title), waiver);
            row(&mut rows, key).findings.push(one);
        }
    }
    for one in &report.vulnerabilities {
        if let Some(waiver) = one.waiver.as_ref().filter(|waiver| !waiver.expired) {
            let name = one.source.as_ref().unwrap_or(&one.package);
            let title = line(&format!("{} in {name}", one.id));
            let key = (one.severity, &*one.id, title, waiver);
            row(&mut rows, key).vulnerabilities.push(one);
        }
    }
    rows.into_values().collect()
}

fn entry(row: &Row<'_>) -> Markup {
    let several = row.findings.len() + row.vulnerabilities.len();
    html! {
        li {
            details.finding.{"sev-" (row.severity)} {
                summary {
                    (badge(row.severity))
                    h3 {
                        (row.title)
                        @if several > 1 { " " span.times aria-label={ (several) " times" } { (several) } }
                    }
                    span.meta.until {
                        code { (line(row.id)) }
                        span { "until " time datetime=(row.waiver.expires) { (row.waiver.expires) } }
                    }
                }
                div.body {
                    dl.waiver {
                        dt { "Reason" } dd { (block(&row.waiver.reason)) }
                        dt { "Owner" } dd { (line(&row.waiver.owner)) }
                        dt { "Expires" } dd { (row.waiver.expires) }
                    }
                    div.subjects {
                        @for finding in &row.findings {
                            div.subject id=[fingerprint_anchor(&finding.fingerprint)] {
                                div.subject-head {
                                    @if finding.subject.is_empty() { span.whole { "This machine" } }
                                    @else { code.name { (line(&finding.subject)) } }
                                    span.fingerprint { (line(&finding.fingerprint)) }
                                }
                                (evidence(finding))
                            }
                        }
                        @for one in &row.vulnerabilities {
                            div.subject {
                                div.subject-head {
                                    span { code.name { (line(&one.package)) } " " code { (line(&one.installed)) } }
                                    span.fingerprint { (one.fingerprint()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
