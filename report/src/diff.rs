//! What changed from one scan to the next.
//!
//! Faults are told apart by fingerprint. A finding that is gone is *fixed* only where the new scan
//! looked for it again: where its engine or check did not run, it is *unseen*. And a finding that
//! was not there is marked where the old scan had not looked.
//!
//! What one scan has as a finding of its own and the other as part of another engine's
//! ([`Finding::same_as`]) is neither: the fault is in both. And what is waived is neither new nor
//! unchanged: it is told apart, and so is what comes back once its waiver is over.

mod text;
mod vulnerabilities;
mod wire;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{CheckOutcome, EngineId, EngineOutcome, Finding, MORE_PLACES, Report, Score, Status};

pub use text::text;
pub use vulnerabilities::{NewVulnerability, UnseenVulnerability, Vulnerabilities};
pub use wire::to_json;

/// What changed from one scan to the next. Each list is sorted worst first, as in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The old scan.
    pub old_scan: Side,
    /// The new scan.
    pub new_scan: Side,
    /// Findings of the new scan that the old one does not have.
    pub new: Vec<NewFinding>,
    /// Findings of the old scan that the new one looked for and did not find.
    pub fixed: Vec<Finding>,
    /// Findings of the old scan that the new one did not look for: nothing is known of them.
    pub unseen: Vec<UnseenFinding>,
    /// Findings of both, as the new scan has them.
    pub unchanged: Vec<Finding>,
    /// Findings of both that were waived in the old scan and are no longer.
    pub returned: Vec<Finding>,
    /// Findings of the new scan that are waived.
    pub waived: Vec<Finding>,
    /// What changed in the known vulnerabilities.
    pub vulnerabilities: Vulnerabilities,
    /// How the score moved.
    pub score: ScoreMove,
}

/// One of the two scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The scan's id.
    pub scan: String,
    /// When it ended.
    pub finished: Timestamp,
    /// How it went.
    pub status: Status,
    /// The AMI, where it is known.
    pub ami: Option<String>,
    /// The host's name, where it is known.
    pub hostname: Option<String>,
}

impl Side {
    fn of(report: &Report) -> Self {
        Self {
            scan: report.scan.id.clone(),
            finished: report.scan.finished,
            status: report.scan.status,
            ami: report.target.ami.clone(),
            hostname: report.target.hostname.clone(),
        }
    }
}

/// A finding that the old scan does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFinding {
    /// The finding.
    pub finding: Finding,
    /// Why the old scan could not have had it, if so: it may be an old fault, newly looked at.
    pub newly_looked_at: Option<String>,
}

/// A finding that the new scan did not look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnseenFinding {
    /// The finding, from the old scan.
    pub finding: Finding,
    /// Why it was not looked for.
    pub why: String,
}

/// How the score moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreMove {
    /// The old index.
    pub old: Option<u8>,
    /// The new index.
    pub new: Option<u8>,
    /// Why the two do not compare; empty if they do.
    pub reasons: Vec<String>,
}

/// Compares two scans of one machine or of one family of images.
#[must_use]
pub fn diff(old: &Report, new: &Report) -> Diff {
    let before = by_fingerprint(old);
    let after = by_fingerprint(new);
    let mut diff = Diff {
        old_scan: Side::of(old),
        new_scan: Side::of(new),
        new: Vec::new(),
        fixed: Vec::new(),
        unseen: Vec::new(),
        unchanged: Vec::new(),
        returned: Vec::new(),
        waived: Vec::new(),
        vulnerabilities: vulnerabilities::vulnerabilities(old, new),
        score: score_move(old.score.as_ref(), new.score.as_ref()),
    };
    for (fingerprint, finding) in &after {
        let finding: Finding = (*finding).clone();
        if finding.is_waived() {
            diff.waived.push(finding);
        } else if before.get(fingerprint).is_some_and(|one| one.is_waived()) {
            diff.returned.push(finding);
        } else if before.contains_key(fingerprint) || is_told(&finding, old) {
            diff.unchanged.push(finding);
        } else {
            let newly_looked_at = not_looked(old, &finding);
            diff.new.push(NewFinding {
                finding,
                newly_looked_at,
            });
        }
    }
    for (fingerprint, finding) in &before {
        let taken_in = new.findings.iter().any(|one| one.stands_for(finding));
        if taken_in || after.contains_key(fingerprint) {
            continue;
        }
        let finding: Finding = (*finding).clone();
        match not_looked(new, &finding) {
            Some(why) => diff.unseen.push(UnseenFinding { finding, why }),
            None => diff.fixed.push(finding),
        }
    }
    diff.new.sort_by(|a, b| worst_first(&a.finding, &b.finding));
    diff.fixed.sort_by(worst_first);
    diff.unseen
        .sort_by(|a, b| worst_first(&a.finding, &b.finding));
    for list in [&mut diff.unchanged, &mut diff.returned, &mut diff.waived] {
        list.sort_by(worst_first);
    }
    diff
}

