//! What was not looked at, as all renderings tell it.

use crate::{CheckOutcome, EngineId, EngineOutcome, EngineRun, Report, clean_line};

use super::LINE;

/// Something that was not looked at: an engine, or one of its checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unseen {
    /// The engine.
    pub(crate) engine: EngineId,
    /// The check; `None` where it is the engine as a whole.
    pub(crate) check: Option<String>,
    /// Whether the engine gave nothing at all, as opposed to not everything.
    pub(crate) failed: bool,
    /// A sentence that says so, cleaned, ready to be shown.
    pub(crate) text: String,
}

/// All that one engine did not look at though it should have: first the engine, then its checks in
/// the report's order. What was left out on purpose is not in it.
pub(crate) fn unseen(run: &EngineRun) -> Vec<Unseen> {
    let engine = run.engine;
    let whole = match &run.outcome {
        EngineOutcome::Ran | EngineOutcome::Skipped(_) => None,
        EngineOutcome::Partial(why) => Some((false, "did not run to its end", why)),
        EngineOutcome::Failed(why) => Some((true, "gave nothing", why)),
    };
    let whole = whole.map(|(failed, what, why)| Unseen {
        engine,
        check: None,
        failed,
        text: sentence(&format!("The engine {engine} {what}"), why),
    });
    let checks = run.checks.iter().filter_map(|check| {
        let CheckOutcome::Unknown(why) = &check.outcome else {
            return None;
        };
        let id = clean_line(&check.id, LINE);
        Some(Unseen {
            engine,
            text: sentence(&format!("The check {id} could not look"), why),
            check: Some(id),
            failed: false,
        })
    });
    whole.into_iter().chain(checks).collect()
}

/// The engines that have something to say: those with coverage, and those that have findings
/// without it (a report that others made).
pub(crate) fn engines(report: &Report) -> Vec<(EngineId, Option<&EngineRun>)> {
    EngineId::ALL
        .into_iter()
        .filter_map(|engine| {
            let run = report.engines.iter().find(|run| run.engine == engine);
            let findings = report.findings.iter().any(|found| found.engine == engine);
            let vulnerable = engine == EngineId::Packages && !report.vulnerabilities.is_empty();
            (run.is_some() || findings || vulnerable).then_some((engine, run))
        })
        .collect()
}

/// `what: why.`, with the outside text cleaned and just one full stop.
pub(crate) fn sentence(what: &str, why: &str) -> String {
    let why = clean_line(why.trim(), LINE);
    let why = why.trim_end_matches('.');
    if why.is_empty() {
        format!("{what}.")
    } else {
        format!("{what}: {why}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_ends_in_one_full_stop() {
        assert_eq!(sentence("It failed", " no file. "), "It failed: no file.");
        assert_eq!(sentence("It failed", ""), "It failed.");
    }
}
