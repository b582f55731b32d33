//! One walk over the local file systems, for every check that looks for files.
//!
//! It runs on all processors, follows no link, enters neither network nor pseudo file systems and
//! keeps only what some check asks for, so that memory does not grow with the number of files.

mod accounts;
mod found;
mod hits;
mod package_files;
mod places;
mod settings;
mod shared;
mod telling;
mod visit;

use std::path::PathBuf;

pub use self::shared::SharedWalk;
use super::Fact;
use super::mounts::Mounts;
use crate::host::Host;

/// What the walk came across; every list is sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Regular files with a set-user-id or set-group-id bit.
    pub(crate) set_id: Vec<Entry>,
    /// Regular files that everyone may write to, and can get at.
    pub(crate) world_writable_files: Vec<Entry>,
    /// Directories that everyone may write to, and can get at, without the sticky bit.
    pub(crate) unsticky_directories: Vec<Entry>,
    /// Regular files in the directories of programs and libraries that someone besides root may
    /// change: owned by another user, or writable by a group that is not root's.
    pub(crate) loose_programs: Vec<Entry>,
    /// Files and directories whose owner or group is no account's; of a tree only its top.
    pub(crate) unowned: Vec<Entry>,
    /// Regular files named like private keys, but for those in directories of packages.
    pub(crate) telling: Vec<Entry>,
    /// Short regular files that are configuration by place and name.
    pub(crate) settings: Vec<Entry>,
    /// Files that may tell of a package of a programming language.
    pub(crate) package_files: Vec<Entry>,
    /// How many more of them there are.
    pub(crate) package_files_dropped: u64,
    /// How many things were looked at.
    pub(crate) seen: u64,
    /// How many hits were left out because their list was full.
    pub(crate) dropped: u64,
    /// Directories that could not be read (some of them, should there be very many).
    pub(crate) unreadable: Vec<PathBuf>,
    /// Directories that were left out on purpose, and why.
    pub(crate) left_out: Vec<(PathBuf, String)>,
}

/// One thing in a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The path as the machine sees it.
    pub(crate) path: PathBuf,
    /// `st_mode`.
    pub(crate) mode: u32,
    /// The owner.
    pub(crate) uid: u32,
    /// The group.
    pub(crate) gid: u32,
    /// In bytes.
    pub(crate) size: u64,
    /// When it was last changed (ctime), in seconds since the epoch.
    pub(crate) ctime: i64,
}

impl Walk {
    /// What the walk did not see, a line each, for the report.
    pub(crate) fn limits(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .left_out
            .iter()
            .map(|(path, why)| format!("left out {}: {why}", path.display()))
            .collect();
        lines.extend(
            self.unreadable
                .iter()
                .map(|path| format!("could not read {}", path.display())),
        );
        if self.dropped > 0 {
            lines.push(format!("{} further hits were not kept", self.dropped));
        }
        lines
    }
}

impl Entry {
    /// Mode and owner as evidence: `mode 4755, owner 0, group 0`.
    pub(crate) fn permissions(&self) -> String {
        permissions(self.mode, self.uid, self.gid)
    }
}

/// Mode and owner as evidence: `mode 4755, owner 0, group 0`.
pub(crate) fn permissions(mode: u32, uid: u32, gid: u32) -> String {
    format!("mode {:04o}, owner {uid}, group {gid}", mode & 0o7777)
}

/// Walks; `mounts` says where other file systems begin.
pub(crate) fn collect(host: &Host, mounts: &Fact<Mounts>) -> Fact<Walk> {
    host.metadata("/")?;
    let mounts = mounts.as_ref().ok().filter(|_| host.is_running());
    let places = places::Places::new(mounts);
    let accounts = accounts::Accounts::read(host);
    Ok(visit::all(host.root(), &places, &accounts))
}
