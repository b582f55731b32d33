//! What the function in the cloud knows of an AMI: `reports/<family>/<ami-id>/image.json`, written whenever
//! that changes, so that others can tell what became of each AMI without asking EC2.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The object's name.
pub const NAME: &str = "image.json";

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
    /// As in the tag `status`: `assessing`, `assessed`, `partial`, `failed`, `timed-out`, `unsupported`.
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
