//! `updateinfo.xml`: what a repository of rpm packages says of its updates. Amazon Linux has no other feed;
//! dnf, yum and zypper keep it beside their package lists.
//!
//! Read as a stream, one `<update>` at a time, since kernels' descriptions alone make it long.

use std::io::{self, BufRead, Read};

use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use crate::advisory::{
    Advisory, By, End, Issue, Kind, Rating, Row, Source, is_no_security_update, severity_of,
};
use crate::modularity::{fold_rebuilds, streams_of_title};

/// One piece of markup or text is at most this long: 8 MiB. The longest description in Amazon's feeds has
/// half a megabyte.
const PIECE_LIMIT: usize = 8 << 20;

/// More packages of one update are not looked at; those of kernels have some hundred.
const MAX_PACKAGES: usize = 20_000;

/// More CVEs and streams of one update are not looked at; those of kernels have some hundred.
const MAX_NAMES: usize = 5_000;

/// A name or version is at most this long.
const MAX_TEXT: usize = 1024;

/// One update for security.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What it says.
    pub advisory: Advisory,
    /// When it was issued or changed last.
    pub changed: Option<Timestamp>,
    /// Binary packages and the ranges that the update is about.
    pub packages: Vec<(String, By, Vec<Row>)>,
}

/// Why a document cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum UpdateinfoError {
    /// It is no such document.
    #[error("this is no updateinfo.xml: it begins with <{0}>")]
    Foreign(String),
    /// It is not well-formed, or too long in places.
    #[error("the updateinfo.xml cannot be read: {0}")]
    Malformed(String),
    /// It holds nothing.
    #[error("the updateinfo.xml is empty")]
    Empty,
}

