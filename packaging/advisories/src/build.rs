//! From feeds to a file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::advisory::{Advisory, By, End, Row};
use crate::feeds::open::{self, FeedError, Opened};
use crate::feeds::osv;
use crate::format::{self, Content, Directory, Feed};
use crate::release::Release;
use crate::updateinfo::{self, Update};

/// Gathers what feeds say.
#[derive(Debug, Default)]
pub struct Builder {
    texts: Texts,
    sections: BTreeMap<Release, Draft>,
}

/// What came of a feed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Added {
    /// How many records it has.
    pub records: u64,
    /// The releases that it tells of.
    pub releases: BTreeSet<Release>,
    /// Ecosystems in it that are of no use here.
    pub left_out: BTreeSet<String>,
}

/// One section in the making.
#[derive(Debug, Default)]
struct Draft {
    feeds: BTreeMap<String, Source>,
    advisories: Vec<Arc<Advisory>>,
    numbers: BTreeMap<Arc<str>, u32>,
    packages: BTreeMap<(Arc<str>, By), Vec<Slim>>,
}

/// A feed, as far as one release is concerned.
#[derive(Debug, Default)]
struct Source {
    as_of: Option<Timestamp>,
    /// The ids of its records: one may stand in several files.
    ids: BTreeSet<Arc<str>>,
}

/// A row whose texts are numbers: a full set of feeds has millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Slim {
    advisory: u32,
    introduced: Option<u32>,
    end: SlimEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SlimEnd {
    Fixed(u32),
    Last(u32),
    Open,
    WontFix,
}

impl Builder {
    /// Takes in a feed: a zip or a directory of OSV records, one record, or an `updateinfo.xml`, plain or
    /// compressed by gzip, xz or zstd, for `release` or the one that its versions name (`amzn`).
    ///
    /// `as_of` is the state that the feed is of; without one it is the newest change in it. `progress` hears how many of how
    /// many records are done.
    ///
    /// # Errors
    /// A feed that cannot be read, or that says nothing of any release we know.
    pub fn add(
        &mut self,
        path: &Path,
        release: Option<&Release>,
        as_of: Option<Timestamp>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Added, FeedError> {
        let mut added = Added::default();
        let mut state = as_of;
        let mut names: BTreeSet<(Release, String)> = BTreeSet::new();
        let opened = open::open(path)?;
        if let Opened::Xml(input) = opened {
            let mut homeless = false;
            let read = updateinfo::read(input, |update| {
                let Some(release) = release.cloned().or_else(|| release_of(&update)) else {
                    homeless = true;
                    return;
                };
                added.records += 1;
                if as_of.is_none() {
                    state = state.max(update.changed);
                }
                let name = format!("{release}/updateinfo");
                self.entry(&release, &name, &update.advisory.id);
                names.insert((release.clone(), name));
                let packages = update
                    .packages
                    .into_iter()
                    .map(|(name, by, rows)| ((name, by), rows));
                self.take(release, update.advisory, packages);
            });
            read.map_err(|source| FeedError::Updateinfo {
                path: path.to_owned(),
                source,
            })?;
            if homeless && added.records == 0 {
                return Err(FeedError::NoRelease {
                    path: path.to_owned(),
                });
            }
        } else {
            open::records(path, opened, |record, json, done, many| {
                let parsed = osv::parse(json).map_err(|source| FeedError::Record {
                    path: path.to_owned(),
                    record: record.to_owned(),
                    source,
                })?;
                added.records += 1;
                added.left_out.extend(parsed.left_out);
                if as_of.is_none() {
                    state = state.max(parsed.modified);
                }
                for said in parsed.said {
                    for name in &said.ecosystems {
                        self.entry(&said.release, name, &said.advisory.id);
                        names.insert((said.release.clone(), name.clone()));
                    }
                    self.take(said.release, said.advisory, said.packages.into_iter());
                }
                progress(done + 1, many);
                Ok(())
            })?;
        }
        for (release, name) in names {
            let draft = self.sections.get_mut(&release);
            if let Some(source) = draft.and_then(|draft| draft.feeds.get_mut(&name)) {
                source.as_of = source.as_of.max(state);
            }
            added.releases.insert(release);
        }
        if added.records == 0 {
            return Err(FeedError::Empty {
                path: path.to_owned(),
            });
        }
        if added.releases.is_empty() {
            let names: Vec<&str> = added.left_out.iter().take(5).map(String::as_str).collect();
            return Err(FeedError::Unknown {
                path: path.to_owned(),
                names: if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                },
            });
        }
        Ok(added)
    }

    /// Counts a record of a feed.
    fn entry(&mut self, release: &Release, name: &str, id: &str) {
        let id = self.texts.shared(id);
        let draft = self.sections.entry(release.clone()).or_default();
        draft
            .feeds
            .entry(name.to_owned())
            .or_default()
            .ids
            .insert(id);
    }

