//! The wire format, version 1: frozen.
//!
//! These types are what `report.json` looks like, and [`SCHEMA`] is generated from them. They do
//! not change, whatever becomes of the inner types: a new shape is a new version beside this one.

mod convert;
mod date;
mod outline;
mod parse;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model;

pub use parse::{Error, parse};

/// The number in `schema_version`.
pub const SCHEMA_VERSION: u32 = 1;

/// The longest report, in bytes, that is read of those that are published. An instance hands in 8 MiB at most;
/// published, it is indented and has its waivers.
pub const LONGEST_PUBLISHED: usize = 16 << 20;

/// The report of one scan of one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Hard Target report"))]
pub struct Report {
    /// The version of this format: 1.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    pub schema_version: u32,
    /// When, by what, and how it went.
    pub scan: Scan,
    /// What was scanned.
    pub target: Target,
    /// Lynis's hardening index; null where Lynis did not run to its end.
    pub score: Option<Score>,
    /// How many findings there are of each severity, without those that are waived.
    pub counts: Counts,
    /// The same of vulnerabilities; null if they were not looked for, which is not the same as none.
    pub vulnerability_counts: Option<Counts>,
    /// How many findings and vulnerabilities are waived.
    pub waived: u64,
    /// What each engine did.
    pub engines: Vec<Engine>,
    /// What is wrong, worst first, then by id and subject.
    pub findings: Vec<Finding>,
    /// What vulnerabilities were looked up in; null if they were not looked for.
    pub advisories: Option<Advisories>,
    /// Known vulnerabilities of the installed packages, worst first, then by package and id.
    pub vulnerabilities: Vec<Vulnerability>,
    /// The installed packages, sorted by name.
    pub packages: Vec<Package>,
    /// What engines told besides findings, by name; for reading, not for deciding.
    pub facts: BTreeMap<String, Vec<String>>,
}

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Unique to this scan: 32 hexadecimal digits.
    #[cfg_attr(test, schemars(regex(pattern = r"^[0-9a-f]{32}$")))]
    pub id: String,
    /// The agent's version.
    pub agent_version: String,
    /// When it began (RFC 3339, UTC).
    #[cfg_attr(test, schemars(with = "String", extend("format" = "date-time")))]
    pub started: Timestamp,
    /// When it ended (RFC 3339, UTC).
    #[cfg_attr(test, schemars(with = "String", extend("format" = "date-time")))]
    pub finished: Timestamp,
    /// How it went.
    pub status: Status,
    /// Why it is not complete, a reason an entry; empty if it is.
    pub why: Vec<String>,
}

/// How a scan went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every engine that was asked for ran to its end.
    Complete,
    /// Some engine did not, or not all of it.
    Partial,
    /// No engine gave anything.
    Failed,
}

/// What was scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The AMI.
    pub ami: Option<String>,
    /// The instance.
    pub instance: Option<String>,
    /// The AWS account.
    pub account: Option<String>,
    /// The AWS region.
    pub region: Option<String>,
    /// The instance type.
    pub instance_type: Option<String>,
    /// The architecture as `uname -m` has it.
    pub arch: Option<String>,
    /// The host's name.
    pub hostname: Option<String>,
    /// The directory that was scanned: `/` for a running machine.
    pub root: String,
    /// Whether the running machine was scanned, as opposed to an unpacked or mounted root.
    pub live: bool,
    /// Whether the scan ran as root.
    pub privileged: bool,
    /// The operating system, from os-release(5).
    pub os: Os,
    /// The running kernel's release.
    pub kernel: Option<String>,
    /// How the machine was booted.
    pub boot: Boot,
}

/// The operating system, from os-release(5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Os {
    /// `ID`.
    pub id: Option<String>,
    /// `VERSION_ID`.
    pub version_id: Option<String>,
    /// `PRETTY_NAME`.
    pub pretty_name: Option<String>,
}

/// How the machine was booted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Boot {
    /// `uefi` or `bios`.
    pub firmware: Option<String>,
    /// Whether Secure Boot is on.
    pub secure_boot: Option<bool>,
    /// The first process.
    pub init: Option<String>,
    /// The hypervisor or container engine.
    pub virtualization: Option<String>,
}

/// Lynis's hardening index. Two are comparable only where `lynis_version`, `profile_sha256` and
/// `max_points` are the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// floor(points x 100 / max_points).
    #[cfg_attr(test, schemars(range(max = 100)))]
    pub index: u8,
    /// Points achieved; null where only Lynis's report file was at hand.
    pub points: Option<u32>,
    /// Points that could have been achieved on this machine.
    pub max_points: Option<u32>,
    /// The version of Lynis.
    pub lynis_version: String,
    /// The profile's name.
    pub profile: String,
    /// SHA-256 of the profile; null for reports that others made.
    pub profile_sha256: Option<String>,
    /// What each test gave.
    pub tests: Vec<ScoredTest>,
}

/// The points of one Lynis test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScoredTest {
    /// The test's id.
    pub id: String,
    /// Points achieved.
    pub points: u32,
    /// Points that could have been achieved.
    pub max_points: u32,
}

/// How many there are of each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Findings of severity critical.
    pub critical: u64,
    /// Findings of severity high.
    pub high: u64,
    /// Findings of severity medium.
    pub medium: u64,
    /// Findings of severity low.
    pub low: u64,
    /// Findings of severity info.
    pub info: u64,
}

/// What one engine did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// Which engine.
    pub engine: EngineId,
    /// Its version, where it has one of its own.
    pub version: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it did not run to its end; null if it did.
    pub why: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What became of each check, sorted by id.
    pub checks: Vec<Check>,
}

