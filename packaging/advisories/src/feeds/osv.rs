//! OSV records, <https://ossf.github.io/osv-schema/>: one JSON document an advisory.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::cvss::base_score;
use super::ecosystem;
use crate::advisory::{
    Advisory, By, End, Issue, Kind, Rating, Row, Score, Source, is_no_security_update, severity_of,
};
use crate::modularity::{fold_rebuilds, streams_of_title};
use crate::release::Release;
use crate::updateinfo::cves;

/// What one record says of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The release.
    pub release: Release,
    /// The names that the record has for it.
    pub ecosystems: BTreeSet<String>,
    /// The advisory.
    pub advisory: Advisory,
    /// Packages and ranges.
    pub packages: BTreeMap<(String, By), Vec<Row>>,
}

/// What a record is, and what it says.
#[derive(Debug, Default)]
pub struct Parsed {
    /// When it was changed last.
    pub modified: Option<Timestamp>,
    /// What it says, by release.
    pub said: Vec<Said>,
    /// Ecosystems that it names and that we have no use for.
    pub left_out: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct Record {
    id: String,
    modified: Option<String>,
    withdrawn: Option<Value>,
    summary: Option<String>,
    aliases: Option<Vec<String>>,
    upstream: Option<Vec<String>>,
    related: Option<Vec<String>>,
    severity: Option<Vec<Severity>>,
    affected: Option<Vec<Affected>>,
    database_specific: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Severity {
    #[serde(rename = "type")]
    kind: String,
    score: String,
}

#[derive(Debug, Deserialize)]
struct Affected {
    package: Option<PackageName>,
    ranges: Option<Vec<Range>>,
    versions: Option<Vec<String>>,
    severity: Option<Vec<Severity>>,
    database_specific: Option<Value>,
    ecosystem_specific: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct PackageName {
    ecosystem: String,
    name: String,
    purl: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Range {
    #[serde(rename = "type")]
    kind: Option<String>,
    events: Option<Vec<Event>>,
}

#[derive(Debug, Deserialize)]
struct Event {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
}

/// Reads a record. One that was withdrawn says nothing.
///
/// # Errors
/// What is no such record.
pub fn parse(json: &[u8]) -> Result<Parsed, serde_json::Error> {
    let record: Record = serde_json::from_slice(json)?;
    let mut parsed = Parsed {
        modified: record
            .modified
            .as_deref()
            .and_then(|time| time.parse().ok()),
        ..Parsed::default()
    };
    if record
        .withdrawn
        .as_ref()
        .is_some_and(|when| !when.is_null())
    {
        return Ok(parsed);
    }
    let ids = record.issues();
    if ids.is_empty() {
        return Ok(parsed);
    }
    let mut said: BTreeMap<Release, Said> = BTreeMap::new();
    for affected in record.affected.iter().flatten() {
        let Some(package) = &affected.package else {
            continue;
        };
        let Some(ecosystem) = ecosystem::of(&package.ecosystem) else {
            parsed.left_out.insert(package.ecosystem.clone());
            continue;
        };
        let rows = affected.rows();
        if rows.is_empty() {
            continue;
        }
        let place = said
            .entry(ecosystem.release.clone())
            .or_insert_with(|| Said {
                release: ecosystem.release,
                ecosystems: BTreeSet::new(),
                advisory: record.advisory(&ids, affected),
                packages: BTreeMap::new(),
            });
        place.ecosystems.insert(package.ecosystem.clone());
        place
            .advisory
            .streams
            .extend(stream_of_purl(package.purl.as_deref()));
        let binaries = affected.binaries(&package.ecosystem);
        if binaries.is_empty() {
            let by = by_purl(package.purl.as_deref()).unwrap_or(ecosystem.by);
            place
                .packages
                .entry((package.name.clone(), by))
                .or_default()
                .extend(rows);
        } else {
            for (name, version) in binaries {
                let row = Row {
                    introduced: None,
                    end: End::Fixed(version),
                };
                place
                    .packages
                    .entry((name, By::Binary))
                    .or_default()
                    .push(row);
            }
        }
    }
    parsed.said = said.into_values().collect();
    for said in &mut parsed.said {
        said.advisory.streams.sort();
        said.advisory.streams.dedup();
        said.packages.values_mut().for_each(fold_rebuilds);
    }
    Ok(parsed)
}

impl Record {
    /// The ids of what it is about: CVEs where it names any, else its own. `related` counts only where
    /// nothing better does: AlmaLinux has its CVEs there, Ubuntu other advisories.
    fn issues(&self) -> BTreeSet<String> {
        let of = |lists: &[&Option<Vec<String>>]| -> BTreeSet<String> {
            lists
                .iter()
                .filter_map(|list| list.as_ref())
                .flatten()
                .flat_map(|id| cves(id))
                .collect()
        };
        if self.id.starts_with("LSN-") {
            // Ubuntu's live patches: their versions are not those of packages.
            return BTreeSet::new();
        }
        let mut ids = of(&[&self.upstream, &self.aliases]);
        if self.kind() == Kind::Statement {
            ids.extend(cves(&self.id));
        }
        if ids.is_empty() {
            ids = of(&[&self.related]);
        }
        if ids.is_empty() && !is_no_security_update(&self.id) {
            ids.insert(self.id.clone());
        }
        ids
    }

    fn kind(&self) -> Kind {
        if self.id.starts_with("CVE-") || self.id.contains("-CVE-") {
            Kind::Statement
        } else {
            Kind::Advisory
        }
    }

    fn advisory(&self, ids: &BTreeSet<String>, affected: &Affected) -> Advisory {
        let summary = self.summary.as_deref().unwrap_or("");
        let scores = affected
            .severity
            .as_ref()
            .filter(|list| !list.is_empty())
            .or(self.severity.as_ref());
        let scores = scores.map_or(&[][..], Vec::as_slice);
        let score = score(scores);
        let word = vendors_word(scores)
            .or_else(|| word_in(affected.ecosystem_specific.as_ref()))
            .or_else(|| word_in(affected.database_specific.as_ref()))
            .or_else(|| word_in(self.database_specific.as_ref()))
            .or_else(|| severity_of(summary.split_once(':')?.0));
        let rating = Rating {
            severity: word
                .map(|severity| (severity, Source::Vendor))
                .or_else(|| score.map(|score| (score.severity(), Source::Cvss))),
            // The score of a record on many issues is that of the worst of them.
            cvss: score.filter(|_| ids.len() == 1),
        };
        Advisory {
            id: self.id.clone(),
            kind: self.kind(),
            streams: streams_of_title(summary),
            issues: ids
                .iter()
                .map(|id| Issue {
                    id: id.clone(),
                    rating,
                })
                .collect(),
        }
    }
}

/// The base score: version 3 before 4 before 2, so that scores are comparable where they can be.
fn score(scores: &[Severity]) -> Option<Score> {
    ["CVSS_V3", "CVSS_V4", "CVSS_V2"]
        .into_iter()
        .find_map(|kind| {
            scores
                .iter()
                .filter(|entry| entry.kind == kind)
                .find_map(|entry| base_score(&entry.score))
        })
}

/// A severity whose type is a vendor's name (`{"type": "Ubuntu", "score": "medium"}`).
fn vendors_word(scores: &[Severity]) -> Option<hardtarget_report::Severity> {
    scores
        .iter()
        .filter(|entry| !entry.kind.starts_with("CVSS"))
        .find_map(|entry| severity_of(&entry.score))
}

/// The word in a vendor's own fields: `severity`, Debian's `urgency`, Ubuntu's `priority`.
fn word_in(specific: Option<&Value>) -> Option<hardtarget_report::Severity> {
    let specific = specific?;
    ["severity", "urgency", "ubuntu_priority", "priority"]
        .into_iter()
        .find_map(|field| severity_of(specific.get(field)?.as_str()?))
}

impl Affected {
    /// The ranges. One that is empty (`introduced: 0, fixed: 0`) says that the release is not affected.
    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut ranges = 0;
        for range in self.ranges.iter().flatten() {
            if range
                .kind
                .as_deref()
                .is_some_and(|kind| kind != "ECOSYSTEM")
            {
                continue;
            }
            ranges += 1;
            range_rows(
                range.events.as_deref().unwrap_or_default(),
                self.wont_fix(),
                &mut rows,
            );
        }
        if ranges == 0 {
            rows.extend(self.versions.iter().flatten().map(|version| Row {
                introduced: Some(version.clone()),
                end: End::Last(version.clone()),
            }));
        }
        rows
    }

    /// Whether the vendor says that there will be no repair: Debian's `unimportant` and `end-of-life`,
    /// Ubuntu's `ignored` and `deferred`, Red Hat's `will not fix`, where the feed carries them.
    fn wont_fix(&self) -> bool {
        const WORDS: [&str; 8] = [
            "unimportant",
            "end-of-life",
            "ignored",
            "deferred",
            "wont-fix",
            "won't fix",
            "will not fix",
            "out of support scope",
        ];
        [&self.ecosystem_specific, &self.database_specific]
            .into_iter()
            .flatten()
            .flat_map(|specific| {
                ["urgency", "status", "state", "resolution"].map(|field| specific.get(field))
            })
            .flatten()
            .filter_map(Value::as_str)
            .any(|word| {
                WORDS
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(word.trim()))
            })
    }

    /// SUSE names sources, and lists the binary packages with their fixed versions beside:
    /// `{"binaries": [{"libopenssl1_1": "1.1.1l-150500.17.31.1"}]}`. Elsewhere `binaries` means other things.
    fn binaries(&self, ecosystem: &str) -> Vec<(String, String)> {
        if !ecosystem.starts_with("SUSE") && !ecosystem.starts_with("openSUSE") {
            return Vec::new();
        }
        let list = self
            .ecosystem_specific
            .as_ref()
            .and_then(|specific| specific.get("binaries"))
            .and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flatten()
            .filter_map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned())))
            .collect()
    }
}

