//! What Amazon Inspector says of an AMI: kept beside our own report, and never counted in it.

use std::collections::BTreeMap;

use hardtarget_report::Report;
use jiff::Timestamp;
use serde::Serialize;
use tracing::warn;

use crate::app::App;
use crate::reason::tag_value;
use hardtarget_aws::id::AmiId;

/// What the report's facts tell of it stands under this name.
const FACT: &str = "inspector";

/// A finding of Amazon Inspector, as EC2 tells it (EC2 API Reference, "`ImageFinding`").
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Its title, which names the CVE and the package.
    pub title: Option<String>,
    /// `critical`, `high`, `medium`, `low` or `informational`.
    pub severity: Option<String>,
    /// Inspector's score, 0 to 10.
    pub score: Option<f64>,
    /// Whether there is something that repairs it.
    pub fix_available: Option<bool>,
    /// When Inspector saw it first.
    pub first_observed_at: Option<Timestamp>,
    /// When Inspector last changed it.
    pub updated_at: Option<Timestamp>,
    /// The files that it is in, ten at most.
    pub paths: Vec<String>,
    /// The snapshot that it is in.
    pub snapshot: Option<String>,
}

/// Asks, where the settings say so, and tells in the report's facts what came of it; the findings as
/// JSON. No report waits for an answer.
pub async fn ask(app: &App, ami: &AmiId, report: &mut Report) -> Option<Vec<u8>> {
    report.facts.remove(FACT);
    if !app.config.inspector {
        return None;
    }
    let asked = app.ec2.image_findings(ami).await;
    let told = match &asked {
        Ok(findings) => summary(findings),
        Err(error) => {
            warn!(%ami, %error, "Amazon Inspector's findings are not known");
            format!("not known: {}", tag_value(&error.to_string()))
        }
    };
    report.facts.insert(FACT.to_owned(), vec![told]);
    asked.ok().and_then(|all| serde_json::to_vec(&all).ok())
}

/// `3 findings: high 1, low 2`.
fn summary(findings: &[Finding]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        let severity = finding.severity.as_deref().unwrap_or("unknown");
        *counts.entry(severity).or_default() += 1;
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(severity, count)| format!("{severity} {count}"))
        .collect();
    match findings.len() {
        0 => "no findings; Inspector tells only of AMIs that it has scanned".to_owned(),
        count => format!("{count} findings: {}", parts.join(", ")),
    }
}
