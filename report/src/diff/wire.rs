//! How a [`Diff`] travels as JSON: version 1, frozen like the report's own format.

use std::marker::PhantomData;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::{Finding, Vulnerability, v1};

use super::{Diff, NewFinding, UnseenFinding};

/// The number in `schema_version`.
const SCHEMA_VERSION: u32 = 1;

/// What changed from one scan to the next.
#[derive(Serialize)]
struct Wire<'a> {
    schema_version: u32,
    old_scan: Side,
    new_scan: Side,
    summary: Summary,
    score: ScoreMove,
    new: Each<'a, NewFinding, New>,
    fixed: Findings<'a>,
    unseen: Each<'a, UnseenFinding, Unseen>,
    unchanged: Findings<'a>,
    returned: Findings<'a>,
    waived: Findings<'a>,
    vulnerabilities: Vulnerabilities<'a>,
}

type Findings<'a> = Each<'a, Finding, v1::Finding>;

/// A list whose items get the form of the wire one after the other, as they are written: all at once, they
/// would take as much memory as both reports.
struct Each<'a, Inner, Outer>(&'a [Inner], PhantomData<Outer>);

impl<'a, Inner, Outer> From<&'a Vec<Inner>> for Each<'a, Inner, Outer> {
    fn from(list: &'a Vec<Inner>) -> Self {
        Self(list, PhantomData)
    }
}

impl<'a, Inner, Outer: Serialize + From<&'a Inner>> Serialize for Each<'a, Inner, Outer> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(Outer::from))
    }
}

#[derive(Debug, Serialize)]
struct Side {
    id: String,
    finished: Timestamp,
    status: v1::Status,
    ami: Option<String>,
    hostname: Option<String>,
}

#[derive(Debug, Serialize)]
struct Summary {
    new: usize,
    newly_looked_at: usize,
    fixed: usize,
    unseen: usize,
    unchanged: usize,
    returned: usize,
    waived: usize,
}

#[derive(Debug, Serialize)]
struct ScoreMove {
    old: Option<u8>,
    new: Option<u8>,
    comparable: bool,
    reasons: Vec<String>,
}

#[derive(Debug, Serialize)]
struct New {
    finding: v1::Finding,
    newly_looked_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct Unseen {
    finding: v1::Finding,
    why: String,
}

#[derive(Serialize)]
struct Vulnerabilities<'a> {
    old_looked: bool,
    new_looked: bool,
    summary: VulnerabilitySummary,
    new: Each<'a, super::NewVulnerability, NewVulnerability>,
    fixed: Known<'a>,
    unseen: Each<'a, super::UnseenVulnerability, UnseenVulnerability>,
    unchanged: Known<'a>,
    returned: Known<'a>,
    waived: Known<'a>,
}

type Known<'a> = Each<'a, Vulnerability, v1::Vulnerability>;

#[derive(Debug, Serialize)]
struct VulnerabilitySummary {
    #[serde(flatten)]
    all: Summary,
    newly_known: usize,
}

#[derive(Debug, Serialize)]
struct NewVulnerability {
    vulnerability: v1::Vulnerability,
    newly_looked_at: Option<String>,
    newly_known: bool,
}

#[derive(Debug, Serialize)]
struct UnseenVulnerability {
    vulnerability: v1::Vulnerability,
    why: String,
}

/// Writes a diff: indented JSON with a line end after it.
///
/// Its members are `schema_version` (1), `old_scan` and `new_scan` (`id`, `finished`, `status`,
/// `ami`, `hostname`), `summary` (how many of each), `score` (`old`, `new`,
/// `comparable`, `reasons`), and the lists `new` (`finding`, `newly_looked_at`: why the old scan
/// could not have had it, or null), `fixed`, `unseen` (`finding`, `why`), `unchanged`, `returned`
/// (waived in the old scan and no longer) and `waived`, whose findings are those of the report's format.
/// `vulnerabilities` has the same lists of `vulnerability` instead of `finding`, with `newly_known` (the
/// old scan looked, and had the same version of the package), and `old_looked` and `new_looked`: whether
/// the scans looked for vulnerabilities at all.
pub fn to_json(diff: &Diff) -> Result<String, serde_json::Error> {
    let mut json = serde_json::to_string_pretty(&Wire::from(diff))?;
    json.push('\n');
    Ok(json)
}

