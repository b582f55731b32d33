//! The table of the fleet: partitions are families, rows are assessments (`A#<finished>#<ami>`) and AMIs
//! (`I#<ami>`). Rows of a family that is gone expire with the history.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use hardtarget_report::image_status::ImageStatus;
use hardtarget_report::{Counts, Report, Score, Severity};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::table::{Expected, Row, Table};

/// How often a write is tried that somebody else was faster with.
const ATTEMPTS: usize = 20;

/// One assessment, as far as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The AMI.
    pub ami: String,
    /// When its scan ended.
    pub finished: Timestamp,
    /// How the scan went: `complete`, `partial`, `failed`.
    pub status: String,
    /// Lynis's hardening index, if there is one.
    pub score: Option<u8>,
    /// What tells whether two scores compare, see [`Score::comparable_with`].
    pub max_points: Option<u32>,
    /// Lynis's version; empty without a score.
    pub lynis_version: String,
    /// The profile's name; empty without a score.
    pub profile: String,
    /// The profile's SHA-256.
    pub profile_sha256: Option<String>,
    /// Findings that are not waived, by severity.
    pub findings: BTreeMap<String, u64>,
    /// Known vulnerabilities likewise, where they were looked for.
    pub vulnerabilities: Option<BTreeMap<String, u64>>,
    /// The key of the `report.json`.
    pub report: String,
}

impl Assessment {
    /// What a report says. AMI and time are what its key says, not what it says itself.
    #[must_use]
    pub fn of(report: &Report, ami: &str, finished: Timestamp, key: &str) -> Self {
        let score = report.score.as_ref();
        Self {
            ami: ami.to_owned(),
            finished,
            status: report.scan.status.to_string(),
            score: score.map(|score| score.index),
            max_points: score.and_then(|score| score.max_points),
            lynis_version: score.map_or_else(String::new, |score| score.lynis_version.clone()),
            profile: score.map_or_else(String::new, |score| score.profile.clone()),
            profile_sha256: score.and_then(|score| score.profile_sha256.clone()),
            findings: by_name(&report.counts()),
            vulnerabilities: report.vulnerability_counts().as_ref().map(by_name),
            report: key.to_owned(),
        }
    }

    /// The score, without what is not kept of it.
    #[must_use]
    pub fn score(&self) -> Option<Score> {
        Some(Score {
            index: self.score?.min(100),
            points: None,
            max_points: self.max_points,
            lynis_version: self.lynis_version.clone(),
            profile: self.profile.clone(),
            profile_sha256: self.profile_sha256.clone(),
            tests: Vec::new(),
        })
    }
}

fn by_name(counts: &Counts) -> BTreeMap<String, u64> {
    let one = |severity: Severity| (severity.as_str().to_owned(), counts.get(severity));
    Severity::ALL.into_iter().map(one).collect()
}

/// Keeps an assessment: the same report twice is one row.
pub async fn put_assessment(
    table: &impl Table,
    family: &str,
    assessment: &Assessment,
    history: SignedDuration,
) -> anyhow::Result<()> {
    let row = Row {
        pk: family.to_owned(),
        sk: format!("A#{}#{}", assessment.finished, assessment.ami),
        version: 0,
        expires: Some(assessment.finished.saturating_add(history)?),
        body: body(assessment)?,
    };
    table.put(&row, Expected::Any).await?;
    Ok(())
}

/// Keeps what is known of an AMI, unless something newer is known already: objects' events come in any order.
pub async fn put_image(
    table: &impl Table,
    status: &ImageStatus,
    history: SignedDuration,
) -> anyhow::Result<()> {
    let sk = format!("I#{}", status.ami);
    let mut row = Row {
        pk: status.family.clone(),
        sk: sk.clone(),
        version: 0,
        expires: Some(status.since.saturating_add(history)?),
        body: body(status)?,
    };
    // The row's own version stands under that name.
    row.body.remove("version");
    for _ in 0..ATTEMPTS {
        let there = table.get(&status.family, &sk).await?;
        let expected = match there {
            None => Expected::Absent,
            Some(there) => {
                row.version = there.version;
                let version = there.version;
                if image_of(there).is_some_and(|known| known.since > status.since) {
                    return Ok(());
                }
                Expected::Version(version)
            }
        };
        if table.put(&row, expected).await? {
            return Ok(());
        }
    }
    bail!(
        "the row of {} is changed by somebody else again and again",
        status.ami
    )
}

