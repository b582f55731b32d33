//! The file: what feeds say, by release, made small and quick to search.
//!
//! Version 1. Numbers in the header are little-endian; elsewhere a number is LEB128 of at most 64 bits,
//! a text its length in bytes and UTF-8.
//!
//! | where | what |
//! |---|---|
//! | 0 | `HTADV\r\n` and 0x1A: shows what it is, and that no transfer changed line ends |
//! | 8 | the version, 2 bytes, and 2 bytes of nothing |
//! | 12 | the directory's length, 4 bytes |
//! | 16 | the directory's SHA-256 |
//! | 48 | the directory |
//! | | the sections, one a release |
//!
//! The directory: when the file was built, then how many sections there are and of each its release, its
//! place (from the end of the directory), length, inflated length, SHA-256 as it stands there, numbers of
//! packages, rows and advisories, and the feeds it is from (name, state or 0, entries). Times are seconds
//! since 1970.
//!
//! A section is deflated (RFC 1951). First its packages, sorted by name: name, 0 for a binary package and 1
//! for a source, the number of rows, and of each the number of its advisory, a byte that says how it ends (0
//! fixed, 1 last affected, 2 open, 3 will not be fixed; plus 4 where it does not reach back to the
//! first version), the first version if it does not, and the version it ends with if it has one. Then its advisories: id, 0
//! for an advisory and 1 for a statement, the streams it is for, and its issues: id, a byte for severity (0
//! none, 1 to 5 the vendor's critical to info, 6 to 10 the same by CVSS), the CVSS score in tenths plus 1, or 0.
//! A section without packages has no advisories either.
//!
//! So a reader passes over packages that are not installed, and keeps no more than what it found.

mod directory;
mod read;
mod wire;
#[cfg(feature = "feeds")]
mod write;

use std::io;

pub use directory::{Directory, Feed, Section};
pub use read::{Archive, PackageRows, SectionReader};
#[cfg(feature = "feeds")]
pub use write::{Content, Rows, write};

const MAGIC: [u8; 8] = *b"HTADV\r\n\x1a";
const VERSION: u16 = 1;
const HEADER: usize = 48;

/// The bit of a range that does not reach back to the first version.
const LATE: u8 = 4;

/// A directory is at most this long: 4 MiB. That of all feeds has 20 kB.
const DIRECTORY_LIMIT: u32 = 4 << 20;

/// A section is at most this long once inflated: 256 MiB. The longest, Ubuntu's, have 20 MB.
const SECTION_LIMIT: u64 = 256 << 20;

/// A package has at most so many ranges: Ubuntu's kernel has 15,000.
const ROWS_LIMIT: u64 = 500_000;

/// An advisory has at most so many issues and streams: the longest have 600.
const ISSUES_LIMIT: u64 = 20_000;

/// A text is at most this long: 4 KiB.
const TEXT_LIMIT: u64 = 4 << 10;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// It is no such file.
    #[error("this is no file of advisories: hardtarget-advisories builds one")]
    Foreign,
    /// It is from another time.
    #[error(
        "the file of advisories has format {0}, this program reads format {VERSION}: build the file again with the hardtarget-advisories of this version"
    )]
    Version(u16),
    /// Its content is not what was written.
    #[error("the file of advisories is damaged ({0}): fetch or build it again")]
    Damaged(&'static str),
    /// The system cannot read it.
    #[error("the file of advisories cannot be read: {0}")]
    Io(io::Error),
}

impl From<io::Error> for FormatError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Damaged("it ends too early"),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::Damaged("a section cannot be inflated")
            }
            _ => Self::Io(error),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "feeds")]
mod tests;
