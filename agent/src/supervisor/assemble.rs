//! From what was heard of the worker to a report: pure.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use hardtarget_report::{EngineId, EngineOutcome, EngineRun, Report, Scan, Status, Target};
use jiff::Timestamp;

use super::{Heard, same_as};

/// What was asked for, and when.
#[derive(Debug)]
pub(crate) struct Request {
    /// The scan's id.
    pub(crate) id: String,
    /// The engines to run; the others are reported as left out.
    pub(crate) engines: BTreeSet<EngineId>,
    /// When the scan began.
    pub(crate) started: Timestamp,
    /// When it ended.
    pub(crate) finished: Timestamp,
    /// What is known of the target without the worker.
    pub(crate) target: Target,
}

/// A report, and the files to keep beside it.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) report: Report,
    pub(crate) attachments: Vec<(String, PathBuf)>,
}

/// Makes the report. An engine that was asked for and did not run to its end makes the scan
/// partial; if none gave anything it failed.
pub(crate) fn assemble(request: Request, mut heard: Heard) -> Assembled {
    let mut report = Report {
        scan: Scan {
            id: request.id,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            started: request.started,
            // A clock that was set back meanwhile must not give a report that ends before it began.
            finished: request.finished.max(request.started),
            status: Status::Complete,
            why: Vec::new(),
        },
        target: heard.target.take().map_or(request.target, Into::into),
        score: None,
        engines: Vec::new(),
        findings: Vec::new(),
        advisories: None,
        vulnerabilities: Vec::new(),
        packages: Vec::new(),
        facts: std::collections::BTreeMap::new(),
    };
    let mut attachments = Vec::new();
    let mut gave = false;
    for engine in EngineId::ALL {
        let run = if let Some(ended) = heard.ended.remove(&engine) {
            report
                .findings
                .extend(ended.findings.into_iter().map(Into::into));
            report
                .packages
                .extend(ended.packages.into_iter().map(Into::into));
            report.advisories = report
                .advisories
                .or_else(|| ended.advisories.map(Into::into));
            report
                .vulnerabilities
                .extend(ended.vulnerabilities.into_iter().map(Into::into));
            report.facts.extend(ended.facts);
            report.score = report.score.or_else(|| ended.score.map(Into::into));
            attachments.extend(ended.attachments);
            ended.run.into()
        } else if request.engines.contains(&engine) {
            not_ended(engine, &heard)
        } else {
            silent(
                engine,
                EngineOutcome::Skipped("left out by --engine".to_owned()),
            )
        };
        match &run.outcome {
            EngineOutcome::Ran => gave = true,
            EngineOutcome::Partial(why) => {
                gave = true;
                report.scan.why.push(format!("{engine}: {why}"));
            }
            EngineOutcome::Failed(why) => report.scan.why.push(format!("{engine}: {why}")),
            EngineOutcome::Skipped(_) => {}
        }
        report.engines.push(run);
    }
    if !gave {
        report.scan.status = Status::Failed;
        if report.scan.why.is_empty() {
            report
                .scan
                .why
                .push("no engine had anything to do".to_owned());
        }
    } else if !report.scan.why.is_empty() {
        report.scan.status = Status::Partial;
    }
    prefer_precise_packages(&mut report);
    same_as::merge(&mut report.findings);
    report.sort();
    Assembled {
        report,
        attachments,
    }
}

/// Lynis's own package list serves where nothing better is at hand.
fn prefer_precise_packages(report: &mut Report) {
    if report
        .packages
        .iter()
        .any(|package| package.kind != "lynis")
    {
        report.packages.retain(|package| package.kind != "lynis");
    }
}

fn not_ended(engine: EngineId, heard: &Heard) -> EngineRun {
    let trouble = heard
        .trouble
        .clone()
        .unwrap_or_else(|| "the worker ended without a word about it".to_owned());
    let why = if heard.begun.contains(&engine) {
        trouble
    } else {
        format!("it had not begun: {trouble}")
    };
    silent(engine, EngineOutcome::Failed(why))
}

const fn silent(engine: EngineId, outcome: EngineOutcome) -> EngineRun {
    EngineRun {
        engine,
        version: None,
        outcome,
        duration: Duration::ZERO,
        checks: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::Yield;
    use crate::message::Ended;

    fn request(engines: &[EngineId]) -> Request {
        Request {
            id: "0".repeat(32),
            engines: engines.iter().copied().collect(),
            started: Timestamp::UNIX_EPOCH,
            finished: Timestamp::UNIX_EPOCH,
            target: Target::default(),
        }
    }

    fn heard(ended: &[(EngineId, Result<Yield, EngineOutcome>)]) -> Heard {
        let mut heard = Heard::default();
        for (engine, result) in ended {
            let result = match result {
                Ok(given) => Ok(Yield {
                    incomplete: given.incomplete.clone(),
                    ..Yield::default()
                }),
                Err(outcome) => Err(outcome.clone()),
            };
            heard.begun.insert(*engine);
            heard
                .ended
                .insert(*engine, Ended::new(*engine, Duration::ZERO, result));
        }
        heard
    }

    #[test]
    fn all_engines_at_their_end_is_complete() {
        let all = EngineId::ALL.map(|engine| (engine, Ok(Yield::default())));
        let report = assemble(request(&EngineId::ALL), heard(&all)).report;
        assert_eq!(report.scan.status, Status::Complete);
        assert!(report.scan.why.is_empty());
    }

    #[test]
    fn what_a_dead_worker_had_finished_is_kept_with_the_reason_for_the_rest() {
        let mut heard = heard(&[(EngineId::Native, Ok(Yield::default()))]);
        heard.begun.insert(EngineId::Lynis);
        heard.trouble = Some("the worker was killed by SIGKILL".to_owned());
        let wanted = [EngineId::Lynis, EngineId::Native, EngineId::Packages];
        let report = assemble(request(&wanted), heard).report;
        assert_eq!(report.scan.status, Status::Partial);
        assert_eq!(
            report.scan.why,
            [
                "lynis: the worker was killed by SIGKILL",
                "packages: it had not begun: the worker was killed by SIGKILL"
            ]
        );
    }

    #[test]
    fn an_engine_left_out_is_named_and_does_not_make_the_scan_partial() {
        let report = assemble(
            request(&[EngineId::Native]),
            heard(&[(EngineId::Native, Ok(Yield::default()))]),
        )
        .report;
        assert_eq!(report.scan.status, Status::Complete);
        assert_eq!(
            report.engines[0].outcome,
            EngineOutcome::Skipped("left out by --engine".to_owned())
        );
    }

    #[test]
    fn nothing_from_any_engine_is_a_failed_scan() {
        let failed = EngineOutcome::Failed("no Lynis".to_owned());
        let report = assemble(
            request(&[EngineId::Lynis]),
            heard(&[(EngineId::Lynis, Err(failed))]),
        )
        .report;
        assert_eq!(report.scan.status, Status::Failed);
        assert_eq!(report.scan.why, ["lynis: no Lynis"]);
    }
}
