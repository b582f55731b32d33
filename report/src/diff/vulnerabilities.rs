//! Which known vulnerabilities came and went.
//!
//! One that is gone is *fixed* only where the new scan looked for it again; and one that is new on an old
//! package is *newly known*: the advisories changed, not the machine.

use std::collections::BTreeMap;

use crate::{Report, Vulnerability};

use super::{Affected, Looked};

/// What changed in the known vulnerabilities. Each list is sorted worst first, as in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vulnerabilities {
    /// Whether the old scan looked for vulnerabilities.
    pub old_looked: bool,
    /// Whether the new scan did.
    pub new_looked: bool,
    /// Those of the new scan that the old one does not have.
    pub new: Vec<NewVulnerability>,
    /// Those of the old scan that the new one looked for and did not find.
    pub fixed: Vec<Vulnerability>,
    /// Those of the old scan that the new one did not look for: nothing is known of them.
    pub unseen: Vec<UnseenVulnerability>,
    /// Those of both, as the new scan has them.
    pub unchanged: Vec<Vulnerability>,
    /// Those of both that were waived in the old scan and are no longer.
    pub returned: Vec<Vulnerability>,
    /// Those of the new scan that are waived.
    pub waived: Vec<Vulnerability>,
}

/// A vulnerability that the old scan does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVulnerability {
    /// The vulnerability.
    pub vulnerability: Vulnerability,
    /// Why the old scan could not have had it, if so: it may be an old one, newly looked at.
    pub newly_looked_at: Option<String>,
    /// Whether the old scan looked, and had this very version of the package.
    pub newly_known: bool,
}

/// A vulnerability that the new scan did not look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnseenVulnerability {
    /// The vulnerability, from the old scan.
    pub vulnerability: Vulnerability,
    /// Why it was not looked for.
    pub why: String,
}

/// Compares the known vulnerabilities of two scans.
pub(super) fn vulnerabilities(
    (old, had): (&Report, &Looked),
    (new, has): (&Report, &Looked),
) -> Vulnerabilities {
    let (before, after) = (by_name(old), by_name(new));
    let mut diff = Vulnerabilities {
        old_looked: old.advisories.is_some(),
        new_looked: new.advisories.is_some(),
        new: Vec::new(),
        fixed: Vec::new(),
        unseen: Vec::new(),
        unchanged: Vec::new(),
        returned: Vec::new(),
        waived: Vec::new(),
    };
    for one in new.vulnerabilities.iter() {
        let list = match before.get(&(&*one.id, &*one.package)) {
            _ if one.is_waived() => &mut diff.waived,
            Some(other) if other.is_waived() => &mut diff.returned,
            Some(_) => &mut diff.unchanged,
            None => {
                let affected = Affected::from(one);
                let newly_looked_at = had.not_looked_up(&affected);
                diff.new.push(NewVulnerability {
                    newly_known: newly_looked_at.is_none() && had.installed(&affected),
                    newly_looked_at,
                    vulnerability: one.clone(),
                });
                continue;
            }
        };
        list.push(one.clone());
    }
    // Looked for once: a report that means harm has 100,000 feeds.
    let missing = has.missing(had);
    let gone = old.vulnerabilities.iter();
    for one in gone.filter(|one| !after.contains_key(&(&*one.id, &*one.package))) {
        let vulnerability = one.clone();
        match has.did_not_look_up_again(&Affected::from(one), missing) {
            Some(why) => diff.unseen.push(UnseenVulnerability { vulnerability, why }),
            None => diff.fixed.push(vulnerability),
        }
    }
    diff
}

