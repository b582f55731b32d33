//! Reading a report that came from outside: its shape by serde, then all that the types alone do
//! not say. What is accepted here is valid by the schema, and writing it again gives the same.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::outline::Outline;
use super::{
    Check, CheckState, Counts, Engine, Finding, Fix, Outcome, Report, SCHEMA_VERSION, Scan, Score,
    Status, Waiver,
};
use crate::{clean_line, fingerprint, model};

/// The most values (members of objects, items of lists) that a report may have: a report of ours has
/// 10,000 to 60,000. What is small in JSON is the largest in memory: an item `"x"` has 4 bytes there
/// and 56 here.
const MOST_VALUES: u64 = 500_000;

/// Why a text is no report of version 1.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not JSON, or not of this shape. The message may quote the text, so it is cleaned.
    #[error("this is no Hard Target report: {}", clean_line(&.0.to_string(), 300))]
    Shape(serde_json::Error),
    /// It has a list for an object, or the like. Serde takes a list of the members for an object, an
    /// object for a plain word, and one name twice; the schema does not, and so neither do we.
    #[error(
        "this is no Hard Target report: a list where an object should be, an object where a word should be, or a name twice"
    )]
    Form,
    /// It would take more memory than any report is worth.
    #[error("this is no Hard Target report: it has more than {MOST_VALUES} values")]
    Values,
    /// It is a report of another version.
    #[error(
        "this is a report of schema version {0}, and this program reads version {SCHEMA_VERSION}"
    )]
    Version(u64),
    /// It says two different things.
    #[error("this report contradicts itself: {0}")]
    Contradiction(String),
}

/// Reads a report and checks all that the types alone do not say. The findings are in the report's
/// order afterwards, whatever order they came in.
///
/// How long the text may be is for the caller to limit, before reading it. Nesting needs no limit:
/// the types end it, and what belongs to no type is refused by its name.
///
/// Memory at its peak, besides the text: twice the text for a report of 8 MiB like ours (17 MB), up
/// to 14 times for one made of nothing but one-letter strings, which [`Error::Values`] ends at 30 MB
/// (measured on x86_64 with glibc as growth of the resident set).
pub fn parse(json: &[u8]) -> Result<model::Report, Error> {
    let given = Outline::of(json);
    if given.values() > MOST_VALUES {
        return Err(Error::Values);
    }
    if json.trim_ascii_start().starts_with(b"[") {
        return Err(Error::Form);
    }
    let report: Report = serde_json::from_slice(json).map_err(|error| explain(json, error))?;
    if report.schema_version != SCHEMA_VERSION {
        return Err(Error::Version(report.schema_version.into()));
    }
    // What serde takes for a report has the lists and objects of that report and no more, unless it
    // took one thing for another.
    let mut ours = Outline::default();
    serde_json::to_writer(&mut ours, &report).map_err(Error::Shape)?;
    if given.shape() != ours.shape() {
        return Err(Error::Form);
    }
    check(&report).map_err(Error::Contradiction)?;
    let mut report = model::Report::from(report);
    report.sort();
    Ok(report)
}

/// What has another version is expected to have another shape.
fn explain(json: &[u8], error: serde_json::Error) -> Error {
    #[derive(Deserialize)]
    struct Versioned {
        schema_version: u64,
    }
    match serde_json::from_slice(json) {
        Ok(Versioned { schema_version }) if schema_version != u64::from(SCHEMA_VERSION) => {
            Error::Version(schema_version)
        }
        _ => Error::Shape(error),
    }
}

fn check(report: &Report) -> Result<(), String> {
    scan(&report.scan)?;
    status(&report.scan, &report.engines)?;
    report.score.as_ref().map_or(Ok(()), score)?;
    let mut engines = BTreeSet::new();
    for run in &report.engines {
        engine(run)?;
        if !engines.insert(crate::EngineId::from(run.engine)) {
            return Err("one engine is there twice".to_owned());
        }
    }
    let mut fingerprints = BTreeSet::new();
    for one in &report.findings {
        finding(one)?;
        if !fingerprints.insert(&one.fingerprint) {
            return Err(format!("{} is there twice", quoted(&one.id)));
        }
    }
    vulnerabilities(report)?;
    counts(report)
}

/// There are none where nobody looked; each is there once; and a repair has a version.
fn vulnerabilities(report: &Report) -> Result<(), String> {
    if report.advisories.is_none() && !report.vulnerabilities.is_empty() {
        return Err("vulnerabilities, though they were not looked for".to_owned());
    }
    let mut seen = BTreeSet::new();
    for one in &report.vulnerabilities {
        if !seen.insert((&one.id, &one.package)) {
            return Err(format!("{} is there twice", quoted(&one.id)));
        }
        if (one.fix == Fix::Available) != one.fixed.is_some() {
            return Err(format!(
                "{} has a repair without a version, or the reverse",
                quoted(&one.id)
            ));
        }
    }
    Ok(())
}

