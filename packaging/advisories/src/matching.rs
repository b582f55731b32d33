//! Holds installed packages against what a feed says. Pure.
//!
//! A package is vulnerable where its version lies in one of an advisory's ranges. There is one [`Match`] a
//! CVE and package, whatever many advisories name it: with the highest version that one of them asks for,
//! since only that repairs all of it, and the advisory that brings it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::{Read, Seek};

use hardtarget_report::Severity;

use crate::advisory::{Advisory, By, End, Kind, Rating, Row, Score, Source};
use crate::format::{Archive, FormatError};
use crate::modularity::same_stream;
use crate::release::Release;
use crate::version::Scheme;

/// An installed package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// The binary package.
    pub name: String,
    /// Its version, with epoch and release.
    pub version: String,
    /// Its source package, where that has another name.
    pub source: Option<String>,
    /// The source's version, where that is another one. Without an epoch (rpm's `SOURCERPM` has none)
    /// that of the package counts.
    pub source_version: Option<String>,
    /// The module that it is from, as `name:stream`.
    pub module: Option<String>,
}

impl Installed {
    /// The version to hold against a row.
    fn version_by(&self, by: By, scheme: Scheme) -> std::borrow::Cow<'_, str> {
        use std::borrow::Cow;
        match (by, &self.source_version) {
            (By::Source, Some(source)) => match self.version.split_once(':') {
                Some((epoch, _)) if scheme == Scheme::Rpm && !source.contains(':') => {
                    Cow::Owned(format!("{epoch}:{source}"))
                }
                _ => Cow::Borrowed(source),
            },
            _ => Cow::Borrowed(&self.version),
        }
    }
}

/// A known vulnerability of an installed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The CVE id, or that of the advisory where it names none.
    pub id: String,
    /// The binary package.
    pub package: String,
    /// The version installed: the oldest, where several are.
    pub installed: String,
    /// The source package, where it has another name.
    pub source: Option<String>,
    /// What the vendor does about it.
    pub fix: Fix,
    /// How bad it is, and whose word that is; nothing where no feed says.
    pub severity: Option<(Severity, Source)>,
    /// The CVSS base score, where a feed gives it.
    pub cvss: Option<Score>,
    /// The advisory that brings the fix.
    pub advisory: Option<String>,
}

/// What the vendor does about a vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// This version repairs it.
    Available(String),
    /// There is no repair yet.
    None,
    /// There will be none.
    WontFix,
}

/// What of the file a machine was held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The section.
    pub release: Release,
    /// What was found, by package and id.
    pub matches: Vec<Match>,
}

/// Holds packages against the first of `releases` that the file has a section for; nothing where it has
/// none, which is "unknown" and never "not vulnerable".
///
/// # Errors
/// A file that is damaged or cannot be read.
pub fn match_file<R: Read + Seek>(
    archive: &mut Archive<R>,
    releases: &[Release],
    packages: &[Installed],
) -> Result<Option<Matched>, FormatError> {
    let Some(release) = releases
        .iter()
        .find(|release| archive.directory().section(release).is_some())
        .cloned()
    else {
        return Ok(None);
    };
    let Some(mut section) = archive.section(&release)? else {
        return Ok(None);
    };
    let mut matcher = Matcher::new(release.scheme(), packages);
    let mut hits: Vec<Hit> = Vec::new();
    while let Some(package) = section.next_package(|name, by| matcher.has(name, by))? {
        for (number, row) in package.rows {
            matcher.look(&package.name, package.by, &row, number, &mut hits);
        }
    }
    hits.sort_by_key(|hit| hit.advisory);
    let mut hits = hits.as_slice();
    let mut number = 0;
    while let Some(advisory) = section.next_advisory()? {
        let many = hits.iter().take_while(|hit| hit.advisory == number).count();
        let (these, rest) = hits.split_at(many);
        for hit in these {
            matcher.found(hit, &advisory);
        }
        hits = rest;
        number += 1;
    }
    section.end()?;
    Ok(Some(Matched {
        release,
        matches: matcher.finish(),
    }))
}

/// An installed package that lies in a range of an advisory.
#[derive(Debug)]
pub struct Hit {
    package: usize,
    advisory: u32,
    end: End,
}

/// Gathers what is found of some packages.
#[derive(Debug)]
pub struct Matcher<'a> {
    scheme: Scheme,
    packages: &'a [Installed],
    binary: BTreeMap<&'a str, Vec<usize>>,
    source: BTreeMap<&'a str, Vec<usize>>,
    /// By package and id.
    found: BTreeMap<&'a str, BTreeMap<String, Best>>,
    /// The advisories behind what was found.
    named: Vec<(Kind, String)>,
}

/// The best that is known of one CVE in one package.
#[derive(Debug)]
struct Best {
    package: usize,
    end: End,
    /// The number of the advisory behind `end`.
    named: usize,
    rating: Rating,
    rated_by: Kind,
}

