//! Known vulnerabilities by source package: what one upgrade would repair.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Counts, Fix, Rated, Severity, Vulnerability, Waiver};

use super::versions::newest;

/// The packages made of one source, which are upgraded together, and what is known of them.
#[derive(Debug)]
pub(super) struct Upgrade<'a> {
    /// The source package's name; a package that has no other source is its own.
    pub(super) name: &'a str,
    /// The kind of package.
    pub(super) kind: &'a str,
    /// The packages installed.
    pub(super) packages: BTreeSet<&'a str>,
    /// The versions installed.
    pub(super) installed: BTreeSet<&'a str>,
    /// The newest of the versions that repair something.
    pub(super) fixed: Option<&'a str>,
    /// Its vulnerabilities, worst first.
    pub(super) known: Vec<Known<'a>>,
}

/// One vulnerability of some of these packages.
#[derive(Debug)]
pub(super) struct Known<'a> {
    /// What is the same for all of these packages.
    pub(super) first: &'a Vulnerability,
    /// The packages, sorted.
    pub(super) packages: Vec<&'a str>,
}

impl Upgrade<'_> {
    /// How many vulnerabilities there are of each severity; each package's own counts.
    pub(super) fn counts(&self) -> Counts {
        counts(self.known.iter())
    }

    /// How many of them the upgrade repairs.
    pub(super) fn repaired(&self) -> Counts {
        counts(self.known.iter().filter(|one| one.first.fixed().is_some()))
    }

    /// The worst of them.
    pub(super) fn severity(&self) -> Severity {
        self.known
            .first()
            .map_or(Severity::Info, |one| one.first.severity)
    }

    /// The advisories that the upgrade brings, sorted.
    pub(super) fn advisories(&self) -> BTreeSet<&str> {
        let known = self.known.iter();
        known
            .filter(|one| one.first.fixed().is_some())
            .filter_map(|one| one.first.advisory.as_deref())
            .collect()
    }
}

fn counts<'a>(known: impl Iterator<Item = &'a Known<'a>>) -> Counts {
    Counts::of(known.flat_map(|one| one.packages.iter().map(|_| one.first.severity)))
}

/// The vulnerabilities that are not waived by source package, worst first: most critical ones, then
/// most high ones, and so on.
pub(super) fn upgrades(vulnerabilities: &[Vulnerability]) -> Vec<Upgrade<'_>> {
    let mut sources: BTreeMap<(&str, &str), Vec<&Vulnerability>> = BTreeMap::new();
    for one in vulnerabilities.iter().filter(|one| !one.is_waived()) {
        let name = one.source.as_deref().unwrap_or(&one.package);
        sources.entry((name, &one.kind)).or_default().push(one);
    }
    let mut upgrades: Vec<Upgrade<'_>> = sources
        .into_iter()
        .map(|((name, kind), all)| Upgrade {
            name,
            kind,
            packages: all.iter().map(|one| one.package.as_str()).collect(),
            installed: all.iter().map(|one| one.installed.as_str()).collect(),
            fixed: newest(all.iter().filter_map(|one| one.fixed())),
            known: known(&all),
        })
        .collect();
    upgrades.sort_by_cached_key(|upgrade| {
        let counts = upgrade.counts();
        let worst = Severity::ALL.map(|severity| u64::MAX - counts.get(severity));
        (worst, upgrade.name.to_owned(), upgrade.kind.to_owned())
    });
    upgrades
}

/// The same vulnerability of several packages as one.
fn known<'a>(all: &[&'a Vulnerability]) -> Vec<Known<'a>> {
    type Key<'a> = (
        Severity,
        &'a str,
        &'a Fix,
        Option<&'a str>,
        Rated,
        Option<&'a str>,
        Option<&'a Waiver>,
    );
    let mut same: BTreeMap<Key<'a>, Vec<&'a Vulnerability>> = BTreeMap::new();
    for one in all {
        let key = (
            one.severity,
            one.id.as_str(),
            &one.fix,
            one.advisory.as_deref(),
            one.rated,
            one.cvss.as_deref(),
            one.waiver.as_ref(),
        );
        same.entry(key).or_default().push(one);
    }
    same.into_values()
        .filter_map(|all| {
            let mut packages: Vec<&str> = all.iter().map(|one| one.package.as_str()).collect();
            packages.sort_unstable();
            Some(Known {
                first: *all.first()?,
                packages,
            })
        })
        .collect()
}

