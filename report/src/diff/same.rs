//! Which findings of one scan are part of another engine's finding in the other scan, see
//! [`Finding::stands_for`]. Each line of evidence is looked up once among the findings: holding each finding
//! against each takes hours for two large reports that mean harm.

use std::collections::BTreeSet;

use crate::{EngineId, Finding, Report};

/// Findings by all that another engine's finding tells of them, and by their engine.
pub(super) struct Names<'a>(BTreeSet<(&'a str, &'a str, EngineId)>);

impl<'a> Names<'a> {
    /// Those of a scan.
    pub(super) fn of(report: &'a Report) -> Self {
        Self(report.findings.iter().map(name).collect())
    }

    /// Those of these findings that another scan has as part of others.
    pub(super) fn said_by(&self, other: &'a Report) -> Self {
        let findings = other.findings.iter();
        Self(findings.flat_map(|one| self.taken_in(one)).collect())
    }

    /// Whether this finding is among them.
    pub(super) fn has(&self, finding: &Finding) -> bool {
        self.0.contains(&name(finding))
    }

    /// Whether this finding has taken in any of them.
    pub(super) fn any_in(&self, finding: &Finding) -> bool {
        self.taken_in(finding).next().is_some()
    }

    fn taken_in<'b>(&self, by: &'b Finding) -> impl Iterator<Item = (&'b str, &'b str, EngineId)> {
        let engines = EngineId::ALL.into_iter();
        let others = engines.filter(|engine| *engine != by.engine);
        let told = by.told().flat_map(move |(id, subject)| {
            let others = others.clone();
            others.map(move |engine| (id, subject, engine))
        });
        told.filter(|name| self.0.contains(name))
    }
}

fn name(finding: &Finding) -> (&str, &str, EngineId) {
    (&finding.id, &finding.subject, finding.engine)
}
