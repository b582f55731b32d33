//! What came of an AMI in a run: from its `image.json`, and from its report and `diff.json`. Pure.

use std::collections::BTreeMap;

use hardtarget_report::clean_line;
use hardtarget_report::image_status::ImageStatus;
use hardtarget_report::refusal::Refusal;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::changes::Changes;
use super::run::Run;

/// The status of an AMI of which nothing came in time, or that the launching function would not take.
pub const GIVEN_UP: &str = "given-up";

/// What came of an AMI.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// As in the tag `status`, or `given-up`.
    pub status: String,
    /// Why it is not assessed as it should be; empty else.
    #[serde(default)]
    pub reason: String,
    /// Since when it has that status.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// The AMI's name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its family.
    #[serde(default)]
    pub family: Option<String>,
    /// Its tags, without ours.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// What its new report says; `None` if there is none.
    #[serde(default)]
    pub report: Option<Reported>,
}

/// What a report says, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The key of the `report.json`.
    pub key: String,
    /// The hardening index.
    #[serde(default)]
    pub score: Option<u8>,
    /// Findings by severity.
    pub findings: BTreeMap<String, u64>,
    /// Known vulnerabilities by severity; `None` if they were not looked for.
    #[serde(default)]
    pub vulnerabilities: Option<BTreeMap<String, u64>>,
    /// What changed since the last report; `None` if it was the first.
    #[serde(default)]
    pub changes: Option<Changes>,
}

/// Whether an assessment is over.
#[must_use]
pub fn is_final(status: &str) -> bool {
    has_report(status) || matches!(status, "failed" | "timed-out" | "unsupported")
}

fn has_report(status: &str) -> bool {
    matches!(status, "assessed" | "partial")
}

/// The key of the report that is behind a status; a failed assessment has none, whatever an earlier one left.
#[must_use]
pub fn report_key(image: &ImageStatus) -> Option<&str> {
    image
        .report
        .as_deref()
        .filter(|_| has_report(&image.status))
}

/// What came of an AMI that has its answer.
#[must_use]
pub fn of(image: ImageStatus, score: Option<u8>, changes: Option<Changes>) -> Outcome {
    let report = report_key(&image).map(|key| Reported {
        key: key.to_owned(),
        score,
        findings: image.findings.clone().unwrap_or_default(),
        vulnerabilities: image.vulnerabilities.clone(),
        changes,
    });
    Outcome {
        status: clean_line(&image.status, 40),
        reason: clean_line(&image.reason, 300),
        since: Some(image.since),
        name: image.name.map(|name| clean_line(&name, 128)),
        family: Some(clean_line(&image.family, 128)),
        tags: image.tags,
        report,
    }
}

/// What came of an AMI that had no answer in time; `known` is what is known of it.
#[must_use]
pub fn given_up(run: &Run, known: Option<ImageStatus>) -> Outcome {
    let hours = run.until.duration_since(run.started).as_hours();
    let begun = |image: &ImageStatus| run.has_begun_by(image.since);
    let reason = match &known {
        Some(image) if begun(image) => format!("it is {} after {hours} hours", image.status),
        // Perhaps it is not its own order that is missing: they are sent in the order of the list.
        _ if !run.sent => format!(
            "its assessment did not begin within {hours} hours: not all orders could be put on the queue of AMIs that wait"
        ),
        Some(_) => format!("its assessment did not begin within {hours} hours"),
        None => format!(
            "nothing was heard of it within {hours} hours: is it an AMI of this account and region?"
        ),
    };
    without_answer(&reason, known)
}

/// What came of an AMI that the launching function would not take; `known` is what was known of it before.
#[must_use]
pub fn refused(refusal: &Refusal, known: Option<ImageStatus>) -> Outcome {
    without_answer(&format!("it was not assessed: {}", refusal.reason), known)
}

fn without_answer(reason: &str, known: Option<ImageStatus>) -> Outcome {
    let before = known.map(|image| of(image, None, None)).unwrap_or_default();
    Outcome {
        status: GIVEN_UP.to_owned(),
        reason: clean_line(reason, 300),
        since: None,
        report: None,
        ..before
    }
}
