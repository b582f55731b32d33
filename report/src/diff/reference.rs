//! What became of findings, told the plain way: each is held against each. [`super::diff`] says the same of
//! any two reports, and has enough time for large ones that mean harm.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::{CheckOutcome, CheckRun, EngineId, EngineOutcome, Waiver, sample};

/// Whether one finding has the words of the other.
fn stands_for(one: &Finding, other: &Finding) -> bool {
    let says = format!("{} says: {}", other.id, other.subject);
    one.engine != other.engine && one.same_as.contains(&other.id) && one.evidence.contains(&says)
}

/// A finding with what became of it.
type Told<'a> = (&'static str, &'a str, Option<String>);

/// What became of each finding.
fn plain<'a>(old: &'a Report, new: &'a Report) -> Vec<Told<'a>> {
    let (had, has) = (Looked::of(old), Looked::of(new));
    let same = |one: &Finding, other: &Finding| one.fingerprint == other.fingerprint;
    let mut all = Vec::new();
    for one in &new.findings {
        let before = old.findings.iter().find(|other| same(one, other));
        let mut others = old.findings.iter();
        let told = others.any(|other| stands_for(one, other) || stands_for(other, one));
        let (list, why) = match before {
            _ if one.is_waived() => ("waived", None),
            Some(before) if before.is_waived() => ("returned", None),
            Some(_) => ("unchanged", None),
            None if told => ("unchanged", None),
            None => ("new", had.not_looked(one.engine, &one.id)),
        };
        all.push((list, &*one.fingerprint, why));
    }
    for one in &old.findings {
        let mut others = new.findings.iter();
        if !others.any(|other| same(one, other) || stands_for(other, one)) {
            let why = has.not_looked(one.engine, &one.id);
            let list = if why.is_some() { "unseen" } else { "fixed" };
            all.push((list, &*one.fingerprint, why));
        }
    }
    all.sort();
    all
}

/// The same of a comparison.
fn lists(diff: &Diff) -> Vec<Told<'_>> {
    fn of<'a>(name: &'static str, list: &'a [Finding]) -> impl Iterator<Item = Told<'a>> {
        list.iter().map(move |one| (name, &*one.fingerprint, None))
    }
    let new = diff.new.iter();
    let new = new.map(|one| {
        (
            "new",
            &*one.finding.fingerprint,
            one.newly_looked_at.clone(),
        )
    });
    let unseen = diff.unseen.iter();
    let unseen = unseen.map(|one| ("unseen", &*one.finding.fingerprint, Some(one.why.clone())));
    let mut all: Vec<Told<'_>> = of("fixed", &diff.fixed)
        .chain(of("unchanged", &diff.unchanged))
        .chain(of("returned", &diff.returned))
        .chain(of("waived", &diff.waived))
        .chain(new)
        .chain(unseen)
        .collect();
    all.sort();
    all
}

/// A finding of few ids and subjects, which speaks of others' now and then.
fn finding() -> impl Strategy<Value = Finding> {
    let id = || select(vec!["A", "B", "C"]).prop_map(str::to_owned);
    let subject = || select(vec!["", "x", "y", "A says: x"]).prop_map(str::to_owned);
    let line = (id(), subject()).prop_map(|(id, subject)| format!("{id} says: {subject}"));
    let line = prop_oneof![4 => line, 1 => subject()];
    (
        (select(EngineId::ALL.to_vec()), id(), subject()),
        (vec(id(), 0..4), vec(line, 0..4)),
        prop_oneof![3 => Just(None), 1 => any::<bool>().prop_map(Some)],
    )
        .prop_map(|((engine, id, subject), (same_as, evidence), expired)| {
            let waiver = expired.map(|expired| Waiver {
                reason: "why".to_owned(),
                owner: "who".to_owned(),
                expires: jiff::civil::date(2027, 1, 1),
                expired,
            });
            let mut one = sample::typical().findings.swap_remove(0);
            (one.engine, one.id, one.subject) = (engine, id, subject);
            (one.same_as, one.evidence, one.waiver) = (same_as, evidence, waiver);
            one.with_fingerprint()
        })
}

/// A report of a few such findings, in which some engines and checks did not look.
fn report() -> impl Strategy<Value = Report> {
    let outcome = || select(vec![0, 1, 2, 3]);
    let engine = (outcome(), vec(outcome(), 3));
    (vec(finding(), 0..12), vec(engine, 4)).prop_map(|(findings, engines)| {
        let mut report = sample::typical();
        report.findings = findings;
        let mut seen = std::collections::BTreeSet::new();
        let findings = &mut report.findings;
        findings.retain(|one| seen.insert(one.fingerprint.clone()));
        let why = || "no time".to_owned();
        for (run, (outcome, checks)) in report.engines.iter_mut().zip(engines) {
            run.outcome = match outcome {
                0 | 1 => EngineOutcome::Ran,
                2 => EngineOutcome::Partial(why()),
                _ => EngineOutcome::Failed(why()),
            };
            let checks = ["A", "B", "C"].into_iter().zip(checks);
            let check = |(id, outcome): (&str, i32)| CheckRun {
                id: id.to_owned(),
                outcome: match outcome {
                    0 => CheckOutcome::Pass,
                    1 => CheckOutcome::Fail,
                    _ => CheckOutcome::Unknown(why()),
                },
            };
            run.checks = checks.map(check).collect();
        }
        report
    })
}

proptest! {
    #[test]
    fn any_two_reports_differ_as_told_the_plain_way(old in report(), new in report()) {
        let diff = diff(&old, &new);
        prop_assert_eq!(lists(&diff), plain(&old, &new));
    }
}

/// As many findings as a report can have that each say much of others: held against each other, they would
/// make 400 million pairs.
#[test]
fn two_reports_that_mean_harm_are_compared() {
    let report = |engine, id: &str| {
        let mut report = sample::typical();
        let mut one = report.findings.swap_remove(0);
        one.same_as = vec!["B".to_owned(); 10];
        one.evidence = vec!["B says: nothing".to_owned(); 10];
        (one.engine, one.id) = (engine, id.to_owned());
        let finding = |number: usize| {
            let mut one = one.clone();
            one.subject = number.to_string();
            one.evidence.push(format!("B says: {number}"));
            one.with_fingerprint()
        };
        report.findings = (0..20_000).map(finding).collect();
        report
    };
    let old = report(EngineId::Lynis, "B");
    let new = report(EngineId::Native, "A");
    let diff = diff(&old, &new);
    assert_eq!((diff.new.len(), diff.fixed.len()), (0, 0));
    assert_eq!((diff.unseen.len(), diff.unchanged.len()), (0, 20_000));
}
