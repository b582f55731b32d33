//! How a [`Diff`] travels as JSON: version 1, frozen like the report's own format.

use jiff::Timestamp;
use serde::Serialize;

use crate::v1;

use super::{Diff, NewFinding, UnseenFinding};

/// The number in `schema_version`.
const SCHEMA_VERSION: u32 = 1;

/// What changed from one scan to the next.
#[derive(Debug, Serialize)]
struct Wire {
    schema_version: u32,
    old_scan: Side,
    new_scan: Side,
    summary: Summary,
    score: ScoreMove,
    new: Vec<New>,
    fixed: Vec<v1::Finding>,
    unseen: Vec<Unseen>,
    unchanged: Vec<v1::Finding>,
    returned: Vec<v1::Finding>,
    waived: Vec<v1::Finding>,
    vulnerabilities: Vulnerabilities,
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

#[derive(Debug, Serialize)]
struct Vulnerabilities {
    old_looked: bool,
    new_looked: bool,
    summary: VulnerabilitySummary,
    new: Vec<NewVulnerability>,
    fixed: Vec<v1::Vulnerability>,
    unseen: Vec<UnseenVulnerability>,
    unchanged: Vec<v1::Vulnerability>,
    returned: Vec<v1::Vulnerability>,
    waived: Vec<v1::Vulnerability>,
}

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

impl From<&Diff> for Wire {
    fn from(diff: &Diff) -> Self {
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
            new: diff.new.iter().map(New::from).collect(),
            fixed: diff.fixed.iter().map(Into::into).collect(),
            unseen: diff.unseen.iter().map(Unseen::from).collect(),
            unchanged: diff.unchanged.iter().map(Into::into).collect(),
            returned: diff.returned.iter().map(Into::into).collect(),
            waived: diff.waived.iter().map(Into::into).collect(),
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

impl From<&super::Vulnerabilities> for Vulnerabilities {
    fn from(diff: &super::Vulnerabilities) -> Self {
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
            new: diff
                .new
                .iter()
                .map(|one| NewVulnerability {
                    vulnerability: (&one.vulnerability).into(),
                    newly_looked_at: one.newly_looked_at.clone(),
                    newly_known: one.newly_known,
                })
                .collect(),
            fixed: diff.fixed.iter().map(Into::into).collect(),
            unseen: diff
                .unseen
                .iter()
                .map(|one| UnseenVulnerability {
                    vulnerability: (&one.vulnerability).into(),
                    why: one.why.clone(),
                })
                .collect(),
            unchanged: diff.unchanged.iter().map(Into::into).collect(),
            returned: diff.returned.iter().map(Into::into).collect(),
            waived: diff.waived.iter().map(Into::into).collect(),
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
