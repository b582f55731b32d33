//! What the function in the cloud knows of an AMI: `reports/<family>/<ami-id>/image.json`, written whenever
//! that changes, so that others can tell what became of each AMI without asking EC2.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Counts, Report, Severity, Status, clean_line};

/// The object's name.
pub const NAME: &str = "image.json";

/// The longest name of an AMI and of a tag, and the longest value of a tag, in characters.
const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 256;

/// What is known of an AMI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageStatus {
    /// Always 1.
    pub version: u32,
    /// The AMI's id.
    pub ami: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its family, see [`crate::family`].
    pub family: String,
    /// The account that it was assessed in.
    pub account: String,
    /// The region.
    pub region: String,
    /// When EC2 says that it was made, if it does.
    #[serde(default)]
    pub created: Option<Timestamp>,
    /// As in the tag `status`: `assessing`, `assessed`, `partial`, `failed`, `timed-out`, `unsupported`; or
    /// `waiting`, before the first launch, while there is no room for it.
    pub status: String,
    /// Why, where it is not assessed as it should be; empty else.
    #[serde(default)]
    pub reason: String,
    /// Since when it has that status.
    pub since: Timestamp,
    /// The key of its newest `report.json`, if there is one.
    #[serde(default)]
    pub report: Option<String>,
    /// Findings of that report by severity, and known vulnerabilities where they were looked for.
    #[serde(default)]
    pub findings: Option<BTreeMap<String, u64>>,
    /// See `findings`.
    #[serde(default)]
    pub vulnerabilities: Option<BTreeMap<String, u64>>,
    /// The AMI's tags, without ours and those that begin with `aws:`.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

impl ImageStatus {
    /// Where it lies: `reports/<family>/<ami-id>/image.json`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("reports/{}/{}/{NAME}", self.family, self.ami)
    }

    /// With the report at `key` and its numbers. A scan that failed has none.
    #[must_use]
    pub fn with_report(mut self, report: &Report, key: String) -> Self {
        let looked = report.scan.status != Status::Failed;
        self.report = Some(key);
        self.findings = looked.then(|| by_severity(&report.counts()));
        let vulnerabilities = report.vulnerability_counts().filter(|_| looked);
        self.vulnerabilities = vulnerabilities.as_ref().map(by_severity);
        self
    }
}

fn by_severity(counts: &Counts) -> BTreeMap<String, u64> {
    let all = Severity::ALL.into_iter();
    all.map(|one| (one.to_string(), counts.get(one))).collect()
}

/// An AMI's name as it is told: on one line, and cut.
#[must_use]
pub fn name(name: &str) -> String {
    clean_line(name, LONGEST_NAME)
}

/// The AMI's tags as they are told: without AWS's and ours, each on one line, and cut.
#[must_use]
pub fn own_tags<'a>(
    tags: impl IntoIterator<Item = (&'a str, &'a str)>,
    tag_prefix: &str,
) -> BTreeMap<String, String> {
    let ours = |key: &str| key.starts_with("aws:") || key.starts_with(tag_prefix);
    tags.into_iter()
        .filter(|(key, _)| !ours(key))
        .map(|(key, value)| {
            (
                clean_line(key, LONGEST_NAME),
                clean_line(value, LONGEST_VALUE),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn status() -> ImageStatus {
        ImageStatus {
            version: 1,
            ami: "ami-0c1f3a9b27d5e8846".to_owned(),
            name: None,
            family: "web".to_owned(),
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            created: None,
            status: "assessed".to_owned(),
            reason: String::new(),
            since: Timestamp::UNIX_EPOCH,
            report: None,
            findings: None,
            vulnerabilities: None,
            tags: BTreeMap::new(),
        }
    }

    #[test]
    fn numbers_stand_only_for_what_was_looked_at() {
        let key = || "reports/web/ami-0c1f3a9b27d5e8846/20261121T061500Z/report.json".to_owned();
        let told = status().with_report(&sample::vulnerable(), key());
        assert_eq!(told.report, Some(key()));
        assert!(told.findings.is_some_and(|all| all.len() == 5));
        assert!(told.vulnerabilities.is_some());
        let told = status().with_report(&sample::typical(), key());
        assert!(told.findings.is_some() && told.vulnerabilities.is_none());
        let told = status().with_report(&sample::failed(), key());
        assert_eq!((told.findings, told.vulnerabilities), (None, None));
        assert_eq!(
            status().key(),
            "reports/web/ami-0c1f3a9b27d5e8846/image.json"
        );
    }

    #[test]
    fn tags_of_outside_are_cleaned_and_ours_left_out() {
        let long = "x".repeat(300);
        let tags = [
            ("aws:ec2:fleet-id", "f"),
            ("hardtarget:status", "assessed"),
            ("team", "we\u{202E}b\n"),
            ("note", &long),
        ];
        let told = own_tags(tags, "hardtarget:");
        assert_eq!(told.keys().collect::<Vec<_>>(), ["note", "team"]);
        assert_eq!(told["team"], "we\u{FFFD}b\u{FFFD}");
        assert_eq!(told["note"].chars().count(), 256);
        assert_eq!(name(&long).chars().count(), 128);
    }
}