impl<'a> Matcher<'a> {
    /// For these packages.
    #[must_use]
    pub fn new(scheme: Scheme, packages: &'a [Installed]) -> Self {
        let mut binary: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut source: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, package) in packages.iter().enumerate() {
            binary.entry(&package.name).or_default().push(number);
            let name = package.source.as_ref().unwrap_or(&package.name);
            source.entry(name).or_default().push(number);
        }
        Self {
            scheme,
            packages,
            binary,
            source,
            found: BTreeMap::new(),
            named: Vec::new(),
        }
    }

    /// Whether one of the packages is called that.
    #[must_use]
    pub fn has(&self, name: &str, by: By) -> bool {
        match by {
            By::Binary => self.binary.contains_key(name),
            By::Source => self.source.contains_key(name),
        }
    }

    /// Adds to `hits` what lies in a range of the advisory of this number.
    pub fn look(&self, name: &str, by: By, row: &Row, advisory: u32, hits: &mut Vec<Hit>) {
        let of = match by {
            By::Binary => &self.binary,
            By::Source => &self.source,
        };
        for &package in of.get(name).into_iter().flatten() {
            let Some(installed) = self.packages.get(package) else {
                continue;
            };
            if self.within(row, &installed.version_by(by, self.scheme)) {
                hits.push(Hit {
                    package,
                    advisory,
                    end: row.end.clone(),
                });
            }
        }
    }

    fn within(&self, row: &Row, version: &str) -> bool {
        let compare = |bound: &str| self.scheme.compare(version, bound);
        if row
            .introduced
            .as_deref()
            .is_some_and(|first| compare(first).is_lt())
        {
            return false;
        }
        match &row.end {
            End::Fixed(fixed) => compare(fixed).is_lt(),
            End::Last(last) => compare(last).is_le(),
            End::Open | End::WontFix => true,
        }
    }

    /// Takes what an advisory says of a package that lies in one of its ranges.
    pub fn found(&mut self, hit: &Hit, advisory: &Advisory) {
        let packages = self.packages;
        let Some(package) = packages.get(hit.package) else {
            return;
        };
        if self.scheme == Scheme::Rpm
            && let End::Fixed(bound) | End::Last(bound) = &hit.end
            && !same_stream(
                &advisory.streams,
                bound,
                package.module.as_deref(),
                &package.version,
            )
        {
            return;
        }
        // One advisory is about many packages, one after the other.
        if self.named.last().is_none_or(|(_, id)| *id != advisory.id) {
            self.named.push((advisory.kind, advisory.id.clone()));
        }
        let named = self.named.len() - 1;
        let of_package = self.found.entry(&package.name).or_default();
        for issue in &advisory.issues {
            let new = Said {
                package: hit.package,
                end: &hit.end,
                named,
                rating: issue.rating,
                by: advisory.kind,
            };
            if let Some(best) = of_package.get_mut(&issue.id) {
                best.merge(&new, self.scheme, packages, &self.named);
            } else {
                of_package.insert(issue.id.clone(), new.best());
            }
        }
    }

    /// All that was found, by package and id.
    #[must_use]
    pub fn finish(self) -> Vec<Match> {
        let packages = self.packages;
        let mut matches = Vec::new();
        for (name, issues) in self.found {
            for (id, best) in issues {
                let Some(package) = packages.get(best.package) else {
                    continue;
                };
                let (fix, advisory) = match best.end {
                    End::Fixed(version) => (
                        Fix::Available(version),
                        self.named
                            .get(best.named)
                            .filter(|(kind, _)| *kind == Kind::Advisory)
                            .map(|(_, id)| id.clone()),
                    ),
                    End::Last(_) | End::Open => (Fix::None, None),
                    End::WontFix => (Fix::WontFix, None),
                };
                matches.push(Match {
                    id,
                    package: name.to_owned(),
                    installed: package.version.clone(),
                    source: package.source.clone(),
                    fix,
                    severity: best.rating.severity,
                    cvss: best.rating.cvss,
                    advisory,
                });
            }
        }
        matches
    }
}

/// What one record says of one CVE in one package.
#[derive(Debug)]
struct Said<'a> {
    package: usize,
    end: &'a End,
    named: usize,
    rating: Rating,
    by: Kind,
}

impl Said<'_> {
    fn best(&self) -> Best {
        Best {
            package: self.package,
            end: self.end.clone(),
            named: self.named,
            rating: self.rating,
            rated_by: self.by,
        }
    }
}

impl Best {
    /// Takes in what another record says of the same CVE and package.
    fn merge(
        &mut self,
        new: &Said<'_>,
        scheme: Scheme,
        packages: &[Installed],
        named: &[(Kind, String)],
    ) {
        let version = |number: usize| {
            let package = packages.get(number);
            package.map_or("", |package| &package.version)
        };
        if new.package != self.package
            && scheme
                .compare(version(new.package), version(self.package))
                .is_lt()
        {
            self.package = new.package;
        }
        // What the vendor says of this very CVE comes before what is said of all in an advisory.
        let trust = |rating: &Rating, by: Kind| {
            rating
                .severity
                .map(|(severity, source)| (source, std::cmp::Reverse(by), severity))
        };
        let better_rated = match (
            trust(&self.rating, self.rated_by),
            trust(&new.rating, new.by),
        ) {
            (Some(old), Some(other)) => other < old,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if better_rated {
            self.rating.severity = new.rating.severity;
            self.rated_by = new.by;
        }
        self.rating.cvss = self.rating.cvss.max(new.rating.cvss);
        if self.has_worse_end(new, scheme, named) {
            self.end.clone_from(new.end);
            self.named = new.named;
        }
    }

    /// Whether another record's word on the fix comes before ours: a fix before none, of two fixes the
    /// higher one, of one fix named twice the advisory that brings it.
    fn has_worse_end(&self, new: &Said<'_>, scheme: Scheme, named: &[(Kind, String)]) -> bool {
        match (new.end, &self.end) {
            (End::Fixed(new_fix), End::Fixed(old_fix)) => match scheme.compare(new_fix, old_fix) {
                Ordering::Greater => true,
                Ordering::Less => false,
                Ordering::Equal => named.get(new.named) < named.get(self.named),
            },
            (End::Fixed(_), _) => true,
            (_, End::Fixed(_)) => false,
            (End::WontFix, End::Last(_) | End::Open) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
