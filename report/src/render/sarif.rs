//! The report as SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/>), for GitHub code
//! scanning and other viewers.
//!
//! One run an engine: each is a tool of its own with its own version, and GitHub refuses two runs
//! of one tool. What was not looked at is a tool execution notification.
//!
//! What is waived is a result with a suppression (section 3.35) that says who lives with it and why. A
//! vulnerability is a result of the rule that has its CVE's id.
//!
//! An engine that gave nothing has no run, for an empty list of results would close all its open
//! alerts; what became of it is told in the first run there is. Where no engine gave anything, each
//! has a run without `results` (section 3.14.23): GitHub refuses that file, and should.

mod location;
mod rule;

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif::{
    Invocation, Message, Notification, NotificationLevel, PropertyBag, ReportingDescriptor,
    ReportingDescriptorReference, Result as SarifResult, ResultLevel, Run, RunAutomationDetails,
    Sarif, Suppression, ToolComponent,
};

use crate::{
    EngineId, EngineOutcome, EngineRun, Finding, Report, Vulnerability, Waiver, clean_line,
};

use super::advisories::stale;
use super::coverage::{engines, sentence, unseen};
use super::words::{self, fix_word, repair};
use super::{LINE, RenderError};
use rule::Rules;

/// Where the schema is; the address that GitHub's documentation gives.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes the report as SARIF 2.1.0.
pub fn sarif(report: &Report) -> Result<String, RenderError> {
    let (mut silent, mut speaking): (Vec<_>, Vec<_>) = engines(report)
        .into_iter()
        .partition(|(engine, run)| gave_nothing(report, *engine, *run));
    let nothing_at_all = speaking.is_empty();
    if nothing_at_all {
        std::mem::swap(&mut silent, &mut speaking);
    }
    let mut runs: Vec<Run> = speaking
        .into_iter()
        .map(|(engine, run)| engine_run(report, engine, run))
        .collect();
    if nothing_at_all {
        for run in &mut runs {
            run.results = None;
        }
    }
    if let Some(told) = runs.first_mut().and_then(|run| run.invocations.as_mut()) {
        let silent = silent.into_iter();
        told.extend(silent.map(|(_, run)| invocation(report, run)));
    }
    let log = Sarif::builder()
        .schema(SCHEMA)
        .version(json!("2.1.0"))
        .runs(runs)
        .build();
    let mut json = serde_json::to_string_pretty(&log).map_err(RenderError::Json)?;
    json.push('\n');
    Ok(json)
}

fn engine_run(report: &Report, engine: EngineId, run: Option<&EngineRun>) -> Run {
    let mut rules = Rules::default();
    let mut results: Vec<SarifResult> = report
        .findings
        .iter()
        .filter(|finding| finding.engine == engine)
        .map(|finding| finding_result(finding, &mut rules))
        .collect();
    if engine == EngineId::Packages {
        let vulnerable = report.vulnerabilities.iter();
        results.extend(vulnerable.map(|one| vulnerability_result(one, &mut rules)));
    }
    // Either all results of a run tell what suppresses them, or none (section 3.27.23).
    if results.iter().any(|result| result.suppressions.is_some()) {
        for result in &mut results {
            result.suppressions.get_or_insert_default();
        }
    }
    let mut driver = ToolComponent::builder()
        .name(tool_name(engine))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .notifications(notification_rules())
        .rules(rules.into_descriptors())
        .build();
    driver.version = Some(version(report, engine, run));
    Run::builder()
        .tool(driver)
        .results(results)
        .invocations(vec![invocation(report, run)])
        .automation_details(
            // Up to the last slash it is the category in which GitHub compares alerts.
            RunAutomationDetails::builder()
                .id(format!(
                    "hardtarget/{engine}/{}",
                    clean_line(&report.scan.id, 64)
                ))
                .build(),
        )
        .original_uri_base_ids(location::bases(&report.target.root))
        .column_kind(json!("unicodeCodePoints"))
        .properties(run_properties(report))
        .build()
}

/// Whether an engine was left out or failed, and so has nothing to say of the machine.
fn gave_nothing(report: &Report, engine: EngineId, run: Option<&EngineRun>) -> bool {
    let silent = run.is_some_and(|run| {
        matches!(
            run.outcome,
            EngineOutcome::Skipped(_) | EngineOutcome::Failed(_)
        )
    });
    silent && !report.findings.iter().any(|one| one.engine == engine)
}

