//! Reading a file, with little memory and no trust in its content.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;
use hardtarget_report::Severity;
use sha2::{Digest, Sha256};

use super::directory::{Directory, Section};
use super::{
    DIRECTORY_LIMIT, FormatError, HEADER, ISSUES_LIMIT, LATE, MAGIC, ROWS_LIMIT, SECTION_LIMIT,
    VERSION, wire,
};
use crate::advisory::{Advisory, By, End, Issue, Kind, Rating, Row, Score, Source};
use crate::release::Release;

/// An open file.
#[derive(Debug)]
pub struct Archive<R> {
    input: R,
    directory: Directory,
    /// Where the sections begin.
    sections: u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Reads header and directory.
    ///
    /// # Errors
    /// What is no such file, has another format, is damaged or cannot be read.
    pub fn open(mut input: R) -> Result<Self, FormatError> {
        let mut header = Vec::with_capacity(HEADER);
        input
            .by_ref()
            .take(HEADER as u64)
            .read_to_end(&mut header)?;
        let Some((magic, rest)) = header.split_first_chunk::<8>() else {
            return Err(FormatError::Foreign);
        };
        if *magic != MAGIC {
            return Err(FormatError::Foreign);
        }
        let short = FormatError::Damaged("it ends too early");
        let Some((&[low, high, _, _, a, b, c, d], sha256)) = rest.split_first_chunk() else {
            return Err(short);
        };
        let version = u16::from_le_bytes([low, high]);
        if version != VERSION {
            return Err(FormatError::Version(version));
        }
        let length = u32::from_le_bytes([a, b, c, d]);
        if length > DIRECTORY_LIMIT {
            return Err(FormatError::Damaged("its directory is too long"));
        }
        let mut directory = Vec::new();
        input
            .by_ref()
            .take(u64::from(length))
            .read_to_end(&mut directory)?;
        if Sha256::digest(&directory).as_slice() != sha256 {
            return Err(FormatError::Damaged("its directory has another checksum"));
        }
        Ok(Self {
            input,
            directory: Directory::read(&mut directory.as_slice())?,
            sections: HEADER as u64 + u64::from(length),
        })
    }

    /// What the file holds.
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Begins to read the section of a release; nothing where there is none.
    ///
    /// # Errors
    /// A directory that asks for the impossible, and what the system says.
    pub fn section(
        &mut self,
        release: &Release,
    ) -> Result<Option<SectionReader<&mut R>>, FormatError> {
        let Some(section) = self.directory.section(release).cloned() else {
            return Ok(None);
        };
        let place = self
            .sections
            .checked_add(section.offset)
            .filter(|_| section.inflated <= SECTION_LIMIT)
            .ok_or(FormatError::Damaged("a section is too long"))?;
        self.input.seek(SeekFrom::Start(place))?;
        SectionReader::new(&mut self.input, section).map(Some)
    }
}

/// Reads one section from beginning to end: first [`Self::next_package`] until there is none, then
/// [`Self::next_advisory`], then [`Self::end`]. Only then is it sure that what was read is what was written.
#[derive(Debug)]
pub struct SectionReader<R> {
    input: Inflated<R>,
    section: Section,
    packages: u64,
    advisories: u64,
}

type Inflated<R> = BufReader<std::io::Take<DeflateDecoder<Summed<std::io::Take<R>>>>>;

/// What a section says of one package.
#[derive(Debug)]
pub struct PackageRows {
    /// Its name.
    pub name: String,
    /// What the name means.
    pub by: By,
    /// Ranges, with the number of the advisory each is from.
    pub rows: Vec<(u32, Row)>,
}

impl<R: Read> SectionReader<R> {
    fn new(input: R, section: Section) -> Result<Self, FormatError> {
        let summed = Summed {
            input: input.take(section.length),
            sum: Sha256::new(),
        };
        let mut input = BufReader::new(DeflateDecoder::new(summed).take(section.inflated));
        let packages = wire::number(&mut input)?;
        Ok(Self {
            input,
            section,
            packages,
            advisories: 0,
        })
    }

