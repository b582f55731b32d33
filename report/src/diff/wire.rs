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

/// Writes a diff: indented JSON with a line end after it.
///
/// Its members are `schema_version` (1), `old_scan` and `new_scan` (`id`, `finished`, `status`,
/// `ami`, `hostname`), `summary` (how many of each), `score` (`old`, `new`,
/// `comparable`, `reasons`), and the lists `new` (`finding`, `newly_looked_at`: why the old scan
/// could not have had it, or null), `fixed`, `unseen` (`finding`, `why`) and `unchanged`, whose
/// findings are those of the report's format.
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
        insta::assert_snapshot!(to_json(&diff::diff(&old, &new)).unwrap());
    }
}