/// Whether a report tells of a fault in the words of another engine.
fn is_told(finding: &Finding, report: &Report) -> bool {
    let same = |other: &Finding| other.stands_for(finding) || finding.stands_for(other);
    report.findings.iter().any(same)
}

fn worst_first(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    a.sort_key().cmp(&b.sort_key())
}

fn by_fingerprint(report: &Report) -> BTreeMap<&str, &Finding> {
    let findings = report.findings.iter();
    // A report has each fingerprint once; of a careless one the worst counts.
    let mut all: Vec<&Finding> = findings.collect();
    all.sort_by(|a, b| worst_first(b, a));
    all.into_iter()
        .map(|finding| (&*finding.fingerprint, finding))
        .collect()
}

/// Why a scan did not look for a finding that it does not have; `None` if it did look.
///
/// Lynis's report file alone has no coverage. There, as with checks that Lynis does not tell of, an
/// engine that ran to its end counts as having looked at everything.
fn not_looked(report: &Report, finding: &Finding) -> Option<String> {
    let engine = finding.engine;
    let Some(run) = report.engines.iter().find(|run| run.engine == engine) else {
        return Some(format!("the engine {engine} was not asked"));
    };
    // A place that is not named may be among those that are only counted.
    let counted = report.findings.iter().any(|other| {
        other.engine == engine && other.id == finding.id && other.subject == MORE_PLACES
    });
    if counted {
        return Some("not all places of this fault are named".to_owned());
    }
    let check = run.checks.iter().find(|check| check.id == finding.id);
    match (&run.outcome, check.map(|check| &check.outcome)) {
        (EngineOutcome::Failed(why), _) => {
            Some(because(&format!("the engine {engine} failed"), why))
        }
        (EngineOutcome::Skipped(why), _) => {
            Some(because(&format!("the engine {engine} was left out"), why))
        }
        // It looked, whatever became of the rest. What does not exist here cannot be wrong.
        (_, Some(CheckOutcome::Pass | CheckOutcome::NotApplicable(_) | CheckOutcome::Fail)) => None,
        (_, Some(CheckOutcome::Unknown(why))) => Some(because("the check could not look", why)),
        (_, Some(CheckOutcome::Skipped(why))) => Some(because("the check was left out", why)),
        (EngineOutcome::Partial(why), None) => Some(because(
            &format!("the engine {engine} did not run to its end"),
            why,
        )),
        (EngineOutcome::Ran, None) => (engine == EngineId::Native)
            .then(|| format!("version {} has no such check", report.scan.agent_version)),
    }
}

fn because(what: &str, why: &str) -> String {
    if why.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {why}")
    }
}