/// What can be done about the vulnerabilities that are not waived.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outlook {
    /// How many there are.
    pub(super) all: u64,
    /// How many an upgrade repairs.
    pub(super) repaired: u64,
    /// How many upgrades that takes.
    pub(super) upgrades: u64,
    /// How many have no repair yet.
    pub(super) not_yet: u64,
    /// How many will have none.
    pub(super) never: u64,
}

/// Sums up what can be done.
pub(super) fn outlook(upgrades: &[Upgrade<'_>]) -> Outlook {
    let mut outlook = Outlook::default();
    for upgrade in upgrades {
        outlook.upgrades += u64::from(upgrade.fixed.is_some());
        for known in &upgrade.known {
            let count = known.packages.len() as u64;
            outlook.all += count;
            *match known.first.fix {
                Fix::Available(_) => &mut outlook.repaired,
                Fix::None => &mut outlook.not_yet,
                Fix::WontFix => &mut outlook.never,
            } += count;
        }
    }
    outlook
}

impl Outlook {
    /// The same in a sentence without its first word's capital and its full stop.
    pub(super) fn sentence(&self) -> String {
        let Self {
            all,
            repaired,
            upgrades,
            not_yet,
            never,
        } = self;
        let mut parts = Vec::new();
        if *repaired > 0 {
            let packages = if *upgrades == 1 {
                "one package".to_owned()
            } else {
                format!("{upgrades} packages")
            };
            parts.push(format!(
                "{repaired} of {all} go away by upgrading {packages}"
            ));
        }
        let have = |number: u64| if number == 1 { "has" } else { "have" };
        if *not_yet > 0 {
            parts.push(format!("{not_yet} {} no repair yet", have(*not_yet)));
        }
        if *never > 0 {
            parts.push(format!("{never} will not be repaired"));
        }
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{sample, strategy};

    #[test]
    fn packages_of_one_source_are_one_upgrade_to_the_newest_version() {
        let report = sample::vulnerable();
        let upgrades = upgrades(&report.vulnerabilities);
        let openssl = upgrades.first().unwrap();
        assert_eq!(openssl.name, "openssl");
        assert_eq!(Vec::from_iter(&openssl.packages), [&"libssl3", &"openssl"]);
        assert_eq!(openssl.fixed, Some("3.0.18-1~deb12u1"));
        assert_eq!(openssl.known.len(), 3);
        assert_eq!(openssl.counts().total(), 6);
        assert_eq!(
            Vec::from_iter(openssl.advisories()),
            ["DSA-6119-1", "DSA-6204-1"]
        );
    }

    #[test]
    fn what_can_be_done_is_summed_up() {
        let report = sample::vulnerable();
        let outlook = outlook(&upgrades(&report.vulnerabilities));
        assert_eq!(
            outlook.sentence(),
            "26 of 38 go away by upgrading 9 packages, 7 have no repair yet, 5 will not be repaired"
        );
        assert_eq!(
            Some(outlook.all),
            report.vulnerability_counts().map(|counts| counts.total())
        );
    }

    proptest! {
        #[test]
        fn every_vulnerability_that_is_not_waived_is_in_one_upgrade(report in strategy::report()) {
            let upgrades = upgrades(&report.vulnerabilities);
            let open = report.vulnerabilities.iter().filter(|one| !one.is_waived()).count();
            prop_assert_eq!(outlook(&upgrades).all, open as u64);
            let counts: u64 = upgrades.iter().map(|one| one.counts().total()).sum();
            prop_assert_eq!(counts, open as u64);
        }
    }
}
