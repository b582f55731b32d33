//! Mode and owner of files, as stat(2) tells them.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::walk::permissions;
use super::{Fact, Gap};
use crate::host::Host;

/// A file or directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileMode {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// `st_mode`.
    pub(crate) mode: u32,
    /// The owner.
    pub(crate) uid: u32,
    /// The group.
    pub(crate) gid: u32,
}

impl FileMode {
    /// What is at a path, links followed, if anything is.
    pub(crate) fn of(host: &Host, path: impl AsRef<Path>) -> Option<Self> {
        let metadata = host.metadata(&path).ok()?;
        Some(Self::new(path.as_ref(), &metadata))
    }

    /// What is at a path, links followed; nothing where there is nothing.
    pub(super) fn look(host: &Host, path: impl AsRef<Path>) -> Fact<Option<Self>> {
        let path = path.as_ref();
        match host.metadata(path) {
            Ok(metadata) => Ok(Some(Self::new(path, &metadata))),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(Gap::Unknown(error.to_string())),
        }
    }

    /// What `stat` says of a path.
    pub(super) fn new(path: &Path, metadata: &Metadata) -> Self {
        Self {
            path: path.to_owned(),
            mode: metadata.mode(),
            uid: metadata.uid(),
            gid: metadata.gid(),
        }
    }

    /// Whether someone besides root may write to it.
    pub(crate) fn written_by_others(&self) -> bool {
        self.uid != 0 || self.mode & 0o002 != 0 || (self.mode & 0o020 != 0 && self.gid != 0)
    }

    /// Whether everyone may read it.
    pub(crate) fn read_by_all(&self) -> bool {
        self.mode & 0o004 != 0
    }

    /// As evidence: `/etc/x: mode 0644, owner 0, group 0`.
    pub(crate) fn line(&self) -> String {
        let shown = permissions(self.mode, self.uid, self.gid);
        format!("{}: {shown}", self.path.display())
    }
}

/// How many files of one directory are looked at.
const MAX_FILES: usize = 5000;

/// What is right in a directory, sorted by name; nothing where there is no such directory.
pub(crate) fn files_in(host: &Host, directory: &str) -> Vec<PathBuf> {
    host.list(directory)
        .unwrap_or_default()
        .into_iter()
        .take(MAX_FILES)
        .map(|name| Path::new(directory).join(name))
        .collect()
}
