//! The machine under scan, rooted at a directory, read with care.
//!
//! Whatever is read here is untrusted: a path may lead out of the root through a symbolic link, a
//! file may be a FIFO that never ends or a gigabyte long. Every read resolves links below the
//! root, opens nothing but regular files and stops at a size limit.

mod resolve;

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::{AtFlags, CWD, StatxFlags, statx};

/// How much of one file is read unless the caller says otherwise: 4 MiB. Files of `/etc` are
/// kilobytes; the package databases ask for more.
pub const READ_LIMIT: u64 = 4 << 20;

/// The machine under scan.
#[derive(Debug, Clone)]
pub struct Host {
    root: PathBuf,
    running: bool,
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It does not exist.
    #[error("{0} does not exist")]
    Absent(PathBuf),
    /// This user may not read it.
    #[error("{0} may not be read by this user")]
    Denied(PathBuf),
    /// It is longer than the limit.
    #[error("{path} is longer than {limit} bytes")]
    TooLong {
        /// The path below the root.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is a directory, device, FIFO or socket.
    #[error("{0} is not a regular file")]
    NotAFile(PathBuf),
    /// Anything else the system says.
    #[error("{path} cannot be read: {source}")]
    Io {
        /// The path below the root.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ReadError {
    fn new(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Absent(path),
            io::ErrorKind::PermissionDenied => Self::Denied(path),
            _ => Self::Io { path, source },
        }
    }

    /// Whether the thing is simply not there (as opposed to there but unreadable).
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }
}

impl Host {
    /// The running machine.
    #[must_use]
    pub fn running() -> Self {
        Self {
            root: PathBuf::from("/"),
            running: true,
        }
    }

    /// An unpacked or mounted root: what its files say can be judged, what only a running system
    /// knows cannot.
    pub fn rooted(root: &Path) -> Result<Self, ReadError> {
        let root = root
            .canonicalize()
            .map_err(|source| ReadError::new(root, source))?;
        if root.is_dir() {
            Ok(Self {
                root,
                running: false,
            })
        } else {
            Err(ReadError::NotAFile(root))
        }
    }

