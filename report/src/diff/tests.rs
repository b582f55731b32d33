use proptest::prelude::*;

use super::*;
use crate::{CheckOutcome, CheckRun, EngineId, EngineOutcome, MORE_PLACES, sample};

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