    fn take(
        &mut self,
        release: Release,
        advisory: Advisory,
        packages: impl Iterator<Item = ((String, By), Vec<Row>)>,
    ) {
        let texts = &mut self.texts;
        let draft = self.sections.entry(release).or_default();
        let number = draft.number(advisory, texts);
        for ((name, by), rows) in packages {
            let name = texts.shared(&name);
            let place = draft.packages.entry((name, by)).or_default();
            place.extend(rows.iter().map(|row| Slim::new(number, row, texts)));
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// What `output` says.
    pub fn write(self, built: Timestamp, output: &mut impl Write) -> io::Result<Directory> {
        let texts = self.texts.list;
        let sections: Vec<(Release, Draft)> = self.sections.into_iter().collect();
        let (releases, drafts): (Vec<Release>, Vec<Draft>) = sections.into_iter().unzip();
        let contents = drafts.into_iter().map(|draft| draft.finish(&texts));
        format::write(built, releases.iter().zip(contents), output)
    }
}

impl Draft {
    /// The number of an advisory. One id may stand in several files, each with a part of it: they are one.
    fn number(&mut self, advisory: Advisory, texts: &mut Texts) -> u32 {
        let id = texts.shared(&advisory.id);
        if let Some(&number) = self.numbers.get(&id) {
            let known = usize::try_from(number)
                .ok()
                .and_then(|number| self.advisories.get_mut(number));
            if let Some(known) = known
                && **known != advisory
            {
                merge(Arc::make_mut(known), advisory);
            }
            return number;
        }
        let number = u32::try_from(self.advisories.len()).unwrap_or(u32::MAX);
        self.numbers.insert(id, number);
        self.advisories.push(Arc::new(advisory));
        number
    }

    fn finish(self, texts: &[Arc<str>]) -> Content {
        let packages = self.packages.into_iter().map(|(name, mut rows)| {
            rows.sort();
            rows.dedup();
            let rows = rows
                .into_iter()
                .map(|row| (row.advisory, row.row(texts)))
                .collect();
            (name, rows)
        });
        Content {
            feeds: self
                .feeds
                .into_iter()
                .map(|(name, source)| Feed {
                    name,
                    as_of: source.as_of,
                    entries: source.ids.len() as u64,
                })
                .collect(),
            packages: packages.collect(),
            advisories: self.advisories,
        }
    }
}

/// Adds what one record of an id says to what another said.
fn merge(known: &mut Advisory, other: Advisory) {
    known.streams.extend(other.streams);
    known.streams.sort();
    known.streams.dedup();
    for issue in other.issues {
        match known.issues.iter_mut().find(|old| old.id == issue.id) {
            Some(old) => {
                old.rating.severity = old.rating.severity.or(issue.rating.severity);
                old.rating.cvss = old.rating.cvss.or(issue.rating.cvss);
            }
            None => known.issues.push(issue),
        }
    }
    known.issues.sort_by(|one, other| one.id.cmp(&other.id));
}

/// Amazon's versions name the release they are for: `8.amzn2023.0.11`, `1.amzn2`.
fn release_of(update: &Update) -> Option<Release> {
    update
        .packages
        .iter()
        .flat_map(|(_, _, rows)| rows)
        .find_map(|row| match &row.end {
            End::Fixed(version) => {
                let (_, rest) = version.split_once("amzn")?;
                let end = rest
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(rest.len());
                match rest.get(..end)? {
                    "" => None,
                    "1" => Some(Release::new("amzn", "2018.03")),
                    number => Some(Release::new("amzn", number)),
                }
            }
            _ => None,
        })
}

impl Slim {
    fn new(advisory: u32, row: &Row, texts: &mut Texts) -> Self {
        Self {
            advisory,
            introduced: row.introduced.as_deref().map(|text| texts.number(text)),
            end: match &row.end {
                End::Fixed(text) => SlimEnd::Fixed(texts.number(text)),
                End::Last(text) => SlimEnd::Last(texts.number(text)),
                End::Open => SlimEnd::Open,
                End::WontFix => SlimEnd::WontFix,
            },
        }
    }

    fn row(self, texts: &[Arc<str>]) -> Row {
        let text = |number: u32| {
            let text = usize::try_from(number)
                .ok()
                .and_then(|number| texts.get(number));
            text.map_or_else(String::new, |text| text.to_string())
        };
        Row {
            introduced: self.introduced.map(text),
            end: match self.end {
                SlimEnd::Fixed(number) => End::Fixed(text(number)),
                SlimEnd::Last(number) => End::Last(text(number)),
                SlimEnd::Open => End::Open,
                SlimEnd::WontFix => End::WontFix,
            },
        }
    }
}

/// Texts that are kept once.
#[derive(Debug, Default)]
struct Texts {
    list: Vec<Arc<str>>,
    numbers: BTreeMap<Arc<str>, u32>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.list.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    fn shared(&mut self, text: &str) -> Arc<str> {
        let number = self.number(text);
        let known = usize::try_from(number)
            .ok()
            .and_then(|number| self.list.get(number));
        known.map_or_else(|| text.into(), Arc::clone)
    }
}
