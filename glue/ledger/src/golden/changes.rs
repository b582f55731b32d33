//! What is new and what is fixed by the `diff.json` beside a report, in short. Pure.

use hardtarget_report::{Severity, clean_line};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::severity;

/// How many are named of each list; all are counted.
const NAMED: usize = 20;

/// What changed since the report that the new one was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The AMI of that report, where it is known.
    pub ami: Option<String>,
    /// When its scan ended.
    pub finished: Timestamp,
    /// How many findings are new or back.
    pub new_findings: u64,
    /// How many known vulnerabilities are new or back.
    pub new_vulnerabilities: u64,
    /// The worst of these.
    pub new: Vec<Changed>,
    /// How many findings are fixed.
    pub fixed_findings: u64,
    /// How many vulnerabilities are fixed.
    pub fixed_vulnerabilities: u64,
    /// The worst of these.
    pub fixed: Vec<Changed>,
}

/// A finding or a known vulnerability that is new or fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The check's id, or `CVE-2026-1234`.
    pub id: String,
    /// How much it matters.
    #[serde(with = "severity")]
    pub severity: Severity,
    /// What is wrong.
    pub title: String,
    /// Why it is new although the image may be what it was; empty if there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// The members of a `diff.json` that are read, see [`hardtarget_report::diff::to_json`].
#[derive(Deserialize)]
struct Diff {
    old_scan: Scan,
    new: Vec<NewFinding>,
    fixed: Vec<Finding>,
    returned: Vec<Finding>,
    vulnerabilities: Vulnerabilities,
}

#[derive(Deserialize)]
struct Scan {
    finished: Timestamp,
    ami: Option<String>,
}

#[derive(Deserialize)]
struct NewFinding {
    finding: Finding,
    newly_looked_at: Option<String>,
}

#[derive(Deserialize)]
struct Finding {
    id: String,
    #[serde(with = "severity")]
    severity: Severity,
    title: String,
}

#[derive(Deserialize)]
struct Vulnerabilities {
    new: Vec<NewVulnerability>,
    fixed: Vec<Vulnerability>,
    returned: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct NewVulnerability {
    vulnerability: Vulnerability,
    newly_looked_at: Option<String>,
    newly_known: bool,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: String,
    package: String,
    installed: String,
    #[serde(with = "severity")]
    severity: Severity,
}

/// Reads a `diff.json`.
pub fn read(diff: &[u8]) -> Result<Changes, serde_json::Error> {
    let diff: Diff = serde_json::from_slice(diff)?;
    let back = "its waiver is over";
    let count = |lengths: [usize; 2]| u64::try_from(lengths.iter().sum::<usize>());
    let vulnerabilities = &diff.vulnerabilities;
    let new_findings = count([diff.new.len(), diff.returned.len()]);
    let new_vulnerabilities = count([vulnerabilities.new.len(), vulnerabilities.returned.len()]);
    let fixed_findings = count([diff.fixed.len(), 0]);
    let fixed_vulnerabilities = count([vulnerabilities.fixed.len(), 0]);
    let new = diff.new.iter().map(|one| {
        let why = one.newly_looked_at.as_deref();
        one.finding.told(why.unwrap_or_default())
    });
    let known = vulnerabilities.new.iter().map(|one| {
        let why = one.newly_looked_at.as_deref();
        let known = "it was not known then, in the same version of the package";
        let why = why.or_else(|| one.newly_known.then_some(known));
        one.vulnerability.told(why.unwrap_or_default())
    });
    let returned = diff.returned.iter().map(|one| one.told(back));
    let more = vulnerabilities.returned.iter().map(|one| one.told(back));
    let fixed = diff.fixed.iter().map(|one| one.told(""));
    let repaired = vulnerabilities.fixed.iter().map(|one| one.told(""));
    Ok(Changes {
        ami: diff.old_scan.ami.map(|ami| clean_line(&ami, 40)),
        finished: diff.old_scan.finished,
        new_findings: new_findings.unwrap_or(u64::MAX),
        new_vulnerabilities: new_vulnerabilities.unwrap_or(u64::MAX),
        new: worst(new.chain(returned).chain(known).chain(more)),
        fixed_findings: fixed_findings.unwrap_or(u64::MAX),
        fixed_vulnerabilities: fixed_vulnerabilities.unwrap_or(u64::MAX),
        fixed: worst(fixed.chain(repaired)),
    })
}

fn worst(all: impl Iterator<Item = Changed>) -> Vec<Changed> {
    let mut all: Vec<Changed> = all.collect();
    all.sort_by_key(|one| one.severity);
    all.truncate(NAMED);
    all
}

impl Finding {
    fn told(&self, why: &str) -> Changed {
        Changed {
            id: clean_line(&self.id, 80),
            severity: self.severity,
            title: clean_line(&self.title, 160),
            why: clean_line(why, 160),
        }
    }
}

impl Vulnerability {
    fn told(&self, why: &str) -> Changed {
        let Self {
            id,
            package,
            installed,
            severity,
        } = self;
        Changed {
            id: clean_line(id, 80),
            severity: *severity,
            title: clean_line(&format!("{package} {installed}"), 160),
            why: clean_line(why, 160),
        }
    }
}

#[cfg(test)]
mod tests {
    use hardtarget_report::{diff, v1};

    use super::*;

    fn sample(name: &str) -> hardtarget_report::Report {
        let path = format!(
            "{}/../../tests/cloud/reports/{name}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        v1::parse(&std::fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn what_the_report_crate_writes_is_read_worst_first() {
        let (old, mut new) = (sample("typical"), sample("typical"));
        let gone = new.findings.remove(0);
        let all = diff::to_json(&diff::diff(&sample("spotless"), &old)).unwrap();
        let changes = read(all.as_bytes()).unwrap();
        assert_eq!(
            usize::try_from(changes.new_findings).unwrap(),
            old.findings.len()
        );
        assert_eq!(changes.new.len(), NAMED.min(old.findings.len()));
        assert!(changes.new.is_sorted_by_key(|one| one.severity));
        let changes = read(diff::to_json(&diff::diff(&old, &new)).unwrap().as_bytes()).unwrap();
        assert_eq!((changes.new_findings, changes.fixed_findings), (0, 1));
        assert_eq!(changes.fixed[0].id, gone.id);
        assert_eq!(changes.ami, old.target.ami);
        assert!(read(b"{}").is_err());
    }
}
