//! Known vulnerabilities of the installed packages: by the file that `--advisories` names, else by what the
//! machine's own package manager keeps of its repositories.
//!
//! What was not looked for is never "none": without advisories the check is unknown, and so is it for a
//! release that they know nothing of.

mod apt;
mod file;
mod repositories;

use std::path::Path;

use hardtarget_advisories::advisory::Source;
use hardtarget_advisories::matching::{self, Installed, Match};
use hardtarget_advisories::release::{self, Release};
use hardtarget_advisories::version::Scheme;
use hardtarget_report::{
    Advisories, CheckOutcome, CheckRun, Fix, Origin, Package, Rated, Severity, Vulnerability,
    clean_line,
};

use crate::facts::os_release;
use crate::host::Host;

/// The id under which coverage tells how it went.
const CHECK: &str = "vulnerabilities";

/// More are not reported, the worst come first: 15,000, some 5 MB of report, and the function in the cloud
/// reads 8. A current image has some thousands; one of years ago with
/// every package of its kernel has 30,000.
const MAX_VULNERABILITIES: usize = 15_000;

/// What came of looking.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) check: CheckRun,
    pub(super) advisories: Option<Advisories>,
    pub(super) vulnerabilities: Vec<Vulnerability>,
    /// What did not go as it should.
    pub(super) incomplete: Vec<String>,
    /// Lists of repositories that could not be read; nobody asked for them.
    pub(super) unread: Vec<String>,
}

/// What one kind of source gave.
#[derive(Debug)]
struct Found {
    scheme: Scheme,
    advisories: Advisories,
    matches: Vec<Match>,
    /// What of it could not be read.
    incomplete: Vec<String>,
}

/// Looks for vulnerabilities of these packages.
pub(super) fn look(host: &Host, file: Option<&Path>, packages: &[Package]) -> Looked {
    let mut incomplete = Vec::new();
    let mut why = String::new();
    let mut found = None;
    let mut unread = Vec::new();
    if packages.is_empty() {
        return Looked::without(
            CheckOutcome::NotApplicable("no package is installed".to_owned()),
            incomplete,
        );
    }
    if let Some(path) = file {
        match file::look(path, &machine(host), packages) {
            Ok(Ok(there)) => found = Some(there),
            Ok(Err(reason)) => why = reason,
            Err(error) => {
                let error = clean_line(&format!("--advisories {}: {error:#}", path.display()), 500);
                incomplete.push(error.clone());
                why = error;
            }
        }
    }
    if found.is_none() {
        let mut there = repositories::look(host, packages);
        if let Some(there) = &mut there {
            unread = std::mem::take(&mut there.incomplete);
            if why.is_empty() {
                why = unread.join("; ");
            }
        }
        found = there.filter(|there| !there.advisories.feeds.is_empty());
    }
    let Some(found) = found else {
        if why.is_empty() {
            why = "no advisories were given (--advisories FILE), and the machine's repositories tell of none".to_owned();
        }
        return Looked::without(CheckOutcome::Unknown(clean_line(&why, 500)), incomplete);
    };
    let outcome = match (found.matches.is_empty(), why.is_empty()) {
        (false, _) => CheckOutcome::Fail,
        (true, true) => CheckOutcome::Pass,
        (true, false) => CheckOutcome::Unknown(clean_line(&why, 500)),
    };
    let mut vulnerabilities: Vec<Vulnerability> = found
        .matches
        .into_iter()
        .map(|row| vulnerability(row, found.scheme))
        .collect();
    vulnerabilities.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    if vulnerabilities.len() > MAX_VULNERABILITIES {
        incomplete.push(format!(
            "of {} vulnerabilities the worst {MAX_VULNERABILITIES} are listed",
            vulnerabilities.len()
        ));
        vulnerabilities.truncate(MAX_VULNERABILITIES);
    }
    Looked {
        check: CheckRun {
            id: CHECK.to_owned(),
            outcome,
        },
        advisories: Some(found.advisories),
        vulnerabilities,
        incomplete,
        unread,
    }
}

impl Looked {
    fn without(outcome: CheckOutcome, incomplete: Vec<String>) -> Self {
        Self {
            check: CheckRun {
                id: CHECK.to_owned(),
                outcome,
            },
            advisories: None,
            vulnerabilities: Vec::new(),
            incomplete,
            unread: Vec::new(),
        }
    }
}

/// The machine's release as advisories name it, the best first, and as people do.
#[derive(Debug)]
struct Machine {
    releases: Vec<Release>,
    name: String,
}

fn machine(host: &Host) -> Machine {
    let Ok(os) = os_release::collect(host) else {
        return Machine {
            releases: Vec::new(),
            name: "a system without os-release".to_owned(),
        };
    };
    let id = os.id().unwrap_or("linux");
    let version_id = os.version_id().unwrap_or("");
    let name = format!("{id} {version_id}");
    Machine {
        releases: release::of_machine(id, version_id, os.get("VERSION").unwrap_or("")),
        name: clean_line(name.trim(), 100),
    }
}

/// The packages whose versions are ordered that way.
fn installed(packages: &[Package], scheme: Scheme) -> Vec<Installed> {
    packages
        .iter()
        .filter(|package| package.kind == scheme.kind())
        .map(|package| Installed {
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.clone(),
            source_version: package.source_version.clone(),
            module: package.module.clone(),
        })
        .collect()
}

fn vulnerability(row: Match, scheme: Scheme) -> Vulnerability {
    let clean = |text: &str| clean_line(text, 300);
    let (severity, rated) = match row.severity {
        Some((severity, Source::Vendor)) => (severity, Rated::Vendor),
        Some((severity, Source::Cvss)) => (severity, Rated::Cvss),
        None => (Severity::Medium, Rated::Unrated),
    };
    Vulnerability {
        id: clean(&row.id),
        package: row.package,
        kind: scheme.kind().to_owned(),
        installed: row.installed,
        source: row.source,
        fix: match row.fix {
            matching::Fix::Available(version) => Fix::Available(clean(&version)),
            matching::Fix::None => Fix::None,
            matching::Fix::WontFix => Fix::WontFix,
        },
        severity,
        rated,
        cvss: row.cvss.map(|score| score.to_string()),
        advisory: row.advisory.as_deref().map(clean),
        waiver: None,
    }
}

/// What is told of the repositories' own lists.
const fn of_repositories(feeds: Vec<hardtarget_report::Feed>) -> Advisories {
    Advisories {
        origin: Origin::Repositories,
        built: None,
        sha256: None,
        feeds,
    }
}

#[cfg(test)]
mod tests;