fn range_rows(events: &[Event], wont_fix: bool, rows: &mut Vec<Row>) {
    let first = |version: &str| Some(version.to_owned()).filter(|version| version != "0");
    let mut open: Option<Option<String>> = None;
    for event in events {
        if let Some(version) = &event.introduced {
            open = open.or_else(|| Some(first(version)));
        }
        let end = match (&event.fixed, &event.last_affected) {
            (Some(version), _) => End::Fixed(version.clone()),
            (None, Some(version)) => End::Last(version.clone()),
            (None, None) => continue,
        };
        // An end without a beginning: from the beginning, unless it follows another end.
        let begun = open.take().or_else(|| rows.is_empty().then_some(None));
        let nothing = matches!(&end, End::Fixed(version) if version == "0");
        if let Some(introduced) = begun.filter(|_| !nothing) {
            rows.push(Row { introduced, end });
        }
    }
    if let Some(introduced) = open {
        let end = if wont_fix { End::WontFix } else { End::Open };
        rows.push(Row { introduced, end });
    }
}

/// What a package URL says its name means (`arch=source`).
fn by_purl(purl: Option<&str>) -> Option<By> {
    let (_, qualifiers) = purl?.split_once('?')?;
    qualifiers
        .split('&')
        .any(|qualifier| matches!(qualifier, "arch=source" | "arch=src"))
        .then_some(By::Source)
}

/// The module stream in a package URL (`rpmmod=nodejs:18` or percent-encoded).
fn stream_of_purl(purl: Option<&str>) -> Option<String> {
    let (_, qualifiers) = purl?.split_once('?')?;
    let label = qualifiers
        .split('&')
        .find_map(|qualifier| qualifier.strip_prefix("rpmmod="))?;
    let label = label.replace("%3A", ":").replace("%3a", ":");
    let mut parts = label.split(':');
    Some(format!("{}:{}", parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests;
