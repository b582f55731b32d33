//! The checks as JUnit XML, for build servers: a test suite an engine, a test case a check.
//!
//! A check that passed is a case that passed; one that failed carries its findings; one that was
//! left out or does not apply is skipped, with the reason; one that could not look is an error, so
//! that a build server never shows it green. An engine that failed is a case of its own.

use std::collections::BTreeMap;

use quick_junit::{
    NonSuccessKind, Property, Report as Junit, TestCase, TestCaseStatus, TestSuite, XmlString,
};

use crate::{
    CheckOutcome, CheckRun, EngineId, EngineOutcome, EngineRun, Finding, Report, Vulnerability,
    clean_line, clean_text,
};

use super::coverage::{engines, sentence};
use super::{LINE, RenderError, TEXT};

/// Writes the checks of all engines as JUnit XML.
pub fn junit(report: &Report) -> Result<String, RenderError> {
    let mut junit = Junit::new("hardtarget");
    junit.add_test_suites(
        engines(report)
            .into_iter()
            .map(|(engine, run)| suite(report, engine, run)),
    );
    junit.to_string().map_err(RenderError::Junit)
}

fn suite(report: &Report, engine: EngineId, run: Option<&EngineRun>) -> TestSuite {
    let mut suite = TestSuite::new(format!("hardtarget.{engine}"));
    for (name, value) in [
        ("scan", Some(&report.scan.id)),
        ("agent-version", Some(&report.scan.agent_version)),
        ("engine-version", run.and_then(|run| run.version.as_ref())),
        ("started", Some(&report.scan.started.to_string())),
        ("ami", report.target.ami.as_ref()),
        ("hostname", report.target.hostname.as_ref()),
    ] {
        if let Some(value) = value {
            suite.add_property(Property::new(name, line(value)));
        }
    }
    let mut findings: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|one| one.engine == engine) {
        findings.entry(&finding.id).or_default().push(finding);
    }
    if let Some(run) = run {
        suite.set_time(run.duration);
        suite.add_test_cases(whole_engine(run));
        for check in &run.checks {
            let found = findings.remove(&*check.id).unwrap_or_default();
            suite.add_test_case(check_case(engine, check, &found));
        }
    }
    // Findings of tests that the coverage does not name, e.g. from Lynis's report file alone.
    for (id, found) in findings {
        suite.add_test_case(case(engine, id, failure(&found)));
    }
    if engine == EngineId::Packages {
        suite.add_test_cases(report.vulnerabilities.iter().map(vulnerable));
    }
    suite
}

/// The case of the engine as a whole, unless it simply ran.
fn whole_engine(run: &EngineRun) -> Option<TestCase> {
    let status = match &run.outcome {
        EngineOutcome::Ran => return None,
        EngineOutcome::Partial(why) => error(&sentence("It did not run to its end", why)),
        EngineOutcome::Skipped(why) => skipped(why),
        EngineOutcome::Failed(why) => error(&sentence("It gave nothing", why)),
    };
    Some(case(run.engine, &format!("engine {}", run.engine), status))
}

fn check_case(engine: EngineId, check: &CheckRun, findings: &[&Finding]) -> TestCase {
    let status = match (&check.outcome, findings) {
        (_, [_, ..]) => failure(findings),
        (CheckOutcome::Pass, _) => TestCaseStatus::success(),
        (CheckOutcome::Fail, _) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message("It found something wrong.");
            status
        }
        (CheckOutcome::NotApplicable(why), _) => skipped(&format!("not applicable: {why}")),
        (CheckOutcome::Skipped(why), _) => skipped(why),
        (CheckOutcome::Unknown(why), _) => error(&sentence("It could not look", why)),
    };
    case(engine, &check.id, status)
}

fn vulnerable(vulnerability: &Vulnerability) -> TestCase {
    let Vulnerability {
        id,
        package,
        installed,
        severity,
        ..
    } = vulnerability;
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(severity.as_str());
    status.set_message(line(&match vulnerability.fixed() {
        Some(fixed) => format!("{package} {installed} is vulnerable; {fixed} repairs it"),
        None => format!("{package} {installed} is vulnerable; no version repairs it yet"),
    }));
    case(EngineId::Packages, &format!("{id} {package}"), status)
}

fn case(engine: EngineId, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(line(name), status);
    case.set_classname(format!("hardtarget.{engine}"));
    case
}

/// A failure with the text of all findings of one check.
fn failure(findings: &[&Finding]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let mut description = String::new();
    for finding in findings {
        description.push_str(&format!(
            "{}: {}\n",
            finding.severity,
            clean_line(&finding.title, LINE)
        ));
        if !finding.subject.is_empty() {
            description.push_str(&format!("  {}\n", clean_line(&finding.subject, LINE)));
        }
        for seen in &finding.evidence {
            description.push_str(&format!("  seen: {}\n", clean_line(seen, LINE)));
        }
        description.push_str(&format!(
            "  fingerprint: {}\n",
            clean_line(&finding.fingerprint, LINE)
        ));
    }
    if let Some(first) = findings.first() {
        status.set_type(first.severity.as_str());
        status.set_message(match findings.len() {
            1 => line(&first.title),
            more => line(&format!(
                "{} ({more} places)",
                clean_line(&first.title, LINE - 40)
            )),
        });
        description.push_str(&format!("\n{}\n", clean_text(&first.remediation, TEXT)));
    }
    status.set_description(description);
    status
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(line(why));
    status
}

fn error(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(line(why));
    status
}

/// Cleaned before [`XmlString`] sees it: that would cut a text at an unfinished terminal escape.
fn line(text: &str) -> XmlString {
    XmlString::new(clean_line(text, LINE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn unknown_is_an_error_and_not_a_pass() {
        let report = sample::typical();
        let unknown = report
            .engines
            .iter()
            .flat_map(|run| &run.checks)
            .filter(|check| matches!(check.outcome, CheckOutcome::Unknown(_)))
            .count();
        let xml = junit(&report).unwrap();
        assert!(unknown > 0);
        assert_eq!(xml.matches("<error ").count(), unknown);
    }

    #[test]
    fn an_engine_that_failed_is_red() {
        let xml = junit(&sample::failed()).unwrap();
        assert!(xml.contains("<testcase name=\"engine native\" classname=\"hardtarget.native\">"));
        assert_eq!(xml.matches("<error ").count(), 2);
    }

    #[test]
    fn a_text_is_not_cut_at_an_unfinished_terminal_escape() {
        let mut report = sample::spotless();
        report.engines[1].outcome =
            EngineOutcome::Failed("before \u{1b}]0;after \u{FFFE}".to_owned());
        let xml = junit(&report).unwrap();
        assert!(xml.contains("before \u{FFFD}]0;after \u{FFFD}"), "{xml}");
    }

    #[test]
    fn a_finding_without_coverage_is_a_failing_case() {
        let mut report = sample::typical();
        report.engines.clear();
        let ids: std::collections::BTreeSet<_> = report
            .findings
            .iter()
            .map(|one| (one.engine, &one.id))
            .collect();
        let xml = junit(&report).unwrap();
        assert_eq!(xml.matches("<failure ").count(), ids.len());
    }
}