fn by_name(report: &Report) -> BTreeMap<(&str, &str), &Vulnerability> {
    let all = report.vulnerabilities.iter();
    all.map(|one| ((&*one.id, &*one.package), one)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Origin, diff::diff, sample};

    fn ids<'a>(all: impl IntoIterator<Item = &'a Vulnerability>) -> BTreeSet<&'a str> {
        all.into_iter().map(|one| &*one.id).collect()
    }

    /// [`sample::vulnerable`] with openssl upgraded.
    fn upgraded() -> Report {
        let mut report = sample::vulnerable();
        let openssl =
            |source: &Option<String>, name: &str| source.as_deref().unwrap_or(name) == "openssl";
        report
            .vulnerabilities
            .retain(|one| !openssl(&one.source, &one.package));
        for package in &mut report.packages {
            if openssl(&package.source, &package.name) {
                package.version = "3.0.18-1~deb12u1".to_owned();
            }
        }
        report
    }

    #[test]
    fn what_an_upgrade_repairs_is_fixed_and_what_a_downgrade_brings_is_new() {
        let (old, new) = (sample::vulnerable(), upgraded());
        let forth = diff(&old, &new).vulnerabilities;
        assert_eq!(forth.fixed.len(), 6);
        assert!(forth.new.is_empty() && forth.unseen.is_empty() && forth.returned.is_empty());
        assert_eq!(forth.waived.len(), 3);
        let back = diff(&new, &old).vulnerabilities;
        assert_eq!(
            ids(back.new.iter().map(|one| &one.vulnerability)),
            ids(&forth.fixed)
        );
        let really = |one: &NewVulnerability| !one.newly_known && one.newly_looked_at.is_none();
        assert!(back.new.iter().all(really));
    }

    #[test]
    fn what_became_known_of_an_old_package_is_newly_known() {
        let new = sample::vulnerable();
        let mut old = new.clone();
        old.vulnerabilities.retain(|one| one.package != "sudo");
        let diff = diff(&old, &new).vulnerabilities;
        assert_eq!(diff.new.len(), 1);
        assert!(diff.new[0].newly_known);
    }

    #[test]
    fn where_nobody_looked_nothing_is_fixed_and_all_is_newly_looked_at() {
        let (with, without) = (sample::vulnerable(), sample::typical());
        let gone = diff(&with, &without).vulnerabilities;
        assert!(gone.fixed.is_empty() && !gone.new_looked);
        assert_eq!(gone.unseen.len(), with.vulnerabilities.len());
        assert!(gone.unseen[0].why.contains("no advisories were given"));
        let come = diff(&without, &with).vulnerabilities;
        assert!(
            come.new
                .iter()
                .all(|one| one.newly_looked_at.is_some() && !one.newly_known)
        );
    }

    #[test]
    fn what_repositories_cannot_tell_of_is_unseen() {
        let old = sample::vulnerable();
        let mut new = upgraded();
        new.vulnerabilities.retain(|one| one.fixed().is_some());
        if let Some(advisories) = &mut new.advisories {
            advisories.origin = Origin::Repositories;
        }
        let diff = diff(&old, &new).vulnerabilities;
        assert_eq!(diff.fixed.len(), 6);
        assert!(
            diff.unseen
                .iter()
                .all(|one| one.vulnerability.fixed().is_none())
        );
        assert!(!diff.unseen.is_empty());
    }

    #[test]
    fn a_feed_that_is_missing_fixes_nothing() {
        let old = sample::vulnerable();
        let mut new = old.clone();
        new.vulnerabilities.retain(|one| one.package != "sudo");
        new.advisories.as_mut().unwrap().feeds.clear();
        let diff = diff(&old, &new).vulnerabilities;
        assert!(diff.fixed.is_empty());
        assert_eq!(diff.unseen[0].why, "the advisories are without Debian:12");
    }

    #[test]
    fn what_was_waived_and_is_no_longer_has_returned() {
        let old = sample::vulnerable();
        let mut new = old.clone();
        for waiver in new
            .vulnerabilities
            .iter_mut()
            .filter_map(|one| one.waiver.as_mut())
        {
            waiver.expired = true;
        }
        let forth = diff(&old, &new).vulnerabilities;
        assert_eq!(ids(&forth.returned), BTreeSet::from(["CVE-2019-91010"]));
        assert!(forth.new.is_empty() && forth.waived.is_empty());
        let back = diff(&new, &old).vulnerabilities;
        assert!(back.returned.is_empty() && back.fixed.is_empty());
        assert_eq!(back.waived.len(), 3);
    }
}