fn body(of: &impl Serialize) -> anyhow::Result<Map<String, Value>> {
    match serde_json::to_value(of).context("a row")? {
        Value::Object(body) => Ok(body),
        other => bail!("no object: {other}"),
    }
}

fn image_of(row: Row) -> Option<ImageStatus> {
    let mut body = row.body;
    body.insert("version".to_owned(), Value::from(1));
    let status: ImageStatus = serde_json::from_value(Value::Object(body)).ok()?;
    (row.sk.strip_prefix("I#") == Some(&*status.ami)).then_some(status)
}

/// All that the table knows at `now`: assessments with their families, and AMIs. What DynamoDB has yet to
/// forget, and what cannot be read, is left out.
pub async fn all(
    table: &impl Table,
    now: Timestamp,
) -> anyhow::Result<(Vec<(String, Assessment)>, Vec<ImageStatus>)> {
    let (mut assessments, mut images) = (Vec::new(), Vec::new());
    for row in table.scan("").await? {
        if row.expires.is_some_and(|expires| expires <= now) {
            continue;
        }
        if row.sk.starts_with("A#") {
            if let Ok(one) = serde_json::from_value(Value::Object(row.body)) {
                assessments.push((row.pk, one));
            }
        } else if row.sk.starts_with("I#") {
            images.extend(image_of(row));
        }
    }
    Ok((assessments, images))
}

/// Where the counter of changes stands.
pub async fn version(table: &impl Table) -> anyhow::Result<u64> {
    let row = table.get("fleet", "version").await?;
    Ok(row.map_or(0, |row| row.version))
}

/// Raises the counter: whoever writes the page sees that it is not the newest any more.
pub async fn raise(table: &impl Table) -> anyhow::Result<()> {
    for _ in 0..ATTEMPTS {
        let version = version(table).await?;
        let row = Row {
            pk: "fleet".to_owned(),
            sk: "version".to_owned(),
            version,
            expires: None,
            body: Map::new(),
        };
        let expected = match version {
            0 => Expected::Absent,
            version => Expected::Version(version),
        };
        if table.put(&row, expected).await? {
            return Ok(());
        }
    }
    bail!("the counter of the fleet's changes is raised by others again and again")
}

#[cfg(test)]
mod tests {
    use hardtarget_report::sample;

    use super::*;
    use crate::table::Memory;

    const HISTORY: SignedDuration = SignedDuration::from_hours(24 * 400);
    const AT: Timestamp = Timestamp::constant(1_795_241_701, 0);

    #[tokio::test]
    async fn a_row_says_what_the_report_says_and_expires_with_the_history() {
        let table = Memory::default();
        let one = Assessment::of(&sample::vulnerable(), "ami-1", AT, "reports/…");
        put_assessment(&table, "web", &one, HISTORY).await.unwrap();
        put_assessment(&table, "web", &one, HISTORY).await.unwrap();
        let (assessments, _) = all(&table, AT).await.unwrap();
        assert_eq!(assessments, [("web".to_owned(), one.clone())]);
        let score = sample::vulnerable().score.unwrap();
        assert_eq!(one.score().unwrap().comparable_with(&score), Ok(()));
        assert_eq!(one.vulnerabilities.unwrap().values().sum::<u64>(), 38);
        let (assessments, _) = all(&table, AT + HISTORY).await.unwrap();
        assert_eq!(assessments, []);
    }

    #[tokio::test]
    async fn an_older_status_does_not_replace_a_newer_one() {
        let table = Memory::default();
        let mut status = super::super::sample::status("web", "ami-1", "assessed", AT);
        put_image(&table, &status, HISTORY).await.unwrap();
        let newest = status.clone();
        status.status = "assessing".to_owned();
        status.since = AT - SignedDuration::from_mins(5);
        put_image(&table, &status, HISTORY).await.unwrap();
        assert_eq!(all(&table, AT).await.unwrap().1, [newest]);
        status.since = AT + SignedDuration::from_mins(5);
        put_image(&table, &status, HISTORY).await.unwrap();
        assert_eq!(all(&table, AT).await.unwrap().1, [status]);
    }

    #[tokio::test]
    async fn the_counter_rises() {
        let table = Memory::default();
        assert_eq!(version(&table).await.unwrap(), 0);
        raise(&table).await.unwrap();
        raise(&table).await.unwrap();
        assert_eq!(version(&table).await.unwrap(), 2);
    }
}
