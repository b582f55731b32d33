//! Findings of one check as one row: the same id with several subjects.

use std::collections::{BTreeMap, BTreeSet};

use crate::{EngineId, Finding, Severity};

/// Findings that say the same of different subjects.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The first of them, for what all of them share.
    pub(super) first: &'a Finding,
    /// All of them, in the report's order.
    pub(super) findings: Vec<&'a Finding>,
    /// The name by which a link finds it: the id, for the first group that has it.
    pub(super) anchor: Option<&'a str>,
}

impl Group<'_> {
    /// Whether all of them have one remediation, so that it need be said only once.
    pub(super) fn one_remediation(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.remediation == self.first.remediation)
    }

    /// Whether all of them have the same references.
    pub(super) fn one_set_of_references(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.references == self.first.references)
    }
}

/// Groups findings that have engine, id, severity, category and title in common, worst first.
pub(super) fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    type Key<'a> = (Severity, &'a str, EngineId, &'a str, &'a str);
    let mut groups: BTreeMap<Key<'_>, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let key = (
            finding.severity,
            finding.id.as_str(),
            finding.engine,
            finding.title.as_str(),
            finding.category.as_str(),
        );
        groups.entry(key).or_default().push(finding);
    }
    let mut anchors = BTreeSet::new();
    groups
        .into_values()
        .filter_map(|findings| {
            let first = *findings.first()?;
            let anchor = anchor(&first.id).filter(|anchor| anchors.insert(*anchor));
            Some(Group {
                first,
                findings,
                anchor,
            })
        })
        .collect()
}

/// A check's id as the name of a place in the page. The page's own places are in lower case, so
/// an id of the ordinary form never stands for one of them.
fn anchor(id: &str) -> Option<&str> {
    let ordinary = id.len() <= 64
        && id.starts_with(|c: char| c.is_ascii_uppercase())
        && id
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
    ordinary.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_check_with_several_subjects_is_one_row() {
        let report = sample::typical();
        let groups = groups(&report.findings);
        let keys = groups
            .iter()
            .find(|group| group.first.id == "HT-IMG-003")
            .unwrap();
        assert_eq!(keys.findings.len(), 5);
        assert_eq!(keys.anchor, Some("HT-IMG-003"));
        let all: usize = groups.iter().map(|group| group.findings.len()).sum();
        assert_eq!(all, report.findings.len());
        assert!(groups.is_sorted_by_key(|group| group.first.severity));
    }

    #[test]
    fn an_odd_id_names_no_place() {
        for id in ["", "findings", "a b", "\"x", "HT IMG", "7-UP"] {
            assert_eq!(anchor(id), None, "{id}");
        }
    }
}