impl<'a> From<&'a Diff> for Wire<'a> {
    fn from(diff: &'a Diff) -> Self {
        let newly = diff.new.iter().filter(|one| one.newly_looked_at.is_some());
        Self {
            schema_version: SCHEMA_VERSION,
            old_scan: (&diff.old_scan).into(),
            new_scan: (&diff.new_scan).into(),
            summary: Summary {
                new: diff.new.len(),
                newly_looked_at: newly.count(),
                fixed: diff.fixed.len(),
                unseen: diff.unseen.len(),
                unchanged: diff.unchanged.len(),
                returned: diff.returned.len(),
                waived: diff.waived.len(),
            },
            score: ScoreMove {
                old: diff.score.old,
                new: diff.score.new,
                comparable: diff.score.reasons.is_empty(),
                reasons: diff.score.reasons.clone(),
            },
            new: (&diff.new).into(),
            fixed: (&diff.fixed).into(),
            unseen: (&diff.unseen).into(),
            unchanged: (&diff.unchanged).into(),
            returned: (&diff.returned).into(),
            waived: (&diff.waived).into(),
            vulnerabilities: (&diff.vulnerabilities).into(),
        }
    }
}

impl From<&super::Side> for Side {
    fn from(side: &super::Side) -> Self {
        Self {
            id: side.scan.clone(),
            finished: side.finished,
            status: side.status.into(),
            ami: side.ami.clone(),
            hostname: side.hostname.clone(),
        }
    }
}

impl From<&NewFinding> for New {
    fn from(new: &NewFinding) -> Self {
        Self {
            finding: (&new.finding).into(),
            newly_looked_at: new.newly_looked_at.clone(),
        }
    }
}

impl From<&UnseenFinding> for Unseen {
    fn from(unseen: &UnseenFinding) -> Self {
        Self {
            finding: (&unseen.finding).into(),
            why: unseen.why.clone(),
        }
    }
}

impl<'a> From<&'a super::Vulnerabilities> for Vulnerabilities<'a> {
    fn from(diff: &'a super::Vulnerabilities) -> Self {
        let newly = diff.new.iter().filter(|one| one.newly_looked_at.is_some());
        Self {
            old_looked: diff.old_looked,
            new_looked: diff.new_looked,
            summary: VulnerabilitySummary {
                all: Summary {
                    new: diff.new.len(),
                    newly_looked_at: newly.count(),
                    fixed: diff.fixed.len(),
                    unseen: diff.unseen.len(),
                    unchanged: diff.unchanged.len(),
                    returned: diff.returned.len(),
                    waived: diff.waived.len(),
                },
                newly_known: diff.new.iter().filter(|one| one.newly_known).count(),
            },
            new: (&diff.new).into(),
            fixed: (&diff.fixed).into(),
            unseen: (&diff.unseen).into(),
            unchanged: (&diff.unchanged).into(),
            returned: (&diff.returned).into(),
            waived: (&diff.waived).into(),
        }
    }
}

impl From<&super::NewVulnerability> for NewVulnerability {
    fn from(new: &super::NewVulnerability) -> Self {
        Self {
            vulnerability: (&new.vulnerability).into(),
            newly_looked_at: new.newly_looked_at.clone(),
            newly_known: new.newly_known,
        }
    }
}

impl From<&super::UnseenVulnerability> for UnseenVulnerability {
    fn from(unseen: &super::UnseenVulnerability) -> Self {
        Self {
            vulnerability: (&unseen.vulnerability).into(),
            why: unseen.why.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diff, sample};

    #[test]
    fn the_form_is_frozen() {
        let mut old = sample::typical();
        old.findings.truncate(3);
        let mut new = old.clone();
        let gone = new.findings.remove(0);
        new.findings[1].subject = "/srv/other".to_owned();
        new.findings[1] = new.findings[1].clone().with_fingerprint();
        for check in new.engines.iter_mut().flat_map(|run| &mut run.checks) {
            if check.id == gone.id {
                check.outcome = crate::CheckOutcome::Unknown("it was not root".to_owned());
            }
        }
        let known = sample::vulnerable();
        let kept = ["sudo", "tar", "xz-utils"];
        let kept = known
            .vulnerabilities
            .iter()
            .filter(|one| kept.contains(&&*one.package));
        old.advisories.clone_from(&known.advisories);
        new.advisories.clone_from(&known.advisories);
        old.vulnerabilities = kept.cloned().collect();
        new.vulnerabilities.clone_from(&old.vulnerabilities);
        old.vulnerabilities.remove(0);
        new.vulnerabilities.pop();
        insta::assert_snapshot!(to_json(&diff::diff(&old, &new)).unwrap());
    }
}
