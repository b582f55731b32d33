//! What changed between two reports, which are one report edited by the input: a letter says what is done, a second
//! one where; small letters edit the old report, capitals the new one. See [`edit`].
//!
//! Nothing changes from a report to itself; every fault is told in one place; what is new one way is fixed or unseen
//! the other way.
#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hardtarget_ledger::golden::changes;
use hardtarget_report::diff::{Diff, NewFinding, diff, text, to_json};
use hardtarget_report::{
    CheckOutcome, EngineOutcome, Finding, MORE_PLACES, Origin, Report, Severity, Vulnerability,
    Waiver, sample,
};
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

static BASE: LazyLock<Report> = LazyLock::new(|| {
    let mut report = sample::vulnerable();
    report.findings.truncate(20);
    report
        .findings
        .iter_mut()
        .for_each(|one| one.same_as.clear());
    report
});

fuzz_target!(|edits: &[u8]| {
    let (mut old, mut new) = (BASE.clone(), BASE.clone());
    for pair in edits.chunks_exact(2).take(40) {
        let report = if pair[0].is_ascii_uppercase() {
            &mut new
        } else {
            &mut old
        };
        edit(report, pair[0].to_ascii_lowercase(), usize::from(pair[1]));
    }
    old.sort();
    new.sort();
    unchanged(&old);
    unchanged(&new);
    let (forth, back) = (diff(&old, &new), diff(&new, &old));
    for (diff, old, new) in [(&forth, &old, &new), (&back, &new, &old)] {
        every_fault_is_told_once(diff, old, new);
        what_was_taken_in_is_neither_new_nor_gone(diff, old, new);
    }
    mirrored(&forth, &back, [&old, &new]);
    mirrored(&back, &forth, [&new, &old]);

    let told = changes::read(to_json(&forth).expect("JSON").as_bytes())
        .expect("the ledger reads what the report crate writes");
    let known = &forth.vulnerabilities;
    assert_eq!(
        told.new_findings as usize,
        forth.new.len() + forth.returned.len()
    );
    assert_eq!(
        told.new_vulnerabilities as usize,
        known.new.len() + known.returned.len()
    );
    assert_eq!(
        (
            told.fixed_findings as usize,
            told.fixed_vulnerabilities as usize
        ),
        (forth.fixed.len(), known.fixed.len())
    );
    let shown = text(&forth, false, 80);
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'));
});

/// One edit; what is not there is left alone.
fn edit(report: &mut Report, what: u8, at: usize) {
    let waiver = |expired| Waiver {
        reason: "it stays".to_owned(),
        owner: "me".to_owned(),
        expires: date(2027, 1, 1),
        expired,
    };
    let place = at % report.findings.len().max(1);
    let known = at % report.vulnerabilities.len().max(1);
    match what {
        // A finding is dropped, waived, waived until yesterday, graver, another place's, or one of many places.
        b'f' if !report.findings.is_empty() => drop(report.findings.remove(place)),
        b'w' | b'x' | b's' | b'n' | b'm' => {
            let Some(finding) = report.findings.get_mut(place) else {
                return;
            };
            match what {
                b'w' | b'x' => finding.waiver = Some(waiver(what == b'x')),
                b's' => finding.severity = Severity::ALL[at % 5],
                b'n' => finding.subject.push('x'),
                _ => MORE_PLACES.clone_into(&mut finding.subject),
            }
            *finding = finding.clone().with_fingerprint();
        }
        // A finding takes in another one, which is dropped.
        b't' if report.findings.len() > 1 => {
            let other = report.findings.remove(place);
            let into = at / 16 % report.findings.len();
            if report.findings[into].engine != other.engine {
                report.findings[into].take_in(&other, []);
            } else {
                report.findings.insert(place, other);
            }
        }
        // A vulnerability is dropped, waived, or waived until yesterday.
        b'v' if !report.vulnerabilities.is_empty() => drop(report.vulnerabilities.remove(known)),
        b'y' | b'z' => {
            if let Some(one) = report.vulnerabilities.get_mut(known) {
                one.waiver = Some(waiver(what == b'z'));
            }
        }
        // An engine or a check went otherwise.
        b'e' => {
            let runs = report.engines.len().max(1);
            if let Some(run) = report.engines.get_mut(at % runs) {
                let why = || "it was told so".to_owned();
                run.outcome = match at / runs % 4 {
                    0 => EngineOutcome::Ran,
                    1 => EngineOutcome::Partial(why()),
                    2 => EngineOutcome::Skipped(why()),
                    _ => EngineOutcome::Failed(String::new()),
                };
            }
        }
        b'c' => {
            // Those of checks that have a finding matter.
            let Some(finding) = report.findings.get(place).or(BASE.findings.get(at % 20)) else {
                return;
            };
            let id = finding.id.clone();
            let checks = report.engines.iter_mut().flat_map(|run| &mut run.checks);
            for check in checks.filter(|check| check.id == id) {
                check.outcome = match at % 3 {
                    0 => CheckOutcome::Pass,
                    1 => CheckOutcome::Unknown("it was not root".to_owned()),
                    _ => CheckOutcome::Skipped(String::new()),
                };
            }
        }
        // There are no advisories, others, or fewer feeds; an engine was not asked; a package is another one.
        b'a' => report.advisories = None,
        b'o' => report
            .advisories
            .iter_mut()
            .for_each(|all| all.origin = Origin::Repositories),
        b'd' => report
            .advisories
            .iter_mut()
            .for_each(|all| all.feeds.clear()),
        b'g' => report.engines.retain(|run| run.engine as usize != at % 4),
        b'p' => {
            let packages = report.packages.len().max(1);
            if let Some(package) = report.packages.get_mut(at % packages) {
                package.version.push_str("+1");
            }
        }
        _ => {}
    }
}