fn score_move(old: Option<&Score>, new: Option<&Score>) -> ScoreMove {
    let reasons = match (old, new) {
        (Some(old), Some(new)) => old.comparable_with(new).err().unwrap_or_default(),
        (None, Some(_)) => vec!["the old scan has no score".to_owned()],
        (Some(_), None) => vec!["the new scan has no score".to_owned()],
        (None, None) => vec!["neither scan has a score".to_owned()],
    };
    ScoreMove {
        old: old.map(|score| score.index),
        new: new.map(|score| score.index),
        reasons,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{CheckRun, sample};

    fn fingerprints<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<&'a str> {
        let mut all: Vec<&str> = findings
            .into_iter()
            .map(|finding| &*finding.fingerprint)
            .collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn a_place_that_is_only_counted_is_not_fixed() {
        let old = sample::typical();
        let mut new = old.clone();
        let place = new.findings.remove(0);
        let mut rest = place.clone();
        rest.subject = MORE_PLACES.to_owned();
        new.findings.push(rest.with_fingerprint());
        let diff = diff(&old, &new);
        assert!(diff.fixed.is_empty(), "{:?}", diff.fixed);
        assert_eq!(diff.unseen[0].finding.fingerprint, place.fingerprint);
    }

    /// [`sample::typical`] without the findings whose place in the list is not in `kept`; the
    /// checks that lost all their findings pass.
    fn without(kept: &[bool]) -> Report {
        let mut report = sample::typical();
        let mut kept = kept.iter().copied().chain(std::iter::repeat(true));
        report.findings.retain(|_| kept.next().unwrap_or(true));
        for run in &mut report.engines {
            for check in &mut run.checks {
                let found = report.findings.iter().any(|one| one.id == check.id);
                if check.outcome == CheckOutcome::Fail && !found {
                    check.outcome = CheckOutcome::Pass;
                }
            }
        }
        report
    }

    #[test]
    fn what_was_mended_is_fixed_and_what_came_is_new() {
        let all = sample::typical();
        let less = without(&[false, false]);
        let forth = diff(&all, &less);
        assert_eq!(fingerprints(&forth.fixed), fingerprints(&all.findings[..2]));
        assert!(forth.new.is_empty() && forth.unseen.is_empty());
        let back = diff(&less, &all);
        assert_eq!(back.new.len(), 2);
        assert!(back.new.iter().all(|one| one.newly_looked_at.is_none()));
    }

    /// Two reports of one machine: with a finding of Lynis and one of ours that says the same, and
    /// with that of Lynis taken in. Gives the Lynis finding too.
    fn apart_and_merged() -> (Report, Report, Finding) {
        let apart = sample::typical();
        let mut merged = apart.clone();
        let place = |engine| {
            let is = |one: &Finding| one.engine == engine;
            apart.findings.iter().position(is).unwrap()
        };
        let (ours, theirs) = (place(EngineId::Native), place(EngineId::Lynis));
        let lynis = apart.findings[theirs].clone();
        merged.findings[ours].take_in(&lynis, &lynis.evidence);
        merged.findings.remove(theirs);
        (apart, merged, lynis)
    }

    #[test]
    fn what_became_part_of_another_finding_is_neither_fixed_nor_new() {
        let (apart, merged, _) = apart_and_merged();
        for (old, new) in [(&apart, &merged), (&merged, &apart)] {
            let diff = diff(old, new);
            assert!(diff.new.is_empty() && diff.fixed.is_empty() && diff.unseen.is_empty());
            assert_eq!(diff.unchanged.len(), new.findings.len());
        }
    }

    #[test]
    fn a_fault_that_only_the_other_engine_told_of_before_is_not_new() {
        let (mut apart, merged, lynis) = apart_and_merged();
        apart.findings.retain(|one| {
            !merged
                .findings
                .iter()
                .any(|new| new.stands_for(&lynis) && new.fingerprint == one.fingerprint)
        });
        assert_eq!(diff(&apart, &merged).new, []);
        // And once both are gone, the fault is fixed once.
        let mut gone = merged.clone();
        gone.findings.retain(|one| !one.stands_for(&lynis));
        for check in gone.engines.iter_mut().flat_map(|run| &mut run.checks) {
            if !gone.findings.iter().any(|one| one.id == check.id) {
                check.outcome = CheckOutcome::Pass;
            }
        }
        assert_eq!(diff(&merged, &gone).fixed.len(), 1);
    }

    #[test]
    fn what_is_waived_is_not_new_and_comes_back_with_its_waiver_over() {
        let old = sample::typical();
        let waived = sample::vulnerable();
        let forth = diff(&old, &waived);
        assert_eq!(forth.waived.len(), 13);
        assert!(forth.new.iter().all(|one| !one.finding.is_waived()));
        assert_eq!(forth.fixed, []);
        let mut over = waived.clone();
        for waiver in over
            .findings
            .iter_mut()
            .filter_map(|one| one.waiver.as_mut())
        {
            waiver.expired = true;
        }
        let back = diff(&waived, &over);
        assert_eq!(fingerprints(&back.returned), fingerprints(&forth.waived));
        assert!(back.new.is_empty() && back.waived.is_empty());
        assert_eq!(back.unchanged.len() + 13, over.findings.len());
    }

    #[test]
    fn a_failed_scan_fixes_nothing() {
        let all = sample::typical();
        let diff = diff(&all, &sample::failed());
        assert_eq!(diff.fixed, []);
        assert_eq!(diff.unseen.len(), all.findings.len());
        assert_eq!(diff.score.new, None);
        assert_eq!(diff.score.reasons, ["the new scan has no score"]);
    }

    #[test]
    fn silence_of_any_kind_is_not_fixed() {
        let old = sample::typical();
        let finding = old
            .findings
            .iter()
            .find(|one| one.engine == EngineId::Native)
            .unwrap();
        let unseen_when = |change: &dyn Fn(&mut crate::EngineRun)| {
            let mut new = without(&[]);
            new.findings.retain(|one| one.id != finding.id);
            let run = new
                .engines
                .iter_mut()
                .find(|run| run.engine == EngineId::Native);
            change(run.unwrap());
            let diff = diff(&old, &new);
            assert_eq!(diff.fixed, []);
            diff.unseen.first().map(|one| one.why.clone()).unwrap()
        };
        let outcome = |outcome: CheckOutcome| {
            let id = finding.id.clone();
            move |run: &mut crate::EngineRun| {
                run.checks.retain(|check| check.id != id);
                run.checks.push(CheckRun {
                    id: id.clone(),
                    outcome: outcome.clone(),
                });
            }
        };
        let why = || "no such file".to_owned();
        insta::assert_debug_snapshot!([
            unseen_when(&outcome(CheckOutcome::Unknown(why()))),
            unseen_when(&outcome(CheckOutcome::Skipped(why()))),
            unseen_when(&|run| run.outcome = EngineOutcome::Failed(why())),
            unseen_when(&|run| run.outcome = EngineOutcome::Skipped(String::new())),
            unseen_when(&|run| {
                run.checks.clear();
                run.outcome = EngineOutcome::Partial(why());
            }),
            unseen_when(&|run| run.checks.clear()),
        ]);
    }

    #[test]
    fn what_the_old_scan_could_not_have_is_newly_looked_at() {
        let diff = diff(&sample::failed(), &sample::typical());
        assert!(diff.new.iter().all(|one| one.newly_looked_at.is_some()));
    }

    #[test]
    fn scores_of_different_versions_do_not_compare() {
        let mut new = sample::typical();
        new.score.as_mut().unwrap().lynis_version = "3.1.7".to_owned();
        let diff = diff(&sample::typical(), &new);
        assert_eq!(diff.score.reasons, ["Lynis 3.1.4 against 3.1.7"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_scan_does_not_differ_from_itself(kept in prop::collection::vec(any::<bool>(), 106)) {
            let report = without(&kept);
            let diff = diff(&report, &report);
            prop_assert!(diff.new.is_empty() && diff.fixed.is_empty() && diff.unseen.is_empty());
            prop_assert_eq!(diff.unchanged, report.findings);
            prop_assert!(diff.score.reasons.is_empty());
        }

        #[test]
        fn what_is_new_one_way_is_gone_the_other_way(
            a in prop::collection::vec(any::<bool>(), 106),
            b in prop::collection::vec(any::<bool>(), 106),
        ) {
            let (a, b) = (without(&a), without(&b));
            let (forth, back) = (diff(&a, &b), diff(&b, &a));
            let gone = back.fixed.iter().chain(back.unseen.iter().map(|one| &one.finding));
            prop_assert_eq!(
                fingerprints(forth.new.iter().map(|one| &one.finding)),
                fingerprints(gone)
            );
            prop_assert_eq!(fingerprints(&forth.unchanged), fingerprints(&back.unchanged));
        }

        #[test]
        fn the_order_in_the_reports_does_not_matter(
            kept in prop::collection::vec(any::<bool>(), 106),
            rotation in 0_usize..100,
        ) {
            let (old, new) = (sample::typical(), without(&kept));
            let mut turned = new.clone();
            let by = rotation % turned.findings.len().max(1);
            turned.findings.rotate_left(by);
            turned.engines.reverse();
            prop_assert_eq!(diff(&old, &new), diff(&old, &turned));
        }
    }
}
