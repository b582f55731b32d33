//! Reads the places where things are left, and notes what could not be read.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Kind, Leftover, Leftovers};
use crate::facts::{Fact, accounts, glob};
use crate::host::{Host, READ_LIMIT, ReadError};

/// How many homes are looked at.
const MOST_HOMES: usize = 10_000;

/// How much of a file is looked at where its beginning tells enough, in bytes: in lastlog the
/// records of the first 14,000 users.
const START: u64 = READ_LIMIT;

/// How many entries of one directory are looked at.
const MOST_ENTRIES: usize = 10_000;

/// Looks for leftovers.
#[derive(Debug)]
pub(super) struct Finder<'a> {
    pub(super) host: &'a Host,
    /// Homes of `/etc/passwd`, `/root` and `/etc/skel`.
    pub(super) homes: Vec<PathBuf>,
    left: Leftovers,
}

impl<'a> Finder<'a> {
    pub(super) fn new(host: &'a Host) -> Fact<Self> {
        let mut homes = BTreeSet::from(["/root".to_owned(), "/etc/skel".to_owned()]);
        match host.text("/etc/passwd") {
            Ok(text) => homes.extend(
                accounts::parse(&text)
                    .into_iter()
                    .map(|account| account.home)
                    .filter(|home| home.starts_with('/')),
            ),
            Err(ReadError::Absent(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let mut left = Leftovers::default();
        if homes.len() > MOST_HOMES {
            let why = format!("only {MOST_HOMES} of {} homes were looked at", homes.len());
            left.unread.extend(
                [Kind::ClientHistory, Kind::BuildTool, Kind::PublishedKey]
                    .map(|kind| (kind, why.clone())),
            );
        }
        let homes = homes
            .into_iter()
            .take(MOST_HOMES)
            .map(PathBuf::from)
            .filter(|home| host.metadata(home).is_ok_and(|home| home.is_dir()))
            .collect();
        Ok(Self { host, homes, left })
    }

    pub(super) fn finish(self) -> Leftovers {
        self.left
    }

    /// Notes that something could not be looked at.
    pub(super) fn unread(&mut self, kind: Kind, why: impl Into<String>) {
        self.left.unread.push((kind, why.into()));
    }

    /// The metadata of what a path leads to. What does not exist is not there, and neither is a
    /// device: a history that is linked to `/dev/null` keeps nothing.
    pub(super) fn metadata(&mut self, kind: Kind, path: &Path) -> Option<Metadata> {
        match self.host.metadata(path) {
            Ok(metadata) => Some(metadata).filter(|metadata| {
                let of = metadata.file_type();
                !of.is_char_device() && !of.is_block_device()
            }),
            Err(ReadError::Absent(_)) => None,
            Err(error) => {
                self.unread(kind, error.to_string());
                None
            }
        }
    }

    /// The metadata of a regular file with something in it; anything else but a device is noted
    /// as unread.
    fn filled_file(&mut self, kind: Kind, path: &Path) -> Option<Metadata> {
        let metadata = self.metadata(kind, path)?;
        if metadata.is_file() {
            return Some(metadata).filter(|metadata| metadata.len() > 0);
        }
        self.unread(kind, ReadError::NotAFile(path.to_owned()).to_string());
        None
    }

    /// The beginning of a regular file, 4 MiB at most; empty where there is none.
    pub(super) fn start(&mut self, kind: Kind, path: &Path) -> Vec<u8> {
        if self.filled_file(kind, path).is_none() {
            return Vec::new();
        }
        let start = self.host.read_start(path, START);
        self.read(kind, start).unwrap_or_default()
    }

    /// The text of a whole file, if it is there and can be read.
    pub(super) fn text(&mut self, kind: Kind, path: &Path) -> Option<String> {
        self.filled_file(kind, path)?;
        let text = self.host.text(path);
        self.read(kind, text)
    }

    fn read<T>(&mut self, kind: Kind, read: Result<T, ReadError>) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(ReadError::Absent(_)) => None,
            Err(error) => {
                self.unread(kind, error.to_string());
                None
            }
        }
    }

    /// The paths in a directory whose names are what `pattern` stands for.
    pub(super) fn matching(&mut self, kind: Kind, directory: &str, pattern: &str) -> Vec<PathBuf> {
        let names = self.host.list(directory);
        let names = self.read(kind, names).unwrap_or_default();
        if names.len() > MOST_ENTRIES {
            self.unread(
                kind,
                format!("only {MOST_ENTRIES} entries of {directory} were looked at"),
            );
        }
        names
            .into_iter()
            .take(MOST_ENTRIES)
            .filter(|name| glob::matches(pattern, &name.to_string_lossy()))
            .map(|name| Path::new(directory).join(name))
            .collect()
    }

    /// Notes something that was left. `subject` stands for the path where that differs from one
    /// build to the next.
    pub(super) fn found(
        &mut self,
        kind: Kind,
        path: &Path,
        subject: Option<&str>,
        evidence: impl Into<String>,
    ) {
        let metadata = self.host.metadata(path).ok();
        self.left.found.push(Leftover {
            kind,
            subject: subject.map_or_else(|| path.to_string_lossy().into_owned(), str::to_owned),
            path: path.to_owned(),
            evidence: evidence.into(),
            bytes: metadata.as_ref().map_or(0, Metadata::len),
            changed: metadata.and_then(|metadata| Timestamp::from_second(metadata.ctime()).ok()),
        });
    }

    /// Like [`Self::found`], for what belongs to the image whenever it was changed.
    pub(super) fn found_whenever(
        &mut self,
        kind: Kind,
        path: &Path,
        subject: Option<&str>,
        evidence: impl Into<String>,
    ) {
        self.found(kind, path, subject, evidence);
        if let Some(last) = self.left.found.last_mut() {
            last.changed = None;
        }
    }

    /// Notes a regular file if there is something in it.
    pub(super) fn found_if_filled(
        &mut self,
        kind: Kind,
        path: &Path,
        subject: Option<&str>,
        evidence: &str,
    ) {
        if self.filled_file(kind, path).is_some() {
            self.found(kind, path, subject, evidence);
        }
    }
}
