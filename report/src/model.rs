//! The report as the code sees it; [`crate::v1`] is how it travels.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;

use crate::{Advisories, Counts, EngineRun, Finding, Score, Target, Vulnerability};

/// The outcome of one scan of one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// When, by what, and how it went.
    pub scan: Scan,
    /// What was scanned.
    pub target: Target,
    /// Lynis's hardening index; `None` where Lynis did not run to its end.
    pub score: Option<Score>,
    /// What each engine did, in the order of [`crate::EngineId::ALL`].
    pub engines: Vec<EngineRun>,
    /// What is wrong, worst first, then by id and subject.
    pub findings: Vec<Finding>,
    /// What vulnerabilities were looked up in; `None` if they were not looked for.
    pub advisories: Option<Advisories>,
    /// Known vulnerabilities of the installed packages, worst first, then by package and id.
    pub vulnerabilities: Vec<Vulnerability>,
    /// The installed packages, sorted by name.
    pub packages: Vec<Package>,
    /// What engines told besides findings, by name (`lynis.boot_loader`); for reading, not for deciding.
    pub facts: BTreeMap<String, Vec<String>>,
}

impl Report {
    /// How many findings there are of each severity, without those that are waived.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let open = self.findings.iter().filter(|one| !one.is_waived());
        Counts::of(open.map(|one| one.severity))
    }

    /// How many vulnerabilities there are of each severity, without those that are waived; `None` if
    /// they were not looked for, which is not the same as none.
    #[must_use]
    pub fn vulnerability_counts(&self) -> Option<Counts> {
        self.advisories.as_ref()?;
        let open = self.vulnerabilities.iter().filter(|one| !one.is_waived());
        Some(Counts::of(open.map(|one| one.severity)))
    }

    /// How many findings and vulnerabilities are waived.
    #[must_use]
    pub fn waived(&self) -> u64 {
        let findings = self.findings.iter().filter(|one| one.is_waived()).count();
        let vulnerabilities = self.vulnerabilities.iter().filter(|one| one.is_waived());
        (findings + vulnerabilities.count()) as u64
    }

    /// Brings everything into the order in which it is written, so that the same scan gives the
    /// same bytes. Of findings with one fingerprint the worst stays, with the evidence of all; of
    /// vulnerabilities likewise the worst.
    pub fn sort(&mut self) {
        self.findings
            .sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let mut kept: Vec<Finding> = Vec::with_capacity(self.findings.len());
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for finding in self.findings.drain(..) {
            let place = *places
                .entry(finding.fingerprint.clone())
                .or_insert(kept.len());
            match kept.get_mut(place) {
                Some(worst) => {
                    for line in finding.evidence {
                        if !worst.evidence.contains(&line) {
                            worst.evidence.push(line);
                        }
                    }
                }
                None => kept.push(finding),
            }
        }
        self.findings = kept;
        self.engines.sort_by_key(|run| run.engine);
        for run in &mut self.engines {
            run.checks.sort();
            run.checks.dedup();
        }
        self.packages.sort();
        self.packages.dedup();
        if let Some(advisories) = &mut self.advisories {
            advisories.feeds.sort();
            advisories.feeds.dedup();
        }
        // The whole as the last key: no two that differ have the same place.
        self.vulnerabilities
            .sort_by(|a, b| a.sort_key().cmp(&b.sort_key()).then_with(|| a.cmp(b)));
        let mut seen = BTreeSet::new();
        self.vulnerabilities
            .retain(|one| seen.insert((one.id.clone(), one.package.clone())));
    }
}

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Unique to this scan: 32 hexadecimal digits.
    pub id: String,
    /// The agent's version.
    pub agent_version: String,
    /// When it began (UTC).
    pub started: Timestamp,
    /// When it ended (UTC).
    pub finished: Timestamp,
    /// How it went.
    pub status: Status,
    /// Why it is not complete, one reason a line; empty if it is.
    pub why: Vec<String>,
}

/// How a scan went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Every engine that was asked for ran to its end.
    Complete,
    /// Some engine did not, or not all of it.
    Partial,
    /// No engine gave anything.
    Failed,
}

impl Status {
    /// The lower-case word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version as the package manager writes it (epoch and revision included).
    pub version: String,
    /// Its architecture, where the package manager has one.
    pub arch: Option<String>,
    /// The kind of package: `deb`, `rpm`, `apk`, or of a language `pypi`, `npm`, `gem`, `golang`; `lynis`
    /// where only Lynis's list is at hand.
    pub kind: String,
    /// The source package, where it has another name.
    pub source: Option<String>,
    /// The source package's version, where it is another one.
    pub source_version: Option<String>,
    /// The module and stream that an rpm belongs to, e.g. `postgresql:15`.
    pub module: Option<String>,
    /// The file that a language's package was read from.
    pub location: Option<String>,
}

#[cfg(test)]
mod tests {
    use crate::{Severity, sample};

    #[test]
    fn of_one_fault_found_twice_the_worse_stays_with_all_evidence() {
        let mut report = sample::typical();
        let before = report.findings.len();
        let first = report.findings[0].clone();
        let mut again = first.clone();
        again.severity = Severity::Info;
        again.evidence = vec!["seen again".to_owned()];
        report.findings.push(again);
        report.sort();
        assert_eq!(report.findings.len(), before);
        assert_eq!(report.findings[0].severity, first.severity);
        assert_eq!(
            report.findings[0].evidence.last().map(String::as_str),
            Some("seen again")
        );
    }
}
