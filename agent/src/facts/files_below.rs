//! The files below a few directories, a bounded number of them.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::host::Host;

/// How deep and how much is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Directories below one another; 0 lists the given directory only.
    pub(crate) depth: usize,
    /// Entries of all directories together.
    pub(crate) entries: usize,
    /// The longest file, in bytes.
    pub(crate) bytes: u64,
}

/// What is there.
#[derive(Debug, Default)]
pub(crate) struct FilesBelow {
    /// Regular files, links followed, each once however many names it has.
    pub(crate) files: Vec<PathBuf>,
    /// Whether there was more than [`Bounds::entries`].
    pub(crate) cut: bool,
}

/// Lists the regular files below `starts` (directories or files) whose paths `wanted` takes, in
/// the order of their names. Links to directories are not followed.
pub(crate) fn list(
    host: &Host,
    starts: &[&str],
    bounds: Bounds,
    wanted: impl Fn(&Path) -> bool,
) -> FilesBelow {
    let mut below = FilesBelow::default();
    let mut seen = BTreeSet::new();
    let mut left = bounds.entries;
    let mut todo: Vec<(PathBuf, usize)> = starts
        .iter()
        .rev()
        .map(|start| (PathBuf::from(start), 0))
        .collect();
    while let Some((path, depth)) = todo.pop() {
        let Ok(metadata) = host.link_metadata(&path) else {
            continue;
        };
        if metadata.is_dir() {
            if depth > bounds.depth {
                continue;
            }
            for name in host.list(&path).unwrap_or_default().into_iter().rev() {
                let Some(rest) = left.checked_sub(1) else {
                    below.cut = true;
                    break;
                };
                left = rest;
                todo.push((path.join(name), depth + 1));
            }
        } else if wanted(&path)
            && let Ok(metadata) = host.metadata(&path)
            && metadata.is_file()
            && metadata.len() <= bounds.bytes
            && seen.insert((metadata.dev(), metadata.ino()))
        {
            below.files.push(path);
        }
    }
    below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    const BOUNDS: Bounds = Bounds {
        depth: 2,
        entries: 10,
        bytes: 3,
    };

    #[test]
    fn what_is_too_deep_too_long_or_there_twice_is_left_out() {
        let mut tree = Tree::new();
        tree.file("/a/b/c/in", "x")
            .file("/a/b/c/d/deep", "x")
            .file("/a/long", "long")
            .file("/a/one", "x")
            .link("/a/two", "one")
            .link("/a/loop", "/a");
        let found = list(&tree.host(), &["/a", "/missing", "/a/one"], BOUNDS, |_| {
            true
        });
        assert_eq!(found.files, ["/a/b/c/in", "/a/one"].map(PathBuf::from));
        assert!(!found.cut);
    }

    #[test]
    fn a_cut_is_told() {
        let mut tree = Tree::new();
        for number in 0..20 {
            tree.file(&format!("/a/{number}"), "x");
        }
        assert!(list(&tree.host(), &["/a"], BOUNDS, |_| true).cut);
    }
}
