//! The checks as JUnit XML, for build servers: a test suite an engine, a test case a check.
//!
//! A check that passed is a case that passed; one that failed carries its findings; one that was
//! left out or does not apply is skipped, with the reason; one that could not look is an error, so
//! that a build server never shows it green. An engine that failed is a case of its own.
//!
//! What somebody lives with is skipped, with the waiver. So is a check whose finding is merged with another
//! engine's: it fails there. Vulnerabilities are a case for each source package, as one upgrade mends
//! all that it can: thousands of CVEs would hide everything else. How old the advisories are is a property
//! of the suite; that is no reason to fail a build.

use std::collections::BTreeMap;

use quick_junit::{
    NonSuccessKind, Property, Report as Junit, TestCase, TestCaseStatus, TestSuite, XmlString,
};

use crate::{
    CheckOutcome, CheckRun, EngineId, EngineOutcome, EngineRun, Finding, Report, clean_line,
    clean_text,
};

use super::advisories::{CHECK, feed, not_looked, stale};
use super::coverage::{engines, sentence};
use super::upgrades::{Upgrade, upgrades};
use super::words::{self, repair};
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
    if engine == EngineId::Packages {
        for text in looked_up(report) {
            suite.add_property(Property::new("advisories", line(&text)));
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
            suite.add_test_case(check_case(report, engine, check, &found));
        }
    }
    // Findings of tests that the coverage does not name, e.g. from Lynis's report file alone.
    for (id, found) in findings {
        suite.add_test_case(case(engine, id, found_status(&found)));
    }
    if engine == EngineId::Packages {
        let upgrades = upgrades(&report.vulnerabilities);
        suite.add_test_cases(upgrades.iter().map(vulnerable));
        let waived = report.vulnerabilities.iter();
        let waived = waived.filter_map(|one| Some((one, one.waiver.as_ref()?)));
        let waived = waived.filter(|(_, waiver)| !waiver.expired);
        suite.add_test_cases(waived.map(|(one, waiver)| {
            let name = format!("{} {}", one.id, one.package);
            case(engine, &name, skipped(&words::waiver(waiver)))
        }));
    }
    suite
}