/// Each engine is a tool of its own name, or GitHub takes them for the same.
const fn tool_name(engine: EngineId) -> &'static str {
    match engine {
        EngineId::Lynis => "Hard Target: Lynis",
        EngineId::Native => "Hard Target",
        EngineId::Packages => "Hard Target: packages",
        EngineId::OpenScap => "OpenSCAP",
    }
}

fn version(report: &Report, engine: EngineId, run: Option<&EngineRun>) -> String {
    let own = run.and_then(|run| run.version.as_deref());
    let score = report.score.as_ref().map(|score| &*score.lynis_version);
    let version = match engine {
        EngineId::Lynis => own.or(score).unwrap_or("unknown"),
        EngineId::OpenScap => own.unwrap_or("unknown"),
        EngineId::Native | EngineId::Packages => own.unwrap_or(&report.scan.agent_version),
    };
    clean_line(version, 40)
}

fn finding_result(finding: &Finding, rules: &mut Rules) -> SarifResult {
    let (id, index) = rules.index_of_finding(finding);
    let mut text = sentence_of(&finding.title);
    if !finding.subject.is_empty() {
        text = sentence(text.trim_end_matches('.'), &finding.subject);
    }
    for seen in &finding.evidence {
        text.push('\n');
        text.push_str(&clean_line(seen, LINE));
    }
    let mut result = SarifResult::builder()
        .rule_id(id)
        .rule_index(index)
        .level(level(finding.severity))
        .message(message(&text))
        .locations(vec![location::of_subject(&finding.subject, &finding.id)])
        .partial_fingerprints(fingerprints(&finding.fingerprint))
        .build();
    let same_as: Vec<String> = finding
        .same_as
        .iter()
        .map(|id| clean_line(id, 100))
        .collect();
    let shared = (!same_as.is_empty()).then(|| ("sameAs", json!(same_as)));
    finish(
        &mut result,
        finding.severity,
        finding.waiver.as_ref(),
        shared,
    );
    result
}

