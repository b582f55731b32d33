//! What each engine did, how long it took, and what could not be looked at.

use anstyle::Style;

use crate::{CheckOutcome, EngineId, EngineOutcome, EngineRun, Report, clean_line};

use super::super::coverage::unseen;
use super::super::page::{Page, count, pad};
use super::super::words::duration;
use super::{BAD, DIM, GOOD, WARNING, short};

/// How many checks that could not look are named unless all are asked for.
const SHOWN: usize = 5;

pub(super) fn write(page: &mut Page, report: &Report, all: bool) {
    if report.engines.is_empty() {
        return;
    }
    page.heading("Coverage");
    for run in &report.engines {
        write_engine(page, report, run);
    }
    let unknown: Vec<_> = report
        .engines
        .iter()
        .flat_map(unseen)
        .filter(|one| one.check.is_some())
        .collect();
    if unknown.is_empty() {
        return;
    }
    page.gap();
    let line = format!(
        "{} could not look. That is not a pass.",
        count(unknown.len(), "check")
    );
    page.paragraph("! ", WARNING.bold(), &line);
    let shown = if all { unknown.len() } else { SHOWN };
    for one in unknown.iter().take(shown) {
        page.paragraph("  - ", Style::new(), &one.text);
    }
    if unknown.len() > shown {
        let line = format!(
            "… and {} more, in the report or with -v.",
            unknown.len() - shown
        );
        page.paragraph("  ", DIM, &line);
    }
}

fn write_engine(page: &mut Page, report: &Report, run: &EngineRun) {
    let style = match run.outcome {
        EngineOutcome::Ran => GOOD,
        EngineOutcome::Partial(_) => WARNING,
        EngineOutcome::Skipped(_) => DIM,
        EngineOutcome::Failed(_) => BAD,
    };
    let version = run.version.as_deref().unwrap_or_default();
    let lead = format!(
        "  {} {} {} {}  ",
        pad(run.engine.as_str(), 8),
        pad(&clean_line(version, 8), 8),
        page.paint(style, &pad(run.outcome.as_str(), 8)),
        pad(&duration(run.duration), 9),
    );
    let mut told: Vec<String> = run.outcome.why().map(short).into_iter().collect();
    if !run.checks.is_empty() {
        told.push(checks(run));
    }
    if run.engine == EngineId::OpenScap {
        let profile = report
            .facts
            .get("openscap.profile")
            .and_then(|all| all.first());
        told.extend(profile.map(|profile| format!("profile {}", short(profile))));
    }
    if run.engine == EngineId::Packages && !report.packages.is_empty() {
        told.push(format!("{} read", count(report.packages.len(), "package")));
    }
    // In a narrow terminal the details go below, not beside.
    let beside = page.width() >= 72 && !told.is_empty();
    if !beside {
        page.line(&lead);
    }
    for (number, line) in told.iter().enumerate() {
        let indent = match (beside, number) {
            (true, 0) => lead.clone(),
            (true, _) => " ".repeat(textwrap::core::display_width(&lead)),
            (false, _) => " ".repeat(4),
        };
        page.paragraph(&indent, Style::new(), line);
    }
}

/// `79 checks: 27 pass, 37 fail, 1 unknown, 12 n/a, 2 skipped`; what is zero is left out.
fn checks(run: &EngineRun) -> String {
    let number = |wanted: fn(&CheckOutcome) -> bool| {
        run.checks
            .iter()
            .filter(|check| wanted(&check.outcome))
            .count()
    };
    let parts: Vec<String> = [
        (number(|one| matches!(one, CheckOutcome::Pass)), "pass"),
        (number(|one| matches!(one, CheckOutcome::Fail)), "fail"),
        (
            number(|one| matches!(one, CheckOutcome::Unknown(_))),
            "unknown",
        ),
        (
            number(|one| matches!(one, CheckOutcome::NotApplicable(_))),
            "n/a",
        ),
        (
            number(|one| matches!(one, CheckOutcome::Skipped(_))),
            "skipped",
        ),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    format!("{}: {}", count(run.checks.len(), "check"), parts.join(", "))
}