/// What vulnerabilities were looked up in, and the warning that it is old.
fn looked_up(report: &Report) -> Vec<String> {
    let Some(advisories) = &report.advisories else {
        return vec![not_looked(report)];
    };
    let mut all: Vec<String> = advisories.feeds.iter().map(feed).collect();
    all.extend(stale(report));
    all
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

fn check_case(
    report: &Report,
    engine: EngineId,
    check: &CheckRun,
    findings: &[&Finding],
) -> TestCase {
    let status = match (&check.outcome, findings) {
        (_, [_, ..]) => found_status(findings),
        (CheckOutcome::Pass, _) => TestCaseStatus::success(),
        (CheckOutcome::Fail, _) => failed_elsewhere(report, engine, check),
        (CheckOutcome::NotApplicable(why), _) => skipped(&format!("not applicable: {why}")),
        (CheckOutcome::Skipped(why), _) => skipped(why),
        (CheckOutcome::Unknown(why), _) => error(&sentence("It could not look", why)),
    };
    case(engine, &check.id, status)
}

/// The status of a check that failed and has no finding of its own: its findings are another's, or it
/// found vulnerabilities.
fn failed_elsewhere(report: &Report, engine: EngineId, check: &CheckRun) -> TestCaseStatus {
    let mut findings = report.findings.iter();
    if let Some(other) = findings.find(|one| one.same_as.contains(&check.id)) {
        let id = clean_line(&other.id, LINE);
        return skipped(&format!("{id} says the same and has the finding"));
    }
    let mut message = "It found something wrong.".to_owned();
    if engine == EngineId::Packages && check.id == CHECK {
        let known = report
            .vulnerability_counts()
            .map_or(0, |counts| counts.total());
        if known == 0 && !report.vulnerabilities.is_empty() {
            return skipped("All known vulnerabilities are waived.");
        }
        message = format!("{} known", words::vulnerabilities(known));
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(line(&message));
    status
}

/// The packages made of one source: a failure that names what is known of them.
fn vulnerable(upgrade: &Upgrade<'_>) -> TestCase {
    let Upgrade {
        name, kind, fixed, ..
    } = upgrade;
    let installed: Vec<&str> = upgrade.installed.iter().copied().collect();
    let known = words::vulnerabilities(upgrade.counts().total());
    let repaired = upgrade.repaired().total();
    let todo = match fixed {
        Some(fixed) => format!(
            "an upgrade to {} repairs {repaired}",
            clean_line(fixed, 100)
        ),
        None => "no upgrade repairs any".to_owned(),
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(upgrade.severity().as_str());
    let installed = clean_line(&installed.join(", "), 200);
    status.set_message(line(&format!(
        "{} {installed} has {known}; {todo}",
        clean_line(name, 100)
    )));
    let mut description = String::new();
    for known in &upgrade.known {
        let one = known.first;
        description.push_str(&format!(
            "{}: {} in {}: {}\n",
            one.severity,
            clean_line(&one.id, LINE),
            clean_line(&known.packages.join(", "), LINE),
            repair(one),
        ));
    }
    status.set_description(clean_text(&description, TEXT));
    case(EngineId::Packages, &format!("{kind} {name}"), status)
}

fn case(engine: EngineId, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(line(name), status);
    case.set_classname(format!("hardtarget.{engine}"));
    case
}

/// Skipped if all findings of a check are waived, else a failure with the others.
fn found_status(findings: &[&Finding]) -> TestCaseStatus {
    let waived = findings.iter().filter(|one| one.is_waived());
    let open: Vec<&Finding> = findings
        .iter()
        .filter(|one| !one.is_waived())
        .copied()
        .collect();
    let mut waivers: Vec<String> = waived
        .filter_map(|one| one.waiver.as_ref())
        .map(words::waiver)
        .collect();
    waivers.dedup();
    if open.is_empty() {
        skipped(&waivers.join(" "))
    } else {
        failure(&open, &waivers)
    }
}

/// A failure with the text of all findings of one check that are not waived.
fn failure(findings: &[&Finding], waivers: &[String]) -> TestCaseStatus {
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
        if let Some(waiver) = &finding.waiver {
            description.push_str(&format!("  {}\n", words::waiver(waiver)));
        }
        for id in &finding.same_as {
            description.push_str(&format!("  also: {}\n", clean_line(id, LINE)));
        }
        for seen in &finding.evidence {
            description.push_str(&format!("  seen: {}\n", clean_line(seen, LINE)));
        }
        description.push_str(&format!(
            "  fingerprint: {}\n",
            clean_line(&finding.fingerprint, LINE)
        ));
    }
    for waiver in waivers {
        description.push_str(&format!("others are {waiver}\n"));
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
    fn what_is_waived_is_skipped_and_what_came_back_fails() {
        let xml = junit(&sample::vulnerable()).unwrap();
        let case = |name: &str| {
            let start = format!("<testcase name=\"{name}\"");
            let (_, rest) = xml.split_once(&start).unwrap();
            rest.split_once("</testcase>").unwrap().0.to_owned()
        };
        let all = case("BOOT-5264");
        assert!(all.contains("<skipped message=\"waived by service-teams@example.org"));
        let some = case("HT-IMG-003");
        assert!(some.contains("<failure ") && some.contains("others are waived by platform@"));
        assert!(!some.contains("/opt/deploy/keys/deploy.pem"));
        let over = case("HT-FS-003");
        assert!(over.contains("<failure ") && over.contains("so it counts again"));
        assert!(case("AUTH-9283").contains("HT-ACC-002 says the same"));
        assert!(case("CVE-2019-91010 libc6").contains("<skipped "));
    }

    #[test]
    fn vulnerabilities_are_a_case_a_source_package() {
        let xml = junit(&sample::vulnerable()).unwrap();
        assert!(xml.contains("<testcase name=\"deb openssl\""));
        assert!(xml.contains(
            "openssl 3.0.17-1~deb12u2 has 6 vulnerabilities; an upgrade to 3.0.18-1~deb12u1 repairs 6"
        ));
        assert!(xml.contains("38 vulnerabilities known"));
        let many = junit(&sample::many_vulnerabilities(3_000)).unwrap();
        assert_eq!(many.matches("<testcase name=\"deb bulk").count(), 84);
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