    /// A directory that plays a running machine, `/proc` and `/sys` included. No program of the
    /// real machine is run for it.
    #[cfg(test)]
    pub(crate) fn pretend_running(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            running: true,
        }
    }

    /// The directory that all paths are below.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether this is a running machine, whose `/proc` and `/sys` speak of it.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.running
    }

    /// Whether programs may be run to ask the machine: only on the real running one.
    #[must_use]
    pub fn has_programs(&self) -> bool {
        self.running && self.root == Path::new("/")
    }

    /// The real place of a path of the machine (`/etc/passwd`), with every symbolic link resolved
    /// as the machine itself would, never above the root.
    pub fn resolve(&self, path: impl AsRef<Path>) -> Result<PathBuf, ReadError> {
        let path = path.as_ref();
        if self.root == Path::new("/") {
            return Ok(path.to_owned());
        }
        resolve::below(&self.root, path, true).map_err(|source| ReadError::new(path, source))
    }

    /// Like [`Self::resolve`], but leaves a link at the very end as it is.
    fn resolve_parent(&self, path: &Path) -> Result<PathBuf, ReadError> {
        if self.root == Path::new("/") {
            return Ok(path.to_owned());
        }
        resolve::below(&self.root, path, false).map_err(|source| ReadError::new(path, source))
    }

    /// Reads a regular file of at most [`READ_LIMIT`] bytes.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Vec<u8>, ReadError> {
        self.read_up_to(path, READ_LIMIT)
    }

    /// Reads a regular file of at most `limit` bytes; a longer one is an error.
    pub fn read_up_to(&self, path: impl AsRef<Path>, limit: u64) -> Result<Vec<u8>, ReadError> {
        let path = path.as_ref();
        let mut bytes = Vec::new();
        self.open(path)?
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| ReadError::new(path, source))?;
        if bytes.len() as u64 > limit {
            return Err(ReadError::TooLong {
                path: path.to_owned(),
                limit,
            });
        }
        Ok(bytes)
    }

    /// Reads at most the first `limit` bytes of a regular file, however long it is.
    pub fn read_start(&self, path: impl AsRef<Path>, limit: u64) -> Result<Vec<u8>, ReadError> {
        let path = path.as_ref();
        let mut bytes = Vec::new();
        self.open(path)?
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(|source| ReadError::new(path, source))?;
        Ok(bytes)
    }

    /// Reads a text file of at most [`READ_LIMIT`] bytes; bytes that are no UTF-8 become `U+FFFD`.
    pub fn text(&self, path: impl AsRef<Path>) -> Result<String, ReadError> {
        let bytes = self.read(path)?;
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// Opens a regular file for reading, for callers that stream.
    pub fn open(&self, path: &Path) -> Result<File, ReadError> {
        let real = self.resolve(path)?;
        // Asked before opening too: opening alone has effects on some devices (a watchdog, a tape).
        let before = real
            .metadata()
            .map_err(|source| ReadError::new(path, source))?;
        if !before.is_file() {
            return Err(ReadError::NotAFile(path.to_owned()));
        }
        // O_NONBLOCK: opening a FIFO without a writer would wait for ever. It has no effect on
        // regular files.
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(nix::libc::O_NONBLOCK | nix::libc::O_CLOEXEC | nix::libc::O_NOCTTY)
            .open(&real)
            .map_err(|source| ReadError::new(path, source))?;
        let metadata = file
            .metadata()
            .map_err(|source| ReadError::new(path, source))?;
        if metadata.is_file() {
            Ok(file)
        } else {
            Err(ReadError::NotAFile(path.to_owned()))
        }
    }

    /// What a path leads to, links followed.
    pub fn metadata(&self, path: impl AsRef<Path>) -> Result<Metadata, ReadError> {
        let path = path.as_ref();
        self.resolve(path)?
            .metadata()
            .map_err(|source| ReadError::new(path, source))
    }

    /// What stands at a path itself, be it a link.
    pub fn link_metadata(&self, path: impl AsRef<Path>) -> Result<Metadata, ReadError> {
        let path = path.as_ref();
        self.resolve_parent(path)?
            .symlink_metadata()
            .map_err(|source| ReadError::new(path, source))
    }

    /// When what a path leads to was created (statx(2) `stx_btime`), links followed; nothing if the
    /// file system does not know. Where its content is older (mtime), as that of a file unpacked
    /// with a container's layer, that time counts.
    pub fn born(&self, path: impl AsRef<Path>) -> Option<Timestamp> {
        let real = self.resolve(path).ok()?;
        let flags = StatxFlags::BTIME | StatxFlags::MTIME;
        let status = statx(CWD, &real, AtFlags::empty(), flags).ok()?;
        if status.stx_mask & flags.bits() != flags.bits() {
            return None;
        }
        Timestamp::from_second(status.stx_btime.tv_sec.min(status.stx_mtime.tv_sec)).ok()
    }

    /// Whether a path leads to something, links followed.
    pub fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.metadata(path).is_ok()
    }

    /// Where a symbolic link points, as it is written.
    pub fn read_link(&self, path: impl AsRef<Path>) -> Result<PathBuf, ReadError> {
        let path = path.as_ref();
        self.resolve_parent(path)?
            .read_link()
            .map_err(|source| ReadError::new(path, source))
    }

    /// The names in a directory, sorted.
    pub fn list(&self, path: impl AsRef<Path>) -> Result<Vec<OsString>, ReadError> {
        let path = path.as_ref();
        let error = |source| ReadError::new(path, source);
        let mut names = Vec::new();
        for entry in self.resolve(path)?.read_dir().map_err(error)? {
            names.push(entry.map_err(error)?.file_name());
        }
        names.sort();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_unpacked_today_is_as_old_as_its_content() {
        let root = tempfile::tempdir().unwrap();
        let file = File::create(root.path().join("file")).unwrap();
        let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1000);
        file.set_modified(old).unwrap();
        let host = Host::rooted(root.path()).unwrap();
        // Some file systems know no births.
        if let Some(born) = host.born("/file") {
            assert_eq!(born, Timestamp::from_second(1000).unwrap());
        }
        assert_eq!(host.born("/missing"), None);
    }
}
