//! What a scan's results mean: findings, and what became of each rule.

use std::collections::BTreeMap;

use hardtarget_report::{CheckOutcome, CheckRun, EngineId, Finding, Severity, clean_line};

use super::content::short;
use super::references::references;
use super::results::{Outcome, Results, Rule};
use super::title::fault;

/// More findings than this are not reported; the strictest profiles have 500 rules.
const MAX_FINDINGS: usize = 2_000;

/// What became of each rule of the profile.
pub(super) fn checks(results: &Results) -> Vec<CheckRun> {
    let mut checks: BTreeMap<String, CheckOutcome> = BTreeMap::new();
    for (id, outcome) in &results.outcomes {
        // Two guides in one data stream may have rules of one name: that one failed counts.
        let id = name(id);
        let outcome = check_outcome(outcome);
        if checks.get(&id) != Some(&CheckOutcome::Fail) {
            checks.insert(id, outcome);
        }
    }
    checks
        .into_iter()
        .map(|(id, outcome)| CheckRun { id, outcome })
        .collect()
}

/// The rules that failed; `profile` is named as what asks for them.
pub(super) fn findings(results: &mut Results, profile: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = results
        .outcomes
        .iter()
        .filter(|(_, outcome)| outcome.result == "fail")
        .map(|(id, outcome)| finding(id, outcome, results.rules.get(id), profile))
        .collect();
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    findings.dedup_by(|a, b| a.fingerprint == b.fingerprint);
    if findings.len() > MAX_FINDINGS {
        results.incomplete.push(format!(
            "only the worst {MAX_FINDINGS} of {} findings are reported",
            findings.len()
        ));
        findings.truncate(MAX_FINDINGS);
    }
    findings
}

/// How many rules ended how, most first: `pass 131`.
pub(super) fn counts(results: &Results) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in results.outcomes.values() {
        *counts.entry(&outcome.result).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    // The words are XCCDF's nine, unless somebody else wrote the file.
    counts.truncate(20);
    counts
        .into_iter()
        .map(|(word, count)| format!("{word} {count}"))
        .collect()
}

fn finding(id: &str, outcome: &Outcome, rule: Option<&Rule>, profile: &str) -> Finding {
    let id_is = name(id);
    let unknown = Rule::default();
    let rule = rule.unwrap_or(&unknown);
    let title = if rule.title.is_empty() {
        &id_is
    } else {
        &rule.title
    };
    let mut evidence = vec![format!(
        "OpenSCAP: {} of the profile {profile} is not met",
        clean_line(id, 300)
    )];
    if !outcome.message.is_empty() {
        evidence.push(outcome.message.clone());
    }
    Finding {
        title: clean_line(&fault(title), 300),
        severity: severity(outcome.severity.as_deref().unwrap_or(&rule.severity)),
        category: category(&rule.groups),
        engine: EngineId::OpenScap,
        subject: String::new(),
        evidence,
        remediation: rule.description.clone(),
        references: references(rule),
        fingerprint: String::new(),
        same_as: Vec::new(),
        waiver: None,
        id: id_is,
    }
    .with_fingerprint()
}

fn name(id: &str) -> String {
    clean_line(short(id, "_rule_"), 200)
}

/// XCCDF's `unknown` is what no author thought about: low. None is critical, as a guide's `high` is how much
/// a rule matters to it, not what an attacker gains.
fn severity(word: &str) -> Severity {
    match word {
        "high" => Severity::High,
        "medium" => Severity::Medium,
        "info" => Severity::Info,
        _ => Severity::Low,
    }
}

/// The guide's chapter: the group below `system` or `services`, else the outermost, e.g. `accounts`.
fn category(groups: &[String]) -> String {
    let mut names = groups.iter().map(|id| short(id, "_group_"));
    let first = names.next();
    let name = match first {
        Some("system" | "services") => names.next().or(first),
        _ => first,
    };
    clean_line(&name.unwrap_or("openscap").replace('_', "-"), 60)
}

fn check_outcome(outcome: &Outcome) -> CheckOutcome {
    let why = |otherwise: &str| {
        if outcome.message.is_empty() {
            otherwise.to_owned()
        } else {
            clean_line(&outcome.message, 300)
        }
    };
    match outcome.result.as_str() {
        "pass" | "fixed" => CheckOutcome::Pass,
        "fail" => CheckOutcome::Fail,
        "notapplicable" => CheckOutcome::NotApplicable(why("what it looks at is not here")),
        "informational" => CheckOutcome::Skipped(why("it only informs")),
        "notchecked" => CheckOutcome::Unknown(why("no program can judge it")),
        "error" => CheckOutcome::Unknown(why("OpenSCAP met an error")),
        "unknown" => CheckOutcome::Unknown(why("OpenSCAP could not tell")),
        other => CheckOutcome::Unknown(format!("OpenSCAP says `{}`", clean_line(other, 40))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> Results {
        let path = format!(
            "{}/tests/fixtures/openscap/xccdf.xml",
            env!("CARGO_MANIFEST_DIR")
        );
        super::super::results::read(std::fs::File::open(path).unwrap())
    }

    #[test]
    fn a_failed_rule_becomes_a_finding() {
        let mut results = results();
        insta::assert_debug_snapshot!(findings(&mut results, "cis_level1_server"));
        assert_eq!(
            counts(&results),
            ["fail 1", "notapplicable 1", "pass 1", "unknown 1"]
        );
    }

    #[test]
    fn only_a_pass_is_a_pass() {
        let words: Vec<(String, &'static str)> = checks(&results())
            .into_iter()
            .map(|run| (run.id, run.outcome.as_str()))
            .collect();
        let expected = [
            ("accounts_root_path_dirs_no_write", "pass"),
            ("accounts_umask_etc_bashrc", "fail"),
            ("firewall_single_service_active", "unknown"),
            ("package_aide_installed", "not-applicable"),
        ]
        .map(|(id, outcome)| (id.to_owned(), outcome));
        assert_eq!(words, expected);
        for word in ["", "notchecked", "error", "PASS", "informational"] {
            let outcome = Outcome {
                result: word.to_owned(),
                ..Outcome::default()
            };
            assert_ne!(check_outcome(&outcome), CheckOutcome::Pass, "{word}");
        }
    }

    #[test]
    fn a_rule_that_nobody_describes_is_still_a_finding() {
        let mut results = Results::default();
        results.outcomes.insert(
            "xccdf_a_rule_b".to_owned(),
            Outcome {
                result: "fail".to_owned(),
                ..Outcome::default()
            },
        );
        let found = findings(&mut results, "p");
        assert_eq!(found[0].title, "Not met: b");
        assert_eq!(found[0].severity, Severity::Low);
        assert_eq!(found[0].category, "openscap");
    }
}