fn unchanged(report: &Report) {
    let diff = diff(report, report);
    assert!(
        diff.new.is_empty()
            && diff.fixed.is_empty()
            && diff.unseen.is_empty()
            && diff.returned.is_empty()
    );
    let known = &diff.vulnerabilities;
    assert!(
        known.new.is_empty()
            && known.fixed.is_empty()
            && known.unseen.is_empty()
            && known.returned.is_empty()
    );
    let totals = diff.totals();
    assert_eq!((totals.new, totals.fixed), (0, 0));
}

type Key<'a> = (&'a str, &'a str);

fn of_finding(one: &Finding) -> Key<'_> {
    (&one.fingerprint, "")
}

fn of_known(one: &Vulnerability) -> Key<'_> {
    (&one.id, &one.package)
}

/// What is in the new report, list by list, and what is gone from the old one.
fn here(diff: &Diff) -> Vec<Key<'_>> {
    let known = &diff.vulnerabilities;
    let findings = diff
        .new
        .iter()
        .map(|one| &one.finding)
        .chain(&diff.unchanged)
        .chain(&diff.returned)
        .chain(&diff.waived);
    let others = known
        .new
        .iter()
        .map(|one| &one.vulnerability)
        .chain(&known.unchanged)
        .chain(&known.returned)
        .chain(&known.waived);
    findings
        .map(of_finding)
        .chain(others.map(of_known))
        .collect()
}

fn gone(diff: &Diff) -> Vec<Key<'_>> {
    let known = &diff.vulnerabilities;
    let findings = diff
        .fixed
        .iter()
        .chain(diff.unseen.iter().map(|one| &one.finding));
    let others = known
        .fixed
        .iter()
        .chain(known.unseen.iter().map(|one| &one.vulnerability));
    findings
        .map(of_finding)
        .chain(others.map(of_known))
        .collect()
}

fn all(report: &Report) -> BTreeSet<Key<'_>> {
    let findings = report.findings.iter().map(of_finding);
    findings
        .chain(report.vulnerabilities.iter().map(of_known))
        .collect()
}

fn every_fault_is_told_once(diff: &Diff, old: &Report, new: &Report) {
    let (told, before, after) = (here(diff), all(old), all(new));
    assert_eq!(told.len(), after.len());
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), after);
    let told = gone(diff);
    let count = told.len();
    let told: BTreeSet<_> = told.into_iter().collect();
    assert_eq!(told.len(), count);
    assert!(told.is_subset(&before) && told.is_disjoint(&after));
}

fn what_was_taken_in_is_neither_new_nor_gone(diff: &Diff, old: &Report, new: &Report) {
    let lost = diff
        .fixed
        .iter()
        .chain(diff.unseen.iter().map(|one| &one.finding));
    for finding in lost {
        assert!(!new.findings.iter().any(|one| one.stands_for(finding)));
    }
    for NewFinding { finding, .. } in &diff.new {
        assert!(
            !old.findings
                .iter()
                .any(|one| one.stands_for(finding) || finding.stands_for(one))
        );
    }
}

/// What comes one way goes the other way, and where one scan did not look, neither way is sure.
fn mirrored(forth: &Diff, back: &Diff, reports: [&Report; 2]) {
    let mut findings = reports.iter().flat_map(|one| &one.findings);
    if findings.any(|one| !one.same_as.is_empty()) {
        return;
    }
    let before = all(reports[0]);
    let come: BTreeSet<_> = here(forth)
        .into_iter()
        .filter(|key| !before.contains(key))
        .collect();
    assert_eq!(come, gone(back).into_iter().collect());
    let unseen: BTreeSet<_> = back
        .unseen
        .iter()
        .map(|one| (&*one.finding.fingerprint, &*one.why))
        .collect();
    for one in &forth.new {
        let (key, why) = (&*one.finding.fingerprint, one.newly_looked_at.as_deref());
        match why {
            Some(why) => assert!(unseen.contains(&(key, why))),
            None => assert!(back.fixed.iter().any(|fixed| fixed.fingerprint == key)),
        }
    }
    for one in forth
        .vulnerabilities
        .new
        .iter()
        .filter(|one| one.newly_looked_at.is_some())
    {
        let fixed = &back.vulnerabilities.fixed;
        assert!(
            fixed
                .iter()
                .all(|fixed| of_known(fixed) != of_known(&one.vulnerability))
        );
    }
}
