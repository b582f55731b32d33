//! One walk over the local file systems, for every check that looks for files.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Fact;
use crate::host::Host;

/// What the walk came across.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Regular files with a set-user-id or set-group-id bit.
    pub(crate) set_id: Vec<Entry>,
    /// Regular files that everyone may write to.
    pub(crate) world_writable_files: Vec<Entry>,
    /// Directories that everyone may write to, without the sticky bit.
    pub(crate) unsticky_directories: Vec<Entry>,
    /// Regular files whose name [`is_telling`] (keys, histories, credentials).
    pub(crate) telling: Vec<Entry>,
    /// How many things were looked at.
    pub(crate) seen: u64,
    /// Directories that could not be read.
    pub(crate) unreadable: Vec<PathBuf>,
}

/// One thing in a file system.
#[derive(Debug, Clone)]
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

impl Entry {
    fn new(path: PathBuf, metadata: &Metadata) -> Self {
        Self {
            path,
            mode: metadata.mode(),
            uid: metadata.uid(),
            gid: metadata.gid(),
            size: metadata.len(),
            ctime: metadata.ctime(),
        }
    }
}

/// Whether a file's name alone says that checks want to look at it.
fn is_telling(name: &[u8]) -> bool {
    name.starts_with(b"id_") && !name.ends_with(b".pub")
}

pub(crate) fn collect(host: &Host) -> Fact<Walk> {
    let mut walk = Walk::default();
    let device = host.metadata("/")?.dev();
    visit(host, Path::new("/"), device, &mut walk);
    Ok(walk)
}

fn visit(host: &Host, directory: &Path, device: u64, walk: &mut Walk) {
    let Ok(names) = host.list(directory) else {
        walk.unreadable.push(directory.to_owned());
        return;
    };
    for name in names {
        let path = directory.join(&name);
        let Ok(metadata) = host.link_metadata(&path) else {
            continue;
        };
        walk.seen += 1;
        let mode = metadata.mode();
        if metadata.is_dir() {
            if mode & 0o1002 == 0o0002 {
                walk.unsticky_directories
                    .push(Entry::new(path.clone(), &metadata));
            }
            if metadata.dev() == device {
                visit(host, &path, device, walk);
            }
        } else if metadata.is_file() {
            if mode & 0o6000 != 0 {
                walk.set_id.push(Entry::new(path.clone(), &metadata));
            }
            if mode & 0o0002 != 0 {
                walk.world_writable_files
                    .push(Entry::new(path.clone(), &metadata));
            }
            if is_telling(name.as_encoded_bytes()) {
                walk.telling.push(Entry::new(path, &metadata));
            }
        }
    }
}
