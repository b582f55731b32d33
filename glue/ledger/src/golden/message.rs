//! What is told of a run: the message that goes to SNS as it stands. Pure.
//!
//! A JSON array with one object for each AMI, in the order of the list. Its members are those of AWS's "How to
//! Set Up Continuous Golden AMI Vulnerability Assessments with Amazon Inspector" (AWS Security Blog): the AMI's
//! tags, and `Finding-Severity-Critical-Count`, `-High-`, `-Medium-`, `-Low-` and `-Informational-Count`, all
//! texts. They count the findings and the known vulnerabilities of the new report together, without what is
//! waived; an AMI that was not assessed has none of them, and no tag of such a name is told. The rest is in the
//! member `hardtarget`:
//!
//! - `run`, `ami`, `name`, `family`, `status` (as in the AMI's tag, or `given-up`), `reason`, `since`;
//! - `report` (its S3 URI), `score`, `findings` and `vulnerabilities` by severity (null where they were not
//!   looked for), or null;
//! - `compared-with` (`ami` and `finished`), `new` and `fixed` (`findings` and `vulnerabilities`: how many;
//!   `worst`: some of these with `id`, `severity`, `title` and, if there is one, `why`), or null where there
//!   was nothing to compare with.
//!
//! If the list has problems, a last object has them: `{"hardtarget": {"run": …, "problems": ["entry 3: …"]}}`.
//!
//! What would be too large for SNS loses, until it fits: names of changes; the tags; all of `hardtarget` but
//! `ami`, `status`, `reason` and `score`; the reasons.

use std::collections::BTreeMap;

use hardtarget_report::clean_line;
use serde_json::{Map, Value, json};

use super::changes::{Changed, Changes};
use super::list::Wanted;
use super::outcome::{Outcome, Reported};
use super::run::Run;

/// SNS takes 256 KB, and that includes attributes (SNS API Reference, "Publish").
const LARGEST: usize = 240 * 1024;

/// The names of severities in that format, by ours.
const SEVERITIES: [(&str, &str); 5] = [
    ("critical", "Critical"),
    ("high", "High"),
    ("medium", "Medium"),
    ("low", "Low"),
    ("info", "Informational"),
];

/// How much is told of each AMI.
#[derive(Clone, Copy)]
struct Measure {
    /// How many changes are named.
    named: usize,
    /// Whether the tags are told.
    tags: bool,
    /// Whether more is told than the status and the counts.
    all: bool,
    /// Whether it is told why an AMI has its status.
    reasons: bool,
}

/// What is tried until it fits. A parameter of the Advanced tier (8 KB) has room for 370 AMIs, or for 630 with ids of
/// the old form, one of the Standard tier for half as many.
const MEASURES: [Measure; 7] = [
    Measure::of(20, true, true, true),
    Measure::of(5, true, true, true),
    Measure::of(1, true, true, true),
    Measure::of(0, true, true, true),
    Measure::of(0, false, true, true),
    Measure::of(0, false, false, true),
    Measure::of(0, false, false, false),
];

impl Measure {
    const fn of(named: usize, tags: bool, all: bool, reasons: bool) -> Self {
        Self {
            named,
            tags,
            all,
            reasons,
        }
    }
}

/// The message.
#[must_use]
pub fn compose(run: &Run, outcomes: &BTreeMap<String, Outcome>, bucket: &str) -> Value {
    let mut message = Value::Null;
    for measure in MEASURES {
        message = measured(run, outcomes, bucket, measure);
        if message.to_string().len() <= LARGEST {
            break;
        }
    }
    message
}

fn measured(
    run: &Run,
    outcomes: &BTreeMap<String, Outcome>,
    bucket: &str,
    measure: Measure,
) -> Value {
    let nothing = Outcome::default();
    let of = |wanted: &Wanted| {
        let outcome = outcomes.get(&wanted.ami).unwrap_or(&nothing);
        let mut members = Map::new();
        if measure.tags {
            let tags = outcome.tags.iter().map(|(key, value)| {
                let value = Value::String(clean_line(value, 256));
                (clean_line(key, 128), value)
            });
            members.extend(tags.filter(|(key, _)| !is_ours(key)));
        }
        members.extend(outcome.report.iter().flat_map(counts));
        let told = match measure.all {
            true => told(run, &wanted.ami, outcome, bucket, measure.named),
            false => in_short(&wanted.ami, outcome, measure.reasons),
        };
        members.insert("hardtarget".to_owned(), told);
        Value::Object(members)
    };
    let mut message: Vec<Value> = run.wanted.iter().map(of).collect();
    if !run.problems.is_empty() {
        message.push(json!({"hardtarget": {"run": run.run, "problems": run.problems}}));
    }
    Value::Array(message)
}

/// Whether a member of this name is ours to say.
fn is_ours(name: &str) -> bool {
    name == "hardtarget" || name.starts_with("Finding-Severity-")
}

fn counts(report: &Reported) -> impl Iterator<Item = (String, Value)> + use<'_> {
    SEVERITIES.into_iter().map(|(ours, name)| {
        let of = |counts: &BTreeMap<String, u64>| counts.get(ours).copied().unwrap_or_default();
        let vulnerabilities = report.vulnerabilities.as_ref().map_or(0, of);
        let count = of(&report.findings).saturating_add(vulnerabilities);
        let name = format!("Finding-Severity-{name}-Count");
        (name, Value::String(count.to_string()))
    })
}

fn in_short(ami: &str, outcome: &Outcome, reasons: bool) -> Value {
    let reason = if reasons { &outcome.reason } else { "" };
    json!({
        "ami": ami,
        "status": outcome.status,
        "reason": clean_line(reason, 80),
        "score": outcome.report.as_ref().and_then(|report| report.score),
    })
}

fn told(run: &Run, ami: &str, outcome: &Outcome, bucket: &str, named: usize) -> Value {
    let report = outcome.report.as_ref();
    let changes = report.and_then(|report| report.changes.as_ref());
    let side = |findings: u64, vulnerabilities: u64, all: &[Changed]| {
        let worst = all.get(..named).unwrap_or(all);
        json!({"findings": findings, "vulnerabilities": vulnerabilities, "worst": worst})
    };
    let new = |one: &Changes| side(one.new_findings, one.new_vulnerabilities, &one.new);
    let fixed = |one: &Changes| side(one.fixed_findings, one.fixed_vulnerabilities, &one.fixed);
    json!({
        "run": run.run,
        "ami": ami,
        "name": outcome.name,
        "family": outcome.family,
        "status": outcome.status,
        "reason": outcome.reason,
        "since": outcome.since,
        "report": report.map(|report| format!("s3://{bucket}/{}", report.key)),
        "score": report.and_then(|report| report.score),
        "findings": report.map(|report| &report.findings),
        "vulnerabilities": report.and_then(|report| report.vulnerabilities.as_ref()),
        "compared-with": changes.map(|one| json!({"ami": one.ami, "finished": one.finished})),
        "new": changes.map(new),
        "fixed": changes.map(fixed),
    })
}

#[cfg(test)]
mod tests;
