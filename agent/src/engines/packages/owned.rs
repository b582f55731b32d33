//! Which files belong to packages of the distribution.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Files that somebody asks about.
#[derive(Debug, Default)]
pub(super) struct Asked {
    paths: BTreeSet<PathBuf>,
    directories: BTreeSet<PathBuf>,
}

impl Asked {
    pub(super) fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let paths: BTreeSet<PathBuf> = paths.into_iter().collect();
        let directories = paths
            .iter()
            .filter_map(|path| path.parent())
            .map(Path::to_owned)
            .collect();
        Self { paths, directories }
    }

    /// Whether a file is asked about.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.paths.contains(path)
    }

    /// Whether some file of a directory is asked about.
    pub(super) fn has_some_in(&self, directory: &Path) -> bool {
        self.directories.contains(directory)
    }

    /// All of them, sorted.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.paths.iter()
    }
}
