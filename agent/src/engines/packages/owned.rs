//! Which files belong to packages of the distribution.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::rpm;
use crate::engines::Cx;
use crate::facts::{Gap, owned_files};

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

/// Where no package of a distribution puts anything.
const OTHERS: [&str; 4] = ["/home", "/root", "/srv", "/usr/local"];

/// Which of these files packages of the distribution brought along, and why that may not be right.
pub(super) fn by_distribution(cx: &Cx<'_>, asked: &Asked) -> (BTreeSet<PathBuf>, Option<String>) {
    let is_others = |path: &PathBuf| OTHERS.iter().any(|place| path.starts_with(place));
    let asked = Asked::new(asked.paths().filter(|path| !is_others(path)).cloned());
    if asked.paths.is_empty() {
        return (BTreeSet::new(), None);
    }
    let (mut owned, mut trouble) = match owned_files::shipped(cx.host, asked.paths()) {
        Ok(owned) => (owned, None),
        Err(Gap::Absent(why) | Gap::Unknown(why)) => (BTreeSet::new(), Some(why)),
    };
    if let Some(database) = rpm::database(cx.host) {
        match database.owned(cx.host, &asked) {
            Ok(more) => owned.extend(more),
            Err(error) => {
                // By convention, then: nothing else is to be put there.
                trouble = Some(format!("{error:#}"));
                owned.extend(
                    asked
                        .paths()
                        .filter(|path| path.starts_with("/usr"))
                        .cloned(),
                );
            }
        }
    }
    let trouble = trouble.map(|why| {
        format!(
            "which packages of programming languages are the distribution's is not certain: {why}"
        )
    });
    (owned, trouble)
}
