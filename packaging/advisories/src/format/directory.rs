//! What a file holds.

use std::io::Read;

use jiff::Timestamp;

use super::{FormatError, wire};
use crate::release::Release;

/// The directory of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// When the file was built.
    pub built: Timestamp,
    /// Its sections, sorted by release.
    pub sections: Vec<Section>,
}

/// One section: what is known of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The release.
    pub release: Release,
    /// Where it begins, from the end of the directory.
    pub offset: u64,
    /// How long it is there.
    pub length: u64,
    /// How long it is once inflated.
    pub inflated: u64,
    /// Its SHA-256 as it stands in the file.
    pub sha256: [u8; 32],
    /// How many packages it tells of.
    pub packages: u64,
    /// How many ranges of versions it has.
    pub rows: u64,
    /// How many advisories it has.
    pub advisories: u64,
    /// Where it is from.
    pub feeds: Vec<Feed>,
}

/// One feed, as far as one release is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its name, e.g. `AlmaLinux:9`.
    pub name: String,
    /// The state it is of, where that is known.
    pub as_of: Option<Timestamp>,
    /// How many of its records are about the release.
    pub entries: u64,
}

impl Directory {
    /// The section of a release.
    #[must_use]
    pub fn section(&self, release: &Release) -> Option<&Section> {
        self.sections
            .iter()
            .find(|section| section.release == *release)
    }

    pub(super) fn read(input: &mut impl Read) -> Result<Self, FormatError> {
        let built = time(wire::number(input)?)?;
        let mut sections = Vec::new();
        for _ in 0..wire::number(input)? {
            sections.push(Section::read(input)?);
        }
        Ok(Self { built, sections })
    }

    #[cfg(feature = "feeds")]
    pub(super) fn write(&self, output: &mut Vec<u8>) {
        wire::put_number(output, seconds(self.built));
        wire::put_number(output, self.sections.len() as u64);
        for section in &self.sections {
            section.write(output);
        }
    }
}

impl Section {
    fn read(input: &mut impl Read) -> Result<Self, FormatError> {
        let release = wire::text(input)?
            .parse()
            .map_err(|_| FormatError::Damaged("a release has no name"))?;
        let [offset, length, inflated] = [
            wire::number(input)?,
            wire::number(input)?,
            wire::number(input)?,
        ];
        let mut sha256 = [0; 32];
        input.read_exact(&mut sha256)?;
        let [packages, rows, advisories] = [
            wire::number(input)?,
            wire::number(input)?,
            wire::number(input)?,
        ];
        let mut feeds = Vec::new();
        for _ in 0..wire::number(input)? {
            feeds.push(Feed {
                name: wire::text(input)?,
                as_of: match wire::number(input)? {
                    0 => None,
                    seconds => Some(time(seconds)?),
                },
                entries: wire::number(input)?,
            });
        }
        Ok(Self {
            release,
            offset,
            length,
            inflated,
            sha256,
            packages,
            rows,
            advisories,
            feeds,
        })
    }

    #[cfg(feature = "feeds")]
    fn write(&self, output: &mut Vec<u8>) {
        wire::put_text(output, self.release.as_str());
        for number in [self.offset, self.length, self.inflated] {
            wire::put_number(output, number);
        }
        output.extend_from_slice(&self.sha256);
        for number in [
            self.packages,
            self.rows,
            self.advisories,
            self.feeds.len() as u64,
        ] {
            wire::put_number(output, number);
        }
        for feed in &self.feeds {
            wire::put_text(output, &feed.name);
            wire::put_number(output, feed.as_of.map_or(0, seconds));
            wire::put_number(output, feed.entries);
        }
    }
}

fn time(seconds: u64) -> Result<Timestamp, FormatError> {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(FormatError::Damaged("a time is none"))
}

#[cfg(feature = "feeds")]
fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or(0)
}
