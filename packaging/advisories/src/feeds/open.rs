//! Feeds as files: a zip or a directory of OSV records, one record, or an `updateinfo.xml`, plain or
//! compressed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// One OSV record is at most this long: 64 MiB. The longest, of kernels, have 5.
const RECORD_LIMIT: u64 = 64 << 20;

/// Why a feed cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The system does not give it.
    #[error("{path} cannot be read")]
    Io {
        /// The feed.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is an archive that is damaged.
    #[error("{path} is no zip archive that can be read")]
    Zip {
        /// The feed.
        path: PathBuf,
        /// What is wrong with it.
        source: zip::result::ZipError,
    },
    /// One of its records is none.
    #[error("{path}: {record} is no OSV record")]
    Record {
        /// The feed.
        path: PathBuf,
        /// The file inside.
        record: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A record is too long.
    #[error("{path}: {record} is longer than 64 MiB")]
    TooLong {
        /// The feed.
        path: PathBuf,
        /// The file inside.
        record: String,
    },
    /// The XML is none.
    #[error("{path} is no list of updates")]
    Updateinfo {
        /// The feed.
        path: PathBuf,
        /// What is wrong with it.
        source: crate::updateinfo::UpdateinfoError,
    },
    /// It is not known for which release it is.
    #[error(
        "{path}: which release these updates are for is not in them: give the feed as RELEASE={path}, for example almalinux:9={path}"
    )]
    NoRelease {
        /// The feed.
        path: PathBuf,
    },
    /// It holds no record.
    #[error("{path} holds no OSV record and is no updateinfo.xml")]
    Empty {
        /// The feed.
        path: PathBuf,
    },
    /// Nothing in it is for a system that we know.
    #[error("{path} says nothing of any release that this program knows (it names {names})")]
    Unknown {
        /// The feed.
        path: PathBuf,
        /// What it is for.
        names: String,
    },
}

impl FeedError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// A feed, by what it looks like.
pub(crate) enum Opened {
    /// A zip of records.
    Zip(Box<zip::ZipArchive<BufReader<File>>>),
    /// Files of one record each.
    Files(Vec<PathBuf>),
    /// An `updateinfo.xml`.
    Xml(Box<dyn BufRead>),
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Zip(_) => "Zip",
            Self::Files(_) => "Files",
            Self::Xml(_) => "Xml",
        })
    }
}

/// Opens a feed.
pub(crate) fn open(path: &Path) -> Result<Opened, FeedError> {
    let error = |source| FeedError::io(path, source);
    if path.is_dir() {
        let mut files = Vec::new();
        json_below(path, &mut files)?;
        return Ok(Opened::Files(files));
    }
    let mut input = BufReader::with_capacity(1 << 16, File::open(path).map_err(error)?);
    let start = input.fill_buf().map_err(error)?;
    if start.starts_with(b"PK") {
        let archive = zip::ZipArchive::new(input).map_err(|source| FeedError::Zip {
            path: path.to_owned(),
            source,
        })?;
        return Ok(Opened::Zip(Box::new(archive)));
    }
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') {
        return Ok(Opened::Files(vec![path.to_owned()]));
    }
    decompressed(input).map(Opened::Xml).map_err(error)
}

/// What a file holds, plain or compressed by gzip, xz or zstd.
fn decompressed(mut input: BufReader<File>) -> io::Result<Box<dyn BufRead>> {
    let start = input.fill_buf()?;
    Ok(if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(input)))
    } else if start.starts_with(b"\xfd7zXZ\0") {
        Box::new(BufReader::new(lzma_rust2::XzReader::new(input, true)))
    } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let decoder = ruzstd::decoding::StreamingDecoder::new(input)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        Box::new(BufReader::new(decoder))
    } else {
        Box::new(input)
    })
}

fn json_below(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), FeedError> {
    let error = |source| FeedError::io(directory, source);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(error)? {
        let entry = entry.map_err(error)?;
        entries.push((entry.path(), entry.file_type().map_err(error)?));
    }
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    for (path, kind) in entries {
        if kind.is_dir() {
            json_below(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Calls `give` with the name and content of every record, and with how far we are of how many.
pub(crate) fn records(
    path: &Path,
    opened: Opened,
    mut give: impl FnMut(&str, &[u8], usize, usize) -> Result<(), FeedError>,
) -> Result<(), FeedError> {
    let mut bytes = Vec::new();
    match opened {
        Opened::Zip(mut archive) => {
            let many = archive.len();
            for number in 0..many {
                let damaged = |source| FeedError::Zip {
                    path: path.to_owned(),
                    source,
                };
                let mut entry = archive.by_index(number).map_err(damaged)?;
                let name = entry.name().map_err(damaged)?.into_owned();
                if entry.is_file()
                    && Path::new(&name)
                        .extension()
                        .is_some_and(|extension| extension == "json")
                {
                    fill(path, &name, &mut entry, &mut bytes)?;
                    give(&name, &bytes, number, many)?;
                }
            }
        }
        Opened::Files(files) => {
            let many = files.len();
            for (number, file) in files.iter().enumerate() {
                let mut input = File::open(file).map_err(|source| FeedError::io(file, source))?;
                let name = file.display().to_string();
                fill(path, &name, &mut input, &mut bytes)?;
                give(&name, &bytes, number, many)?;
            }
        }
        Opened::Xml(_) => {}
    }
    Ok(())
}

fn fill(
    path: &Path,
    record: &str,
    input: &mut impl Read,
    bytes: &mut Vec<u8>,
) -> Result<(), FeedError> {
    bytes.clear();
    // One long record must not keep its memory for the rest.
    bytes.shrink_to(1 << 20);
    input
        .take(RECORD_LIMIT + 1)
        .read_to_end(bytes)
        .map_err(|source| FeedError::io(path, source))?;
    if bytes.len() as u64 > RECORD_LIMIT {
        return Err(FeedError::TooLong {
            path: path.to_owned(),
            record: record.to_owned(),
        });
    }
    Ok(())
}
