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

impl<'a> Group<'a> {
    /// The tests of other engines that say the same, each once.
    pub(super) fn same_as(&self) -> BTreeSet<&'a str> {
        let findings = self.findings.iter();
        findings
            .flat_map(|one| one.same_as.iter().map(String::as_str))
            .collect()
    }

    /// Whether one of them has a waiver that has expired.
    pub(super) fn has_expired(&self) -> bool {
        self.findings.iter().any(|one| one.waiver.is_some())
    }

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

/// Groups by the tests whose findings are in them: their own, and those that they share with another
/// engine's.
pub(super) struct ByTest<'a>(BTreeMap<&'a str, &'a Group<'a>>);

impl<'a> ByTest<'a> {
    /// These groups.
    pub(super) fn of(groups: &'a [Group<'a>]) -> Self {
        let mut by_test = BTreeMap::new();
        for group in groups {
            let shared = group.findings.iter().flat_map(|one| &one.same_as);
            for test in std::iter::once(&group.first.id).chain(shared) {
                by_test.entry(test.as_str()).or_insert(group);
            }
        }
        Self(by_test)
    }

    /// The first group that has findings of this test.
    pub(super) fn get(&self, test: &str) -> Option<&'a Group<'a>> {
        self.0.get(test).copied()
    }
}

/// Groups the findings that are not waived and have engine, id, severity, category and title in common,
/// worst first.
pub(super) fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    grouped(findings.iter().filter(|one| !one.is_waived()))
}

/// Groups all of these findings.
pub(super) fn grouped<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Group<'a>> {
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

/// A check's id as the name of a place in the page. The page's own places are in lower case and without
/// `_`, so an id of the ordinary form (`HT-SSH-001`, OpenSCAP's `sshd_disable_root_login`) never stands
/// for one of them.
pub(super) fn anchor(id: &str) -> Option<&str> {
    let digit = |c: char| c.is_ascii_digit();
    let ours = id.starts_with(|c: char| c.is_ascii_uppercase())
        && id
            .chars()
            .all(|c| c.is_ascii_uppercase() || digit(c) || c == '-');
    let rule = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.contains('_')
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || digit(c) || matches!(c, '_' | '-'));
    (id.len() <= 100 && (ours || rule)).then_some(id)
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
    fn a_test_has_the_first_group_that_speaks_for_it() {
        let report = sample::vulnerable();
        let groups = groups(&report.findings);
        let by_test = ByTest::of(&groups);
        let anchor = |test| by_test.get(test).and_then(|group| group.anchor);
        assert_eq!(anchor("HT-ACC-002"), Some("HT-ACC-002"));
        assert_eq!(anchor("AUTH-9283"), Some("HT-ACC-002"));
        assert_eq!(anchor("AUTH-0000"), None);
    }

    #[test]
    fn an_odd_id_names_no_place() {
        for id in ["", "findings", "a b", "\"x", "HT IMG", "7-UP", "_a", "a_B"] {
            assert_eq!(anchor(id), None, "{id}");
        }
    }
}