/// A source of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum EngineId {
    /// Lynis.
    Lynis,
    /// Our own checks.
    Native,
    /// The installed packages.
    Packages,
    /// OpenSCAP.
    OpenScap,
}

/// How an engine ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It ran to its end.
    Ran,
    /// It ran, but not all of it.
    Partial,
    /// It was left out on purpose, or has nothing to do here.
    Skipped,
    /// It gave nothing.
    Failed,
}

/// What became of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The check's id.
    pub id: String,
    /// What became of it.
    pub outcome: CheckState,
    /// Why it gave neither pass nor fail; null if it did.
    pub why: Option<String>,
}

/// What became of a check. Unknown is not a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// It looked and found nothing wrong.
    Pass,
    /// It looked and found something wrong.
    Fail,
    /// What it looks at does not exist here.
    NotApplicable,
    /// It could not look.
    Unknown,
    /// It was left out on purpose.
    Skipped,
}

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The check or test that found it.
    pub id: String,
    /// The engine that it comes from.
    pub engine: EngineId,
    /// What is wrong.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The area it belongs to.
    pub category: String,
    /// What the fault is about (a path, a user, a setting); empty where the check has one subject.
    pub subject: String,
    /// What was seen, an observation an entry.
    pub evidence: Vec<String>,
    /// What to do about it.
    pub remediation: String,
    /// Where to read on.
    pub references: Vec<Reference>,
    /// The same fault on the next image has the same fingerprint.
    #[cfg_attr(test, schemars(regex(pattern = r"^[0-9a-f]{32}$")))]
    pub fingerprint: String,
    /// The tests of other engines that say the same of this machine; counted here and nowhere else.
    pub same_as: Vec<String>,
    /// Who lives with it; null if nobody does.
    pub waiver: Option<Waiver>,
}

/// The decision to live with something for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day (UTC) on which it holds, as YYYY-MM-DD.
    #[serde(with = "date")]
    #[cfg_attr(test, schemars(with = "String", extend("format" = "date")))]
    pub expires: Date,
    /// Whether that day was over: then it holds no longer.
    pub expired: bool,
}

/// How bad a finding is, by what an attacker gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Hands over the machine or an account without further work.
    Critical,
    /// One step from handing over the machine or an account.
    High,
    /// Weakens a defence.
    Medium,
    /// Hardening left undone.
    Low,
    /// Worth knowing.
    Info,
}

/// A place to read on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What it is called.
    pub name: String,
    /// Where it is, if it has an address.
    pub url: Option<String>,
}

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version as the package manager writes it.
    pub version: String,
    /// Its architecture.
    pub arch: Option<String>,
    /// The kind of package: `deb`, `rpm`, `apk`, or of a language `pypi`, `npm`, `gem`, `golang`; `lynis`
    /// where only Lynis's list was at hand.
    pub kind: String,
    /// The source package, where it has another name.
    pub source: Option<String>,
    /// The source package's version, where it is another one.
    pub source_version: Option<String>,
    /// The module and stream that an rpm belongs to.
    pub module: Option<String>,
    /// The file that a language's package was read from.
    pub location: Option<String>,
}

/// What vulnerabilities were looked up in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Advisories {
    /// Where the advisories come from.
    pub origin: Origin,
    /// When the file was built (RFC 3339, UTC); of a file only.
    #[cfg_attr(test, schemars(with = "Option<String>", extend("format" = "date-time")))]
    pub built: Option<Timestamp>,
    /// The file's SHA-256; of a file only.
    pub sha256: Option<String>,
    /// The feeds that speak of this machine's release, sorted by name.
    pub feeds: Vec<Feed>,
}

/// Where advisories come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A file of advisories.
    File,
    /// What the machine's package manager keeps of its repositories: pending security updates only.
    Repositories,
}

/// One source of advisories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Its name and release.
    pub name: String,
    /// Of when its state is (RFC 3339, UTC).
    #[cfg_attr(test, schemars(with = "Option<String>", extend("format" = "date-time")))]
    pub as_of: Option<Timestamp>,
    /// How many entries it has for this release.
    pub entries: u64,
}

/// A known vulnerability of an installed package: one for each CVE and package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Vulnerability {
    /// Its CVE id; the advisory's own id where that names no CVE.
    pub id: String,
    /// The installed package that has it.
    pub package: String,
    /// That package's kind.
    pub kind: String,
    /// The version installed.
    pub installed: String,
    /// The source package, where it has another name.
    pub source: Option<String>,
    /// Whether a newer version repairs it.
    pub fix: Fix,
    /// The version that repairs it; null unless one is available.
    pub fixed: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Who says how bad it is.
    pub rated: Rated,
    /// The CVSS base score.
    pub cvss: Option<String>,
    /// The advisory that repairs it.
    pub advisory: Option<String>,
    /// Who lives with it; null if nobody does.
    pub waiver: Option<Waiver>,
}

/// Whether a newer version repairs a vulnerability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Fix {
    /// One does.
    Available,
    /// None does, for now.
    None,
    /// None will: the distribution says so.
    WontFix,
}

/// Who says how bad a vulnerability is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Rated {
    /// The distribution.
    Vendor,
    /// The CVSS base score.
    Cvss,
    /// Nobody: it counts as medium.
    Unrated,
}

/// Writes a report: indented JSON with a line end after it.
pub fn to_json(report: &model::Report) -> Result<String, serde_json::Error> {
    let mut json = serde_json::to_string_pretty(&Report::from(report))?;
    json.push('\n');
    Ok(json)
}

/// The JSON Schema (2020-12) of the wire format, indented, with a line end after it. It is generated
/// from the types above, by a test that also sees to it that it is theirs.
pub const SCHEMA: &str = include_str!("../schema/v1.json");

#[cfg(test)]
mod tests;
