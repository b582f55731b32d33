//! One assessment, as far as the page shows it.

use hardtarget_report::{Counts, Report, Score, Severity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many there are of each severity, in the order of [`Severity::ALL`].
pub type BySeverity = [u64; 5];

/// One assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The AMI.
    pub ami: String,
    /// When its scan ended.
    pub finished: Timestamp,
    /// How the scan went: `complete`, `partial`, `failed`.
    pub status: String,
    /// Findings that are not waived.
    pub findings: BySeverity,
    /// Known vulnerabilities, where they were looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vulnerabilities: Option<BySeverity>,
    /// Lynis's hardening index, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// What tells whether two scores compare, see [`Score::comparable_with`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_points: Option<u32>,
    /// Lynis's version; empty without a score.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lynis_version: String,
    /// The profile's name; empty without a score.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub profile: String,
    /// The profile's SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_sha256: Option<String>,
}

impl Assessment {
    /// What a report says. AMI and time are what its key says, not what it says itself.
    #[must_use]
    pub fn of(report: &Report, ami: &str, finished: Timestamp) -> Self {
        let score = report.score.as_ref();
        Self {
            ami: ami.to_owned(),
            finished,
            status: report.scan.status.to_string(),
            findings: by_severity(&report.counts()),
            vulnerabilities: report.vulnerability_counts().as_ref().map(by_severity),
            score: score.map(|score| score.index),
            max_points: score.and_then(|score| score.max_points),
            lynis_version: score.map_or_else(String::new, |score| score.lynis_version.clone()),
            profile: score.map_or_else(String::new, |score| score.profile.clone()),
            profile_sha256: score.and_then(|score| score.profile_sha256.clone()),
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

fn by_severity(counts: &Counts) -> BySeverity {
    Severity::ALL.map(|severity| counts.get(severity))
}

#[cfg(test)]
mod tests {
    use hardtarget_report::sample;

    use super::*;

    #[test]
    fn it_says_what_the_report_says() {
        let report = sample::vulnerable();
        let one = Assessment::of(&report, "ami-1", report.scan.finished);
        let score = report.score.unwrap();
        assert_eq!(one.score().unwrap().comparable_with(&score), Ok(()));
        assert_eq!(one.vulnerabilities.unwrap().iter().sum::<u64>(), 38);
        assert_eq!(
            Assessment::of(&sample::typical(), "ami-1", one.finished).vulnerabilities,
            None
        );
    }
}