/// What findings and vulnerabilities have in common: severity, waiver, and properties of their own.
fn finish(
    result: &mut SarifResult,
    severity: crate::Severity,
    waiver: Option<&Waiver>,
    own: impl IntoIterator<Item = (&'static str, serde_json::Value)>,
) {
    let mut bag = properties([("severity", json!(severity.as_str()))]);
    let all = &mut bag.additional_properties;
    all.extend(
        own.into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    if let Some(waiver) = waiver {
        let text = words::waiver(waiver);
        if waiver.expired {
            all.insert("expiredWaiver".to_owned(), json!(text));
        } else {
            let mut suppression = Suppression::builder().kind(json!("external")).build();
            suppression.status = Some(json!("accepted"));
            suppression.justification = Some(text);
            result.suppressions = Some(vec![suppression]);
        }
    }
    result.properties = Some(bag);
}

fn vulnerability_result(vulnerability: &Vulnerability, rules: &mut Rules) -> SarifResult {
    let (id, index) = rules.index_of_vulnerability(vulnerability);
    let what = format!(
        "{} {} has {}",
        vulnerability.package, vulnerability.installed, vulnerability.id
    );
    let text = format!(
        "{} {}",
        sentence(&clean_line(&what, LINE), ""),
        repair(vulnerability)
    );
    let mut result = SarifResult::builder()
        .rule_id(id)
        .rule_index(index)
        .level(level(vulnerability.severity))
        .message(message(&text))
        .locations(vec![location::of_package(&vulnerability.package)])
        .partial_fingerprints(fingerprints(&vulnerability.fingerprint()))
        .build();
    let short = |text: &str| json!(clean_line(text, 100));
    let own = [
        ("package", Some(short(&vulnerability.package))),
        ("packageKind", Some(short(&vulnerability.kind))),
        ("source", vulnerability.source.as_deref().map(short)),
        ("installed", Some(short(&vulnerability.installed))),
        ("fix", Some(json!(fix_word(&vulnerability.fix)))),
        ("fixed", vulnerability.fixed().map(short)),
        ("advisory", vulnerability.advisory.as_deref().map(short)),
        ("cvss", vulnerability.cvss.as_deref().map(short)),
        ("rated", Some(json!(vulnerability.rated.as_str()))),
    ];
    let own = own
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let waiver = vulnerability.waiver.as_ref();
    finish(&mut result, vulnerability.severity, waiver, own);
    result
}

/// A message in which nothing reads as a link: `[text](address)` is one in any SARIF message
/// (section 3.11.6), and evidence comes from the scanned machine.
fn message(text: &str) -> Message {
    Message::from(&*text.replace("](", "] ("))
}

/// GitHub compares alerts by `primaryLocationLineHash` alone; other viewers take any.
fn fingerprints(fingerprint: &str) -> BTreeMap<String, String> {
    let fingerprint = clean_line(fingerprint, 64);
    ["hardtarget/v1", "primaryLocationLineHash"]
        .into_iter()
        .map(|name| (name.to_owned(), fingerprint.clone()))
        .collect()
}

const fn level(severity: crate::Severity) -> ResultLevel {
    use crate::Severity::{Critical, High, Info, Low, Medium};
    match severity {
        Critical | High => ResultLevel::Error,
        Medium => ResultLevel::Warning,
        Low | Info => ResultLevel::Note,
    }
}

fn properties<const N: usize>(pairs: [(&str, serde_json::Value); N]) -> PropertyBag {
    PropertyBag::builder()
        .additional_properties(BTreeMap::from(
            pairs.map(|(name, value)| (name.to_owned(), value)),
        ))
        .build()
}

fn run_properties(report: &Report) -> PropertyBag {
    let why: Vec<String> = report
        .scan
        .why
        .iter()
        .map(|why| clean_line(why, LINE))
        .collect();
    properties([
        ("scanStatus", json!(report.scan.status.as_str())),
        ("scanWhy", json!(why)),
        (
            "ami",
            json!(report.target.ami.as_ref().map(|ami| clean_line(ami, 64))),
        ),
        (
            "hardeningIndex",
            json!(report.score.as_ref().map(|score| score.index)),
        ),
    ])
}

/// The descriptors to which notifications point; [`notification`] knows their order.
fn notification_rules() -> Vec<ReportingDescriptor> {
    [
        (
            "engine-incomplete",
            "The engine did not run to its end.",
            "What it did not look at is unknown. Scan again once the reason is mended.",
        ),
        (
            "check-unknown",
            "The check could not look.",
            "That is not a pass. Scan again once the reason is mended, e.g. as root.",
        ),
        (
            "advisories-old",
            "The advisories are old.",
            "What became known since is not in this log. Scan again with new ones.",
        ),
    ]
    .into_iter()
    .map(|(id, text, help)| {
        ReportingDescriptor::builder()
            .id(id)
            .short_description(&text.to_owned())
            .full_description(&text.to_owned())
            .help(&help.to_owned())
            .build()
    })
    .collect()
}

fn notification(index: i64, level: NotificationLevel, text: &str) -> Notification {
    Notification::builder()
        .descriptor(ReportingDescriptorReference::builder().index(index).build())
        .level(json!(level))
        .message(message(text))
        .build()
}

fn invocation(report: &Report, run: Option<&EngineRun>) -> Invocation {
    let mut notifications = Vec::new();
    for one in run.map(unseen).unwrap_or_default() {
        let level = if one.failed {
            NotificationLevel::Error
        } else {
            NotificationLevel::Warning
        };
        notifications.push(notification(
            i64::from(one.check.is_some()),
            level,
            &one.text,
        ));
    }
    if let Some(EngineOutcome::Skipped(why)) = run.map(|run| &run.outcome) {
        let text = sentence("The engine was left out", why);
        notifications.push(notification(0, NotificationLevel::Note, &text));
    }
    if run.is_some_and(|run| run.engine == EngineId::Packages) {
        let stale = stale(report);
        notifications.extend(stale.map(|text| notification(2, NotificationLevel::Warning, &text)));
    }
    let successful =
        run.is_none_or(|run| matches!(run.outcome, EngineOutcome::Ran | EngineOutcome::Skipped(_)));
    Invocation::builder()
        .execution_successful(successful)
        .start_time_utc(report.scan.started.to_string())
        .end_time_utc(report.scan.finished.to_string())
        .tool_execution_notifications(notifications)
        .build()
}

/// A title as a sentence: cleaned, with a full stop.
fn sentence_of(title: &str) -> String {
    sentence(&clean_line(title.trim_end_matches('.'), LINE), "")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::sample;

    fn log(report: &Report) -> Value {
        serde_json::from_str(&sarif(report).unwrap()).unwrap()
    }

    fn results(log: &Value) -> Vec<&Value> {
        let runs = log["runs"].as_array().unwrap();
        runs.iter()
            .flat_map(|run| run["results"].as_array().unwrap())
            .collect()
    }

    #[test]
    fn every_finding_and_vulnerability_is_a_result_under_its_fingerprint() {
        let report = sample::vulnerable();
        let log = log(&report);
        let results = results(&log);
        assert_eq!(
            results.len(),
            report.findings.len() + report.vulnerabilities.len()
        );
        for one in &report.vulnerabilities {
            let fingerprint = one.fingerprint();
            let result = results.iter().find(|result| {
                result["partialFingerprints"]["primaryLocationLineHash"] == fingerprint.as_str()
            });
            let result = result.unwrap();
            assert_eq!(result["ruleId"], one.id.as_str());
            assert_eq!(result["properties"]["installed"], one.installed.as_str());
        }
        for finding in &report.findings {
            assert!(results.iter().any(|result| {
                result["partialFingerprints"]["primaryLocationLineHash"]
                    == finding.fingerprint.as_str()
            }));
        }
    }

    #[test]
    fn what_is_waived_is_suppressed_with_the_reason_and_nothing_else_is() {
        let report = sample::vulnerable();
        let log = log(&report);
        let all = results(&log);
        let suppressed: Vec<&&Value> = all
            .iter()
            .filter(|result| !result["suppressions"].as_array().unwrap().is_empty())
            .collect();
        assert_eq!(suppressed.len() as u64, report.waived());
        assert!(suppressed.iter().any(|result| {
            let why = result["suppressions"][0]["justification"].as_str();
            why.unwrap()
                .starts_with("waived by platform@example.org until 2026-12-31: The key")
        }));
        let over: Vec<_> = all
            .iter()
            .filter_map(|result| result["properties"]["expiredWaiver"].as_str())
            .collect();
        assert_eq!(over.len(), 2);
        assert!(over[0].contains("counts again"));
        let plain = sarif(&sample::typical()).unwrap();
        assert!(!plain.contains("suppressions"));
    }

    #[test]
    fn old_advisories_are_a_warning() {
        let text = sarif(&sample::stale()).unwrap();
        assert!(text.contains("The advisories are 23 days old"));
        assert!(!sarif(&sample::vulnerable()).unwrap().contains("days old"));
    }

    #[test]
    fn rule_indices_lead_to_the_rule() {
        for run in log(&sample::hostile())["runs"].as_array().unwrap() {
            for result in run["results"].as_array().unwrap() {
                let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(
                    run["tool"]["driver"]["rules"][index]["id"],
                    result["ruleId"]
                );
            }
        }
    }

    #[test]
    fn evidence_makes_no_link() {
        let mut report = sample::typical();
        report.findings[0].evidence = vec!["[here](https://evil.example/)".to_owned()];
        let text = sarif(&report).unwrap();
        assert!(text.contains("[here] (https://evil.example/)"));
    }

    #[test]
    fn an_engine_that_failed_closes_no_alert() {
        let log = log(&sample::partial());
        let runs = log["runs"].as_array().unwrap();
        let names: Vec<_> = runs
            .iter()
            .map(|run| &run["tool"]["driver"]["name"])
            .collect();
        assert_eq!(names, ["Hard Target: Lynis", "Hard Target"]);
        let told = runs[0]["invocations"].as_array().unwrap();
        assert_eq!(told.len(), 2);
        assert_eq!(told[1]["executionSuccessful"], false);
        let text = &told[1]["toolExecutionNotifications"][0]["message"]["text"];
        assert!(
            text.as_str()
                .unwrap()
                .starts_with("The engine packages gave nothing: ")
        );
    }

    #[test]
    fn a_scan_that_failed_has_no_results_rather_than_none_found() {
        for run in log(&sample::failed())["runs"].as_array().unwrap() {
            assert!(run.get("results").is_none());
        }
    }
}
