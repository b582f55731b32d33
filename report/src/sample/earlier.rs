//! The report of an earlier image of the family, to compare with.

use crate::{CheckOutcome, EngineId, Finding, Report, Severity};

use super::vulnerable;

/// What [`vulnerable`] was twelve days before: some of its faults were not there, some were looked for in
/// vain, one was waived, and there were others that are gone.
#[must_use]
pub fn earlier() -> Report {
    let now = vulnerable();
    let mut report = now.clone();
    report.scan.id = "2b9d7c40e1f84c0aa6f35d1b8e20c7f1".to_owned();
    for at in [&mut report.scan.started, &mut report.scan.finished] {
        *at -= jiff::SignedDuration::from_hours(12 * 24);
    }
    report.target.ami = Some("ami-0f4b6c81d2e3a9570".to_owned());
    if let Some(score) = &mut report.score {
        score.index -= 3;
        score.points = score.points.map(|points| points - 7);
    }
    for waiver in report
        .findings
        .iter_mut()
        .filter_map(|one| one.waiver.as_mut())
    {
        waiver.expired = false;
    }
    let mut number = 0;
    report.findings.retain(|one| {
        number += 1;
        one.waiver.is_some() || number % 9 != 0
    });
    let outcome_now = |id: &str| {
        let mut checks = now.engines.iter().flat_map(|run| &run.checks);
        checks
            .find(|check| check.id == id)
            .map(|check| &check.outcome)
    };
    let mut gone: Vec<Finding> = Vec::new();
    for (id, title, severity) in [
        (
            "LAB-0001",
            "The mail relay is open to everybody",
            Severity::High,
        ),
        ("LAB-0002", "An old kernel is left in /boot", Severity::Low),
    ] {
        let like = report
            .findings
            .iter()
            .find(|one| one.engine == EngineId::Lynis);
        gone.extend(like.cloned().map(|one| Finding {
            id: id.to_owned(),
            title: title.to_owned(),
            severity,
            same_as: Vec::new(),
            ..one
        }));
    }
    let like = report
        .findings
        .iter()
        .find(|one| one.engine == EngineId::Native);
    let like = like.cloned();
    let native = now
        .engines
        .iter()
        .filter(|run| run.engine == EngineId::Native);
    let mut checks = native.flat_map(|run| &run.checks);
    let unknown = checks.find(|check| matches!(check.outcome, CheckOutcome::Unknown(_)));
    gone.extend(like.zip(unknown).map(|(one, check)| Finding {
        id: check.id.clone(),
        title: "What only root can read was wrong".to_owned(),
        severity: Severity::Medium,
        same_as: Vec::new(),
        ..one
    }));
    let gone = gone.into_iter().map(Finding::with_fingerprint);
    report.findings.extend(gone);
    report
        .findings
        .sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let mut blind = false;
    for run in &mut report.engines {
        for check in &mut run.checks {
            let found = report.findings.iter().any(|one| one.id == check.id);
            if check.outcome == CheckOutcome::Fail && !found {
                let why = "it was not root".to_owned();
                check.outcome = match std::mem::replace(&mut blind, true) {
                    false => CheckOutcome::Unknown(why),
                    true => CheckOutcome::Pass,
                };
            } else if found && outcome_now(&check.id) != Some(&CheckOutcome::Fail) {
                check.outcome = CheckOutcome::Fail;
            }
        }
    }
    let other = |one: &str| matches!(one, "sudo" | "vim-tiny" | "openssl");
    let mut gone = report.vulnerabilities.first().cloned();
    report.vulnerabilities.retain(|one| !other(&one.package));
    if let Some(one) = &mut gone {
        one.id = "CVE-2025-90001".to_owned();
        one.package = "curl".to_owned();
        one.source = None;
    }
    report.vulnerabilities.extend(gone);
    report
}