/// What is waived counts as waived and nowhere else.
fn counts(report: &Report) -> Result<(), String> {
    let open = |waiver: &Option<Waiver>| waiver.as_ref().is_none_or(|waiver| waiver.expired);
    let findings = report.findings.iter().filter(|one| open(&one.waiver));
    let found = crate::Counts::of(findings.map(|one| one.severity.into()));
    if Counts::from(found) != report.counts {
        return Err("its counts are not those of its findings".to_owned());
    }
    let vulnerabilities = report.vulnerabilities.iter();
    let vulnerabilities = vulnerabilities.filter(|one| open(&one.waiver));
    let known = crate::Counts::of(vulnerabilities.map(|one| one.severity.into()));
    let told = report.advisories.as_ref().map(|_| Counts::from(known));
    if told != report.vulnerability_counts {
        return Err("its counts are not those of its vulnerabilities".to_owned());
    }
    let all = report.findings.len() + report.vulnerabilities.len();
    if (all as u64).checked_sub(report.waived) != Some(found.total() + known.total()) {
        return Err("it has another number of waivers than it says".to_owned());
    }
    Ok(())
}

fn scan(scan: &Scan) -> Result<(), String> {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if scan.id.len() != 32 || !scan.id.bytes().all(digit) {
        return Err(format!(
            "the scan's id {} is not 32 hexadecimal digits",
            quoted(&scan.id)
        ));
    }
    if scan.finished < scan.started {
        return Err("it finished before it started".to_owned());
    }
    Ok(())
}

/// The status is what the engines make of it: complete if one ran and none fell short, failed if
/// none gave anything, else partial; and what is not complete says why.
fn status(scan: &Scan, engines: &[Engine]) -> Result<(), String> {
    let any = |outcome| engines.iter().any(|run| run.outcome == outcome);
    let of_engines = if !any(Outcome::Ran) && !any(Outcome::Partial) {
        Status::Failed
    } else if any(Outcome::Partial) || any(Outcome::Failed) {
        Status::Partial
    } else {
        Status::Complete
    };
    let word = |status| model::Status::from(status).as_str();
    if scan.status != of_engines {
        return Err(format!(
            "it is {}, but its engines make it {}",
            word(scan.status),
            word(of_engines)
        ));
    }
    match (scan.status, scan.why.is_empty()) {
        (Status::Complete, false) => Err("it is complete, but says why it is not".to_owned()),
        (Status::Partial | Status::Failed, true) => {
            Err(format!("it is {}, but does not say why", word(scan.status)))
        }
        _ => Ok(()),
    }
}

fn score(score: &Score) -> Result<(), String> {
    let index = u64::from(score.index);
    if index > 100 {
        return Err(format!("a score of {index}, which is above 100"));
    }
    let (points, max) = match (score.points, score.max_points) {
        (Some(points), Some(max)) => (u64::from(points), u64::from(max)),
        (None, None) => return Ok(()),
        _ => return Err("points without the highest possible, or the reverse".to_owned()),
    };
    let of_points = match points {
        _ if points > max || max == 0 => return Err(format!("{points} of {max} points")),
        // As Lynis has it.
        0 => 1,
        _ => points * 100 / max,
    };
    if of_points == index {
        Ok(())
    } else {
        Err(format!(
            "a score of {index}, but {points} of {max} points make {of_points}"
        ))
    }
}

fn engine(run: &Engine) -> Result<(), String> {
    if (run.outcome == Outcome::Ran) == run.why.is_some() {
        return Err("an engine has a reason though it ran, or none though it did not".to_owned());
    }
    run.checks.iter().try_for_each(check_run)
}

fn check_run(check: &Check) -> Result<(), String> {
    let looked = matches!(check.outcome, CheckState::Pass | CheckState::Fail);
    if looked == check.why.is_some() {
        return Err(format!(
            "the check {} has a reason though it looked, or none though it did not",
            quoted(&check.id)
        ));
    }
    Ok(())
}

fn finding(finding: &Finding) -> Result<(), String> {
    if finding.fingerprint == fingerprint(finding.engine.into(), &finding.id, &finding.subject) {
        Ok(())
    } else {
        Err(format!(
            "the fingerprint of {} is not that of its id and subject",
            quoted(&finding.id)
        ))
    }
}

fn quoted(text: &str) -> String {
    format!("`{}`", clean_line(text, 40))
}