    /// The next package that is wanted; the others are passed over.
    ///
    /// # Errors
    /// Damage, and what the system says.
    pub fn next_package(
        &mut self,
        wanted: impl Fn(&str, By) -> bool,
    ) -> Result<Option<PackageRows>, FormatError> {
        while self.packages > 0 {
            let input = &mut self.input;
            let name = wire::text(input)?;
            let by = match wire::byte(input)? {
                0 => By::Binary,
                1 => By::Source,
                _ => return Err(FormatError::Damaged("a package is of no kind")),
            };
            let wanted = wanted(&name, by);
            let mut rows = Vec::new();
            for _ in 0..wire::count(input, ROWS_LIMIT)? {
                if wanted {
                    rows.push(row(input)?);
                } else {
                    skip_row(input)?;
                }
            }
            self.packages -= 1;
            if self.packages == 0 {
                self.advisories = wire::number(input)?;
            }
            if wanted {
                return Ok(Some(PackageRows { name, by, rows }));
            }
        }
        Ok(None)
    }

    /// The next advisory.
    ///
    /// # Errors
    /// Damage, and what the system says.
    pub fn next_advisory(&mut self) -> Result<Option<Advisory>, FormatError> {
        if self.packages > 0 {
            return Err(FormatError::Damaged("its packages were not read"));
        }
        if self.advisories == 0 {
            return Ok(None);
        }
        self.advisories -= 1;
        let input = &mut self.input;
        let id = wire::text(input)?;
        let kind = match wire::byte(input)? {
            0 => Kind::Advisory,
            1 => Kind::Statement,
            _ => return Err(FormatError::Damaged("an advisory is of no kind")),
        };
        let mut streams = Vec::new();
        for _ in 0..wire::count(input, ISSUES_LIMIT)? {
            streams.push(wire::text(input)?);
        }
        let mut issues = Vec::new();
        for _ in 0..wire::count(input, ISSUES_LIMIT)? {
            issues.push(Issue {
                id: wire::text(input)?,
                rating: rating(wire::byte(input)?, wire::byte(input)?)?,
            });
        }
        Ok(Some(Advisory {
            id,
            kind,
            streams,
            issues,
        }))
    }

    /// Reads what is left and compares the checksum.
    ///
    /// # Errors
    /// Damage, and what the system says.
    pub fn end(self) -> Result<(), FormatError> {
        let mut input = self.input;
        if !input.fill_buf()?.is_empty() {
            return Err(FormatError::Damaged("a section does not end"));
        }
        let mut summed = input.into_inner().into_inner().into_inner();
        std::io::copy(&mut summed, &mut std::io::sink())?;
        if summed.sum.finalize().as_slice() == self.section.sha256 {
            Ok(())
        } else {
            Err(FormatError::Damaged("a section has another checksum"))
        }
    }
}

/// A range, and the number of its advisory.
fn row(input: &mut impl Read) -> Result<(u32, Row), FormatError> {
    let advisory = wire::small(input)?;
    let flags = wire::byte(input)?;
    let introduced = if flags & LATE == 0 {
        None
    } else {
        Some(wire::text(input)?)
    };
    let end = match flags & !LATE {
        0 => End::Fixed(wire::text(input)?),
        1 => End::Last(wire::text(input)?),
        2 => End::Open,
        3 => End::WontFix,
        _ => return Err(FormatError::Damaged("a range has no end")),
    };
    Ok((advisory, Row { introduced, end }))
}

fn skip_row(input: &mut impl BufRead) -> Result<(), FormatError> {
    wire::number(input)?;
    let flags = wire::byte(input)?;
    if flags & LATE != 0 {
        wire::skip_text(input)?;
    }
    match flags & !LATE {
        0 | 1 => wire::skip_text(input),
        2 | 3 => Ok(()),
        _ => Err(FormatError::Damaged("a range has no end")),
    }
}

fn rating(severity: u8, cvss: u8) -> Result<Rating, FormatError> {
    let severity = match severity {
        0 => None,
        code @ 1..=10 => {
            let source = if code <= 5 {
                Source::Vendor
            } else {
                Source::Cvss
            };
            Severity::ALL
                .get(usize::from((code - 1) % 5))
                .map(|severity| (*severity, source))
        }
        _ => return Err(FormatError::Damaged("a severity is none")),
    };
    let cvss = match cvss.checked_sub(1) {
        None => None,
        Some(tenths) => {
            Some(Score::from_tenths(tenths).ok_or(FormatError::Damaged("a score is above 10.0"))?)
        }
    };
    Ok(Rating { severity, cvss })
}

/// Sums up what is read through it.
#[derive(Debug)]
struct Summed<R> {
    input: R,
    sum: Sha256,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.sum.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
