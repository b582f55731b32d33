//! What one thread of the walk found, and how that of all is put together.

use std::path::{Path, PathBuf};

use super::Walk;
use super::hits::Hits;

/// How many unreadable directories are kept by name.
const MAX_UNREADABLE: usize = 1000;

/// How many files that may tell of packages are kept: large applications in Node have thousands.
const MAX_PACKAGE_FILES: usize = 20_000;

/// What one thread found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) set_id: Hits,
    pub(super) world_writable_files: Hits,
    pub(super) unsticky_directories: Hits,
    pub(super) loose_programs: Hits,
    pub(super) unowned: Hits,
    pub(super) telling: Hits,
    pub(super) settings: Hits,
    pub(super) package_files: Hits<MAX_PACKAGE_FILES>,
    pub(super) seen: u64,
    pub(super) unreadable: Vec<PathBuf>,
    pub(super) left_out: Vec<(PathBuf, String)>,
}

impl Found {
    pub(super) fn unreadable(&mut self, path: &Path) {
        if self.unreadable.len() < MAX_UNREADABLE {
            self.unreadable.push(path.to_owned());
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        self.set_id.append(other.set_id);
        self.world_writable_files.append(other.world_writable_files);
        self.unsticky_directories.append(other.unsticky_directories);
        self.loose_programs.append(other.loose_programs);
        self.unowned.append(other.unowned);
        self.telling.append(other.telling);
        self.settings.append(other.settings);
        self.package_files.append(other.package_files);
        self.seen += other.seen;
        self.unreadable.extend(other.unreadable);
        self.left_out.extend(other.left_out);
    }

    pub(super) fn finish(mut self) -> Walk {
        self.unreadable.sort();
        self.left_out.sort();
        let (package_files, package_files_dropped) = self.package_files.finish();
        let mut dropped = 0;
        let mut list = |hits: Hits| {
            let (entries, more) = hits.finish();
            dropped += more;
            entries
        };
        Walk {
            set_id: list(self.set_id),
            world_writable_files: list(self.world_writable_files),
            unsticky_directories: list(self.unsticky_directories),
            loose_programs: list(self.loose_programs),
            unowned: list(self.unowned),
            telling: list(self.telling),
            settings: list(self.settings),
            package_files,
            package_files_dropped,
            seen: self.seen,
            dropped,
            unreadable: self.unreadable,
            left_out: self.left_out,
        }
    }
}
