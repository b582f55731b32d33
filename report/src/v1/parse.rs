//! Reading a report that came from outside: its shape by serde, then all that the types alone do
//! not say. What is accepted here is valid by the schema, and writing it again gives the same.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::{
    Check, CheckState, Counts, Engine, Finding, Outcome, Report, SCHEMA_VERSION, Scan, Score,
};
use crate::{clean_line, fingerprint, model};

/// Why a text is no report of version 1.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not JSON, or not of this shape. The message may quote the text, so it is cleaned.
    #[error("this is no Hard Target report: {}", clean_line(&.0.to_string(), 300))]
    Shape(serde_json::Error),
    /// It has a list for an object. Serde takes a list of the members for an object; the schema does not, and so neither do we.
    #[error("this is no Hard Target report: not an object, or a list where an object should be")]
    List,
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
/// How long the text may be is for the caller to limit, before reading it.
pub fn parse(json: &[u8]) -> Result<model::Report, Error> {
    #[derive(Deserialize)]
    struct Versioned {
        schema_version: u64,
    }
    let given: Value = serde_json::from_slice(json).map_err(Error::Shape)?;
    if !given.is_object() {
        return Err(Error::List);
    }
    let Versioned { schema_version } = serde_json::from_slice(json).map_err(Error::Shape)?;
    if schema_version != u64::from(SCHEMA_VERSION) {
        return Err(Error::Version(schema_version));
    }
    let report: Report = serde_json::from_slice(json).map_err(Error::Shape)?;
    let ours = serde_json::to_value(&report).map_err(Error::Shape)?;
    if has_list_for_object(&given, &ours) {
        return Err(Error::List);
    }
    check(&report).map_err(Error::Contradiction)?;
    let mut report = model::Report::from(report);
    report.sort();
    Ok(report)
}

/// Whether an object of ours was given as a list of its members.
fn has_list_for_object(given: &Value, ours: &Value) -> bool {
    match (given, ours) {
        (Value::Array(_), Value::Object(_)) => true,
        (Value::Array(given), Value::Array(ours)) => given
            .iter()
            .zip(ours)
            .any(|(given, ours)| has_list_for_object(given, ours)),
        (Value::Object(given), Value::Object(ours)) => given.iter().any(|(name, given)| {
            let ours = ours.get(name);
            ours.is_some_and(|ours| has_list_for_object(given, ours))
        }),
        _ => false,
    }
}

fn check(report: &Report) -> Result<(), String> {
    scan(&report.scan)?;
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
    let severities = report.findings.iter().map(|one| one.severity.into());
    if Counts::from(crate::Counts::of(severities)) != report.counts {
        return Err("its counts are not those of its findings".to_owned());
    }
    Ok(())
}

fn scan(scan: &Scan) -> Result<(), String> {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if scan.id.len() == 32 && scan.id.bytes().all(digit) {
        Ok(())
    } else {
        Err(format!(
            "the scan's id {} is not 32 hexadecimal digits",
            quoted(&scan.id)
        ))
    }
}

fn score(score: &Score) -> Result<(), String> {
    let index = u64::from(score.index);
    if index > 100 {
        return Err(format!("a score of {index}, which is above 100"));
    }
    let (Some(points), Some(max)) = (score.points, score.max_points) else {
        return Ok(());
    };
    match (u64::from(points) * 100).checked_div(u64::from(max)) {
        Some(of_points) if of_points != index => Err(format!(
            "a score of {index}, but {points} of {max} points make {of_points}"
        )),
        _ => Ok(()),
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
