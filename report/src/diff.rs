//! What changed from one scan to the next.
//!
//! Faults are told apart by fingerprint. A finding that is gone is *fixed* only where the new scan
//! looked for it again: where its engine or check did not run, it is *unseen*. And a finding that
//! was not there is marked where the old scan had not looked.
//!
//! What one scan has as a finding of its own and the other as part of another engine's
//! ([`Finding::same_as`]) is neither: the fault is in both. And what is waived is neither new nor
//! unchanged: it is told apart, and so is what comes back once its waiver is over.

pub mod base;
mod looked;
mod same;
mod text;
mod vulnerabilities;
mod wire;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Finding, Report, Score, Status};
use same::Names;

pub use looked::{Affected, Looked};
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

/// How many faults came and went, findings and known vulnerabilities together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Those that the old scan looked for and did not find.
    pub new: usize,
    /// Those that the new scan looked for and did not find.
    pub fixed: usize,
}

impl Diff {
    /// The totals. What the old scan could not have seen may be old, and does not count as new; a known
    /// vulnerability of a package that was there before does. What was waived does not count as fixed.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let known = &self.vulnerabilities;
        let new = self.new.iter().filter(|one| one.newly_looked_at.is_none());
        let new_known = known.new.iter().filter(|one| one.newly_looked_at.is_none());
        let fixed = self.fixed.iter().filter(|one| !one.is_waived());
        let fixed_known = known.fixed.iter().filter(|one| !one.is_waived());
        Totals {
            new: new.count() + new_known.count(),
            fixed: fixed.count() + fixed_known.count(),
        }
    }
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
    let (had, has) = (Looked::of(old), Looked::of(new));
    let (in_old, in_new) = (Names::of(old), Names::of(new));
    let (old_says, new_says) = (in_new.said_by(old), in_old.said_by(new));
    let mut diff = Diff {
        old_scan: Side::of(old),
        new_scan: Side::of(new),
        new: Vec::new(),
        fixed: Vec::new(),
        unseen: Vec::new(),
        unchanged: Vec::new(),
        returned: Vec::new(),
        waived: Vec::new(),
        vulnerabilities: vulnerabilities::vulnerabilities((old, &had), (new, &has)),
        score: score_move(old.score.as_ref(), new.score.as_ref()),
    };
    for (fingerprint, finding) in &after {
        let finding: Finding = (*finding).clone();
        if finding.is_waived() {
            diff.waived.push(finding);
        } else if before.get(fingerprint).is_some_and(|one| one.is_waived()) {
            diff.returned.push(finding);
        } else if before.contains_key(fingerprint)
            || old_says.has(&finding)
            || in_old.any_in(&finding)
        {
            diff.unchanged.push(finding);
        } else {
            let newly_looked_at = had.not_looked(finding.engine, &finding.id);
            diff.new.push(NewFinding {
                finding,
                newly_looked_at,
            });
        }
    }
    for (fingerprint, finding) in &before {
        if new_says.has(finding) || after.contains_key(fingerprint) {
            continue;
        }
        let finding: Finding = (*finding).clone();
        match has.not_looked(finding.engine, &finding.id) {
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
mod reference;
#[cfg(test)]
mod tests;
