//! What became of each Lynis test.

use std::collections::{BTreeMap, BTreeSet};

use hardtarget_report::{CheckOutcome, CheckRun, clean_line};

use super::log::{Log, Outcome};
use super::report_file::ReportFile;

/// What became of each test, sorted by id. Without a log the reasons are not known.
#[must_use]
pub(super) fn checks(report: &ReportFile, log: Option<&Log>) -> Vec<CheckRun> {
    let with_finding: BTreeSet<String> =
        report.events().into_iter().map(|event| event.id).collect();
    let mut outcomes: BTreeMap<String, CheckOutcome> = BTreeMap::new();
    for id in report.test_ids("tests_skipped") {
        let why = "left out by Lynis; its log has the reason".to_owned();
        outcomes.insert(clean_line(id, 80), CheckOutcome::NotApplicable(why));
    }
    // A test may be registered several times, for one system each: that it ran once counts.
    let steps = log.map(|log| log.steps.as_slice()).unwrap_or_default();
    for step in steps {
        if let Outcome::Skipped(reason) = &step.outcome {
            let outcome = skipped(reason);
            let entry = outcomes.entry(clean_line(&step.id, 80));
            entry.insert_entry(outcome);
        }
    }
    let performed = steps
        .iter()
        .filter(|step| step.outcome == Outcome::Performed)
        .map(|step| step.id.as_str());
    for id in report.test_ids("tests_executed").chain(performed) {
        outcomes.insert(clean_line(id, 80), CheckOutcome::Pass);
    }
    // Whatever the lists say: what has a finding looked, and found.
    for id in with_finding {
        outcomes.insert(clean_line(&id, 80), CheckOutcome::Fail);
    }
    outcomes
        .into_iter()
        .map(|(id, outcome)| CheckRun { id, outcome })
        .collect()
}

/// What Lynis's reason to leave a test out means for the coverage.
fn skipped(reason: &str) -> CheckOutcome {
    let why = clean_line(reason.trim(), 300);
    if why.contains("root permissions") {
        CheckOutcome::Unknown("needs root".to_owned())
    } else if why.starts_with("Skipped by")
        || why.starts_with("Test not in list")
        || why.starts_with("Test to system intensive")
        || why.starts_with("Incorrect category")
    {
        CheckOutcome::Skipped("left out by the profile".to_owned())
    } else if let Some(system) = why
        .strip_prefix("Incorrect guest OS (")
        .and_then(|rest| rest.strip_suffix(" only)"))
    {
        CheckOutcome::NotApplicable(format!("only for {system}"))
    } else if why.starts_with("Prerequisites not met") || why.is_empty() {
        CheckOutcome::NotApplicable("what it looks at is not here".to_owned())
    } else {
        CheckOutcome::NotApplicable(why)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{log, report_file};
    use super::*;

    fn of(report: &str, lines: &[&str]) -> Vec<(String, CheckOutcome)> {
        let text: String = lines
            .iter()
            .map(|line| format!("2026-11-21 09:20:42 {line}\n"))
            .collect();
        checks(
            &report_file::parse(report.as_bytes()),
            Some(&log::parse(text.as_bytes())),
        )
        .into_iter()
        .map(|run| (run.id, run.outcome))
        .collect()
    }

    #[test]
    fn reasons_are_told_apart() {
        for (reason, kind) in [
            ("This test needs root permissions", "unknown"),
            ("Skipped by profile setting (skip-test)", "skipped"),
            ("Incorrect guest OS (FreeBSD only)", "not-applicable"),
            (
                "Prerequisites not met (ie missing tool, other type of Linux distribution)",
                "not-applicable",
            ),
            ("No evmctl binary found", "not-applicable"),
        ] {
            assert_eq!(skipped(reason).as_str(), kind, "{reason}");
        }
    }

    #[test]
    fn a_test_with_a_finding_failed_and_one_without_passed() {
        let runs = of(
            "suggestion[]=A-1|x|-|-|\ntests_executed=A-1|B-2|\ntests_skipped=C-3|\n",
            &[
                "Performing test ID A-1 (a)",
                "Skipped test C-3 (c)",
                "Reason to skip: This test needs root permissions",
            ],
        );
        assert_eq!(
            runs,
            [
                ("A-1".to_owned(), CheckOutcome::Fail),
                ("B-2".to_owned(), CheckOutcome::Pass),
                (
                    "C-3".to_owned(),
                    CheckOutcome::Unknown("needs root".to_owned())
                ),
            ]
        );
    }

    #[test]
    fn a_test_that_ran_for_one_system_ran() {
        let runs = of(
            "",
            &[
                "Performing test ID A-1 (Linux)",
                "Skipped test A-1 (BSD)",
                "Reason to skip: x",
            ],
        );
        assert_eq!(runs, [("A-1".to_owned(), CheckOutcome::Pass)]);
    }
}
