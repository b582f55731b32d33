//! Writing a file. The same content gives the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::directory::{Directory, Feed, Section};
use super::{HEADER, LATE, MAGIC, VERSION, wire};
use crate::advisory::{Advisory, By, End, Kind, Rating, Row, Source};
use crate::release::Release;

/// Ranges, with the number of the advisory each is from.
pub type Rows = Vec<(u32, Row)>;

/// What goes into one section.
#[derive(Debug, Default)]
pub struct Content {
    /// Where it is from.
    pub feeds: Vec<Feed>,
    /// The advisories.
    pub advisories: Vec<Arc<Advisory>>,
    /// Ranges by package.
    pub packages: BTreeMap<(Arc<str>, By), Rows>,
}

/// Writes a file.
///
/// # Errors
/// What `output` says.
pub fn write<'a>(
    built: Timestamp,
    sections: impl Iterator<Item = (&'a Release, Content)>,
    output: &mut impl Write,
) -> io::Result<Directory> {
    let mut directory = Directory {
        built,
        sections: Vec::new(),
    };
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    let mut offset = 0;
    for (release, content) in sections {
        let (body, inflated) = deflated(&content)?;
        directory.sections.push(Section {
            release: release.clone(),
            offset,
            length: body.len() as u64,
            inflated,
            sha256: Sha256::digest(&body).into(),
            packages: content.packages.len() as u64,
            rows: content
                .packages
                .values()
                .map(|rows| rows.len() as u64)
                .sum(),
            advisories: content.advisories.len() as u64,
            feeds: content.feeds,
        });
        offset += body.len() as u64;
        bodies.push(body);
    }
    let mut bytes = Vec::new();
    directory.write(&mut bytes);
    let length = u32::try_from(bytes.len())
        .map_err(|_| io::Error::other("too many releases for one file"))?;
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&[0, 0]);
    header.extend_from_slice(&length.to_le_bytes());
    header.extend_from_slice(&Sha256::digest(&bytes));
    output.write_all(&header)?;
    output.write_all(&bytes)?;
    for body in bodies {
        output.write_all(&body)?;
    }
    output.flush()?;
    Ok(directory)
}

/// A section as it stands in the file, and its length before.
fn deflated(content: &Content) -> io::Result<(Vec<u8>, u64)> {
    let mut output = DeflateEncoder::new(Vec::new(), Compression::best());
    let mut length = 0;
    let mut bytes = Vec::new();
    let mut pass_on = |bytes: &mut Vec<u8>| {
        length += bytes.len() as u64;
        let written = output.write_all(bytes);
        bytes.clear();
        written
    };
    wire::put_number(&mut bytes, content.packages.len() as u64);
    for ((name, by), rows) in &content.packages {
        wire::put_text(&mut bytes, name);
        bytes.push(match by {
            By::Binary => 0,
            By::Source => 1,
        });
        wire::put_number(&mut bytes, rows.len() as u64);
        for (advisory, row) in rows {
            wire::put_number(&mut bytes, u64::from(*advisory));
            put_row(&mut bytes, row);
        }
        pass_on(&mut bytes)?;
    }
    if !content.packages.is_empty() {
        wire::put_number(&mut bytes, content.advisories.len() as u64);
        for advisory in &content.advisories {
            put_advisory(&mut bytes, advisory);
            pass_on(&mut bytes)?;
        }
    }
    pass_on(&mut bytes)?;
    Ok((output.finish()?, length))
}

fn put_row(bytes: &mut Vec<u8>, row: &Row) {
    let (code, version) = match &row.end {
        End::Fixed(version) => (0, Some(version)),
        End::Last(version) => (1, Some(version)),
        End::Open => (2, None),
        End::WontFix => (3, None),
    };
    bytes.push(code | if row.introduced.is_some() { LATE } else { 0 });
    for text in row.introduced.iter().chain(version) {
        wire::put_text(bytes, text);
    }
}

fn put_advisory(bytes: &mut Vec<u8>, advisory: &Advisory) {
    wire::put_text(bytes, &advisory.id);
    bytes.push(match advisory.kind {
        Kind::Advisory => 0,
        Kind::Statement => 1,
    });
    wire::put_number(bytes, advisory.streams.len() as u64);
    for stream in &advisory.streams {
        wire::put_text(bytes, stream);
    }
    wire::put_number(bytes, advisory.issues.len() as u64);
    for issue in &advisory.issues {
        wire::put_text(bytes, &issue.id);
        bytes.extend_from_slice(&code(issue.rating));
    }
}

fn code(rating: Rating) -> [u8; 2] {
    let severity = rating.severity.map_or(0, |(severity, source)| {
        let place = hardtarget_report::Severity::ALL
            .iter()
            .zip(1..)
            .find_map(|(known, place)| (*known == severity).then_some(place))
            .unwrap_or(0);
        match source {
            Source::Vendor => place,
            Source::Cvss => place + 5,
        }
    });
    [severity, rating.cvss.map_or(0, |score| score.tenths() + 1)]
}
