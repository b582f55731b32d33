//! One thing that is wrong, as the ledger knows it: a finding of an engine, a known vulnerability, a
//! non-compliant item of Systems Manager, or a failed control of InSpec.

use hardtarget_report::{EngineId, Finding, Severity, Vulnerability, clean_line};
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What tells it from the others of its target: a report's fingerprint, or for Systems Manager and
    /// InSpec the MD5 of instance id and title, as such tools key theirs.
    pub key: String,
    /// The check's id: `HT-SSH-001`, `SSH-7408`, `CVE-2026-1234`, a control's id.
    pub id: String,
    /// What is wrong.
    pub title: String,
    /// How much it matters.
    #[serde(with = "severity")]
    pub severity: Severity,
    /// Where it is wrong: a file, a package; may be empty.
    pub subject: String,
    /// Who says so: an engine's name, `ssm`, `inspec`.
    pub engine: String,
}

impl Fault {
    /// Cleaned and cut: a row of DynamoDB holds 400 KB, and a report's author could write more.
    #[must_use]
    pub fn cut(self) -> Self {
        Self {
            key: clean_line(&self.key, 100),
            id: clean_line(&self.id, 200),
            title: clean_line(&self.title, 500),
            severity: self.severity,
            subject: clean_line(&self.subject, 1_000),
            engine: clean_line(&self.engine, 100),
        }
    }

    /// A finding of a report.
    #[must_use]
    pub fn of_finding(finding: &Finding) -> Self {
        Self {
            key: finding.fingerprint.clone(),
            id: finding.id.clone(),
            title: finding.title.clone(),
            severity: finding.severity,
            subject: finding.subject.clone(),
            engine: finding.engine.to_string(),
        }
        .cut()
    }

    /// A known vulnerability of a report.
    #[must_use]
    pub fn of_vulnerability(one: &Vulnerability) -> Self {
        Self {
            key: one.fingerprint(),
            id: one.id.clone(),
            title: format!("{} in {} {}", one.id, one.package, one.installed),
            severity: one.severity,
            subject: one.package.clone(),
            engine: EngineId::Packages.to_string(),
        }
        .cut()
    }

    /// The key of a fault that has no fingerprint: the MD5 of instance id and title, in hexadecimal.
    #[must_use]
    pub fn md5_key(instance: &str, title: &str) -> String {
        let digest = Md5::new().chain_update(instance).chain_update(title);
        data_encoding::HEXLOWER.encode(&digest.finalize())
    }
}

/// A severity by its name on the wire.
pub mod severity {
    use hardtarget_report::Severity;
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Writes the name.
    pub fn serialize<S: Serializer>(one: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(one.as_str())
    }

    /// Reads the name.
    pub fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Severity, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}