impl From<quick_xml::Error> for UpdateinfoError {
    fn from(error: quick_xml::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// Reads a document and gives its updates for security one by one.
///
/// # Errors
/// What is no such document, or not well-formed. What was given before counts.
pub fn read(input: impl BufRead, mut give: impl FnMut(Update)) -> Result<(), UpdateinfoError> {
    let mut reader = Reader::from_reader(Rationed {
        input,
        left: PIECE_LIMIT,
    });
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    let mut document = Document::default();
    loop {
        buffer.clear();
        reader.get_mut().left = PIECE_LIMIT;
        let event = reader.read_event_into(&mut buffer)?;
        match event {
            Event::Start(ref tag) => document.open(tag)?,
            Event::Empty(ref tag) => {
                document.open(tag)?;
                document.close(tag.name().as_ref(), &mut give);
            }
            Event::End(ref tag) => document.close(tag.name().as_ref(), &mut give),
            Event::Text(ref text) => document.text(&text.decode().unwrap_or_default()),
            Event::CData(ref text) => document.text(&text.decode().unwrap_or_default()),
            Event::GeneralRef(ref name) => {
                let c = match name.decode().as_deref().unwrap_or_default() {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => name.resolve_char_ref().ok().flatten(),
                };
                if let Some(c) = c {
                    document.text(c.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Eof => break,
            _ => {}
        }
        if buffer.capacity() > 1 << 20 {
            buffer = Vec::new();
        }
    }
    if document.begun {
        Ok(())
    } else {
        Err(UpdateinfoError::Empty)
    }
}

/// Where in a document we are.
#[derive(Debug, Default)]
struct Document {
    begun: bool,
    update: Option<Draft>,
    /// The element whose text is kept.
    keeping: Option<Kept>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Id,
    Title,
    Severity,
}

#[derive(Debug, Default)]
struct Draft {
    security: bool,
    id: String,
    title: String,
    severity: String,
    changed: Option<Timestamp>,
    cves: Vec<String>,
    streams: Vec<String>,
    packages: Vec<(String, String)>,
}

impl Document {
    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), UpdateinfoError> {
        let name = tag.name();
        let name: &[u8] = name.as_ref();
        if !self.begun {
            if name != b"updates" && name != b"update" {
                let name: String = String::from_utf8_lossy(name).chars().take(40).collect();
                return Err(UpdateinfoError::Foreign(name));
            }
            self.begun = true;
        }
        if name == b"update" {
            self.update = Some(Draft {
                security: attribute(tag, "type")
                    .is_none_or(|kind| kind.eq_ignore_ascii_case("security")),
                ..Draft::default()
            });
        }
        let Some(draft) = &mut self.update else {
            return Ok(());
        };
        self.keeping = match name {
            b"id" if draft.id.is_empty() => Some(Kept::Id),
            b"title" if draft.title.is_empty() => Some(Kept::Title),
            b"severity" if draft.severity.is_empty() => Some(Kept::Severity),
            _ => None,
        };
        match name {
            b"issued" | b"updated" => {
                let date = attribute(tag, "date").and_then(|date| time(&date));
                draft.changed = draft.changed.max(date);
            }
            b"reference" => {
                for value in ["id", "title"]
                    .into_iter()
                    .filter_map(|name| attribute(tag, name))
                {
                    for cve in cves(&value) {
                        if draft.cves.len() < MAX_NAMES && !draft.cves.contains(&cve) {
                            draft.cves.push(cve);
                        }
                    }
                }
            }
            b"module" => {
                if let (Some(name), Some(stream)) =
                    (attribute(tag, "name"), attribute(tag, "stream"))
                    && draft.streams.len() < MAX_NAMES
                {
                    draft.streams.push(format!("{name}:{stream}"));
                }
            }
            b"package" => {
                if let Some(package) = package(tag)
                    && draft.packages.len() < MAX_PACKAGES
                {
                    draft.packages.push(package);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let (Some(draft), Some(kept)) = (&mut self.update, self.keeping) else {
            return;
        };
        let place = match kept {
            Kept::Id => &mut draft.id,
            Kept::Title => &mut draft.title,
            Kept::Severity => &mut draft.severity,
        };
        if place.len() + text.len() <= MAX_TEXT {
            place.push_str(text);
        }
    }

    fn close(&mut self, name: &[u8], give: &mut impl FnMut(Update)) {
        self.keeping = None;
        if name == b"update"
            && let Some(update) = self.update.take().and_then(Draft::finish)
        {
            give(update);
        }
    }
}

impl Draft {
    fn finish(self) -> Option<Update> {
        let id = self.id.trim().to_owned();
        let unwanted = !self.security || is_no_security_update(&id);
        if id.is_empty() || self.packages.is_empty() || (unwanted && self.cves.is_empty()) {
            return None;
        }
        let title = self.title.trim();
        let word = title.split_once(':').map_or("", |(word, _)| word);
        let rating = Rating {
            severity: severity_of(&self.severity)
                .or_else(|| severity_of(word))
                .map(|severity| (severity, Source::Vendor)),
            cvss: None,
        };
        let mut streams = self.streams;
        if streams.is_empty() {
            streams = streams_of_title(title);
        }
        streams.sort();
        streams.dedup();
        let mut ids = self.cves;
        if ids.is_empty() {
            ids.push(id.clone());
        }
        ids.sort();
        Some(Update {
            advisory: Advisory {
                id,
                kind: Kind::Advisory,
                streams,
                issues: ids.into_iter().map(|id| Issue { id, rating }).collect(),
            },
            changed: self.changed,
            packages: by_package(self.packages),
        })
    }
}

/// One entry a package, which is listed once an architecture and repository.
fn by_package(mut packages: Vec<(String, String)>) -> Vec<(String, By, Vec<Row>)> {
    packages.sort();
    packages.dedup();
    let mut grouped: Vec<(String, By, Vec<Row>)> = Vec::new();
    for (name, version) in packages {
        let row = Row {
            introduced: None,
            end: End::Fixed(version),
        };
        match grouped.last_mut() {
            Some((last, _, rows)) if *last == name => rows.push(row),
            _ => grouped.push((name, By::Binary, vec![row])),
        }
    }
    for (_, _, rows) in &mut grouped {
        fold_rebuilds(rows);
    }
    grouped
}

/// Name and version of a `<package>`; nothing for sources.
fn package(tag: &BytesStart<'_>) -> Option<(String, String)> {
    if matches!(attribute(tag, "arch").as_deref(), Some("src" | "nosrc")) {
        return None;
    }
    let name = attribute(tag, "name")?;
    let version = attribute(tag, "version")?;
    let release = attribute(tag, "release")?;
    let epoch = attribute(tag, "epoch").unwrap_or_default();
    let epoch = if epoch.is_empty() || epoch == "0" {
        String::new()
    } else {
        format!("{epoch}:")
    };
    Some((name, format!("{epoch}{version}-{release}")))
}

/// An attribute's value; nothing for one that is longer than any true one.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
    (value.len() <= MAX_TEXT).then(|| value.into_owned())
}

/// The CVE ids in a text.
#[must_use]
pub fn cves(text: &str) -> Vec<String> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    text.match_indices("CVE-")
        .filter_map(|(at, _)| {
            let rest = text.get(at + 4..)?;
            let year = digits(rest);
            let number = digits(rest.get(year..)?.strip_prefix('-')?);
            (year == 4 && number >= 4)
                .then(|| text.get(at..at + 4 + year + 1 + number).map(str::to_owned))?
        })
        .collect()
}

/// `2024-07-01 20:41:00`, with or without seconds or time, ISO 8601, or seconds since 1970; UTC.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).ok();
    }
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let text = text.trim_end_matches("UTC").trim_end();
    let civil = text.parse::<jiff::civil::DateTime>().or_else(|_| {
        text.parse::<jiff::civil::Date>()
            .map(|date| date.at(0, 0, 0, 0))
    });
    civil
        .ok()?
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// Gives no more than `left` bytes until that is raised again, so that one comment without an end does
/// not fill the memory.
#[derive(Debug)]
struct Rationed<R> {
    input: R,
    left: usize,
}

impl<R: BufRead> Read for Rationed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let many = ready.len().min(buffer.len());
        if let (Some(target), Some(source)) = (buffer.get_mut(..many), ready.get(..many)) {
            target.copy_from_slice(source);
        }
        self.consume(many);
        Ok(many)
    }
}

impl<R: BufRead> BufRead for Rationed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other("a piece of it is longer than 8 MiB"));
        }
        let ready = self.input.fill_buf()?;
        Ok(ready.get(..self.left).unwrap_or(ready))
    }

    fn consume(&mut self, many: usize) {
        self.left = self.left.saturating_sub(many);
        self.input.consume(many);
    }
}

#[cfg(test)]
mod tests;
