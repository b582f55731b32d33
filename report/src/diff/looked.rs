//! What a scan looked for: a fault that it does not have is fixed only if it looked.

use std::collections::{BTreeMap, BTreeSet};

use crate::render::advisories::why_not;
use crate::{
    CheckOutcome, EngineId, EngineOutcome, MORE_PLACES, Origin, Package, Report, Vulnerability,
};

/// What a scan looked for. Small beside its report, and does not need it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    agent_version: String,
    engines: BTreeMap<EngineId, Engine>,
    /// Checks that name some places of their fault and only count the rest.
    counted: BTreeSet<(EngineId, String)>,
    /// Where the advisories come from, or why there are none.
    advisories: Result<Origin, String>,
    feeds: BTreeSet<String>,
    /// The versions of the packages, by kind and name.
    packages: BTreeMap<(String, String), BTreeSet<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Engine {
    outcome: EngineOutcome,
    checks: BTreeMap<String, CheckOutcome>,
}

/// What of a vulnerability decides whether a scan would have found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Affected<'a> {
    /// The package.
    pub package: &'a str,
    /// Its kind, as in [`Package::kind`].
    pub kind: &'a str,
    /// The version installed.
    pub installed: &'a str,
    /// Whether a newer version repairs it.
    pub has_fix: bool,
}

impl<'a> From<&'a Vulnerability> for Affected<'a> {
    fn from(one: &'a Vulnerability) -> Self {
        Self {
            package: &one.package,
            kind: &one.kind,
            installed: &one.installed,
            has_fix: one.fixed().is_some(),
        }
    }
}

impl Looked {
    /// What the scan of this report looked for.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let engine = |run: &crate::EngineRun| {
            let checks = run.checks.iter();
            Engine {
                outcome: run.outcome.clone(),
                // Of a check that is told of twice the first counts.
                checks: checks
                    .rev()
                    .map(|check| (check.id.clone(), check.outcome.clone()))
                    .collect(),
            }
        };
        let counted = report.findings.iter();
        let counted = counted.filter(|one| one.subject == MORE_PLACES);
        let feeds = report.advisories.iter().flat_map(|all| &all.feeds);
        let mut packages: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for Package {
            name,
            version,
            kind,
            ..
        } in &report.packages
        {
            let versions = packages.entry((kind.clone(), name.clone())).or_default();
            versions.insert(version.clone());
        }
        Self {
            agent_version: report.scan.agent_version.clone(),
            engines: report
                .engines
                .iter()
                .rev()
                .map(|run| (run.engine, engine(run)))
                .collect(),
            counted: counted.map(|one| (one.engine, one.id.clone())).collect(),
            advisories: report
                .advisories
                .as_ref()
                .map(|all| all.origin)
                .ok_or_else(|| why_not(report)),
            feeds: feeds.map(|feed| feed.name.clone()).collect(),
            packages,
        }
    }

    /// Why the scan did not look for a fault of this check that it does not have; `None` if it did look.
    ///
    /// Lynis's report file alone has no coverage. There, as with checks that Lynis does not tell of, an
    /// engine that ran to its end counts as having looked at everything.
    #[must_use]
    pub fn not_looked(&self, engine: EngineId, id: &str) -> Option<String> {
        let Some(run) = self.engines.get(&engine) else {
            return Some(format!("the engine {engine} was not asked"));
        };
        // A place that is not named may be among those that are only counted.
        if self.counted.contains(&(engine, id.to_owned())) {
            return Some("not all places of this fault are named".to_owned());
        }
        match (&run.outcome, run.checks.get(id)) {
            (EngineOutcome::Failed(why), _) => {
                Some(because(&format!("the engine {engine} failed"), why))
            }
            (EngineOutcome::Skipped(why), _) => {
                Some(because(&format!("the engine {engine} was left out"), why))
            }
            // It looked, whatever became of the rest. What does not exist here cannot be wrong.
            (_, Some(CheckOutcome::Pass | CheckOutcome::NotApplicable(_) | CheckOutcome::Fail)) => {
                None
            }
            (_, Some(CheckOutcome::Unknown(why))) => Some(because("the check could not look", why)),
            (_, Some(CheckOutcome::Skipped(why))) => Some(because("the check was left out", why)),
            (EngineOutcome::Partial(why), None) => Some(because(
                &format!("the engine {engine} did not run to its end"),
                why,
            )),
            (EngineOutcome::Ran, None) => (engine == EngineId::Native)
                .then(|| format!("version {} has no such check", short(&self.agent_version))),
        }
    }

    /// Why the scan did not look for a vulnerability that it does not have; `None` if it did look.
    #[must_use]
    pub fn not_looked_up(&self, one: &Affected<'_>) -> Option<String> {
        let origin = match &self.advisories {
            Ok(origin) => *origin,
            Err(why) => return Some(because("vulnerabilities were not looked for", why)),
        };
        if origin == Origin::Repositories && !one.has_fix {
            return Some("the machine's repositories tell of pending updates only".to_owned());
        }
        match &self.engines.get(&EngineId::Packages)?.outcome {
            EngineOutcome::Partial(why) | EngineOutcome::Failed(why)
                if self.versions(one).is_none() =>
            {
                Some(because("not all packages were read", why))
            }
            _ => None,
        }
    }

    /// Like [`Self::not_looked_up`], of a vulnerability that an earlier scan found with these feeds: where
    /// the package is still there in its version, and one of the feeds is not, then the repair is not what
    /// made the vulnerability go away.
    #[must_use]
    pub fn did_not_look_up_again<'a>(
        &self,
        one: &Affected<'_>,
        feeds: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        self.not_looked_up(one).or_else(|| {
            let mut feeds = feeds.into_iter();
            let missing = feeds.find(|feed| !self.feeds.contains(*feed))?;
            self.installed(one)
                .then(|| format!("the advisories are without {}", short(missing)))
        })
    }

    /// A feed of the other scan's advisories that these are without.
    pub(super) fn missing<'a>(&self, other: &'a Self) -> Option<&'a str> {
        other.feeds().find(|feed| !self.feeds.contains(*feed))
    }

    /// Whether the machine had this version of the package.
    #[must_use]
    pub fn installed(&self, one: &Affected<'_>) -> bool {
        let versions = self.versions(one);
        versions.is_some_and(|all| all.contains(one.installed))
    }

    /// The feeds of the advisories, by name.
    pub fn feeds(&self) -> impl Iterator<Item = &str> {
        self.feeds.iter().map(String::as_str)
    }

    fn versions(&self, one: &Affected<'_>) -> Option<&BTreeSet<String>> {
        let key = (one.kind.to_owned(), one.package.to_owned());
        self.packages.get(&key)
    }
}

fn because(what: &str, why: &str) -> String {
    if why.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {}", short(why))
    }
}

/// The longest reason, in characters.
const LONGEST: usize = 300;

/// The beginning of a long reason. One reason may be told of all findings: a report that means harm could
/// make it so long that no memory holds it 30,000 times.
fn short(why: &str) -> String {
    let mut chars = why.chars();
    let mut short: String = chars.by_ref().take(LONGEST).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}
