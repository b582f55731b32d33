//! The native engine: facts read once, then every check judged from them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hardtarget_report::{CheckOutcome, CheckRun, EngineId, Finding, MORE_PLACES, clean_line};

use super::{Cx, Engine, Skip, Yield};
use crate::checks::{CATALOGUE, Check, Fault, NotJudged, Scope, Verdict};
use crate::facts::Facts;

/// How many places of one fault become findings of their own; the rest share one.
const MAX_FAULTS: usize = 50;

/// Our own checks.
#[derive(Debug)]
pub struct Native;

impl Engine for Native {
    fn id(&self) -> EngineId {
        EngineId::Native
    }

    fn applies(&self, _cx: &Cx<'_>) -> Result<(), Skip> {
        Ok(())
    }

    fn run(&self, cx: &Cx<'_>) -> anyhow::Result<Yield> {
        // An image that is not mounted must not read as a clean one.
        if !["/etc", "/usr", "/bin"]
            .iter()
            .any(|path| cx.host.exists(path))
        {
            anyhow::bail!(
                "{} holds no Linux system: is the image mounted?",
                cx.host.root().display()
            );
        }
        cx.progress
            .step(EngineId::Native, 0, CATALOGUE.len(), "reading facts");
        let facts = Facts::collect(cx.host, cx.clock, || cx.walk.get(cx.host, cx.deadline));
        let mut result = Yield::default();
        if let Ok(walk) = &facts.walk {
            result
                .facts
                .insert("walked".to_owned(), vec![walk.seen.to_string()]);
            let limits = walk.limits();
            if !limits.is_empty() {
                result.facts.insert("not_walked".to_owned(), limits);
            }
        }
        for (done, check) in CATALOGUE.iter().enumerate() {
            cx.progress
                .step(EngineId::Native, done, CATALOGUE.len(), check.id);
            let outcome = if cx.skip.contains(check.id) {
                CheckOutcome::Skipped("left out by --skip".to_owned())
            } else {
                judge(check, &facts, &mut result.findings)
            };
            result.checks.push(CheckRun {
                id: check.id.to_owned(),
                outcome,
            });
        }
        Ok(result)
    }
}

fn judge(check: &Check, facts: &Facts, findings: &mut Vec<Finding>) -> CheckOutcome {
    if check.scope == Scope::Running && !facts.running {
        return CheckOutcome::Skipped("needs a running machine".to_owned());
    }
    match catch_unwind(AssertUnwindSafe(|| check.judge(facts))) {
        Ok(Ok(Verdict::Pass)) => CheckOutcome::Pass,
        Ok(Ok(Verdict::Fail(faults))) => {
            findings.extend(to_findings(check, faults));
            CheckOutcome::Fail
        }
        Ok(Err(NotJudged::NotApplicable(why))) => {
            CheckOutcome::NotApplicable(clean_line(&why, 300))
        }
        Ok(Err(NotJudged::Unknown(why))) => CheckOutcome::Unknown(clean_line(&why, 300)),
        Err(_) => CheckOutcome::Unknown("an internal error in the check".to_owned()),
    }
}

fn to_findings(check: &Check, mut faults: Vec<Fault>) -> Vec<Finding> {
    faults.sort_by(|a, b| a.subject.cmp(&b.subject));
    if faults.len() > MAX_FAULTS {
        let rest = faults.split_off(MAX_FAULTS);
        let mut more = Fault::new(MORE_PLACES, format!("{} more places", rest.len()));
        more.severity = rest.iter().filter_map(|fault| fault.severity).min();
        more.evidence
            .extend(rest.into_iter().take(MAX_FAULTS).map(|fault| fault.subject));
        faults.push(more);
    }
    let references: Vec<_> = check.references.iter().map(|r| r.reference()).collect();
    let remediation = check.page().remediation;
    faults
        .into_iter()
        .map(|fault| {
            Finding {
                id: check.id.to_owned(),
                engine: EngineId::Native,
                title: check.title.to_owned(),
                severity: fault.severity.unwrap_or(check.severity),
                category: check.category().to_owned(),
                subject: clean_line(&fault.subject, 400),
                evidence: fault
                    .evidence
                    .iter()
                    .map(|line| clean_line(line, 1000))
                    .collect(),
                remediation: remediation.clone(),
                references: references.clone(),
                fingerprint: String::new(),
                same_as: Vec::new(),
                waiver: None,
            }
            .with_fingerprint()
        })
        .collect()
}
