//! Mode and owner of a file that is named beforehand.

use std::os::unix::fs::MetadataExt;

use super::walk::permissions;
use super::{Fact, Gap};
use crate::host::Host;

/// A file or directory as `stat` sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Where it is.
    pub(crate) path: String,
    /// `st_mode`.
    pub(crate) mode: u32,
    /// The owner.
    pub(crate) uid: u32,
    /// The group.
    pub(crate) gid: u32,
}

impl Stat {
    /// Looks at what a path leads to; nothing where there is nothing.
    pub(super) fn read(host: &Host, path: &str) -> Fact<Option<Self>> {
        match host.metadata(path) {
            Ok(metadata) => Ok(Some(Self {
                path: path.to_owned(),
                mode: metadata.mode(),
                uid: metadata.uid(),
                gid: metadata.gid(),
            })),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(Gap::Unknown(error.to_string())),
        }
    }

    /// Whether someone besides root and root's group can change it.
    pub(crate) fn is_open(&self) -> bool {
        self.uid != 0 || self.mode & 0o002 != 0 || (self.mode & 0o020 != 0 && self.gid != 0)
    }

    /// As evidence: `/etc/issue: mode 0666, owner 0, group 0`.
    pub(crate) fn line(&self) -> String {
        format!(
            "{}: {}",
            self.path,
            permissions(self.mode, self.uid, self.gid)
        )
    }
}
