//! Resolving a path below a root the way `chroot` would see it.
//!
//! `openat2(RESOLVE_IN_ROOT)` does this in the kernel, but only from Linux 5.6 on; scan instances
//! may run 4.14.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

/// How many links one path may go through, as in the kernel (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// The real path of `path` below `root`. Links lead where they would lead with `root` as `/`, and
/// `..` at the root stays there. With `last` false a link at the very end is not followed.
pub(super) fn below(root: &Path, path: &Path, last: bool) -> io::Result<PathBuf> {
    let mut todo = steps(path);
    let mut real = PathBuf::new();
    let mut links = 0;
    while let Some(step) = todo.pop_front() {
        if step == ".." {
            real.pop();
            continue;
        }
        real.push(&step);
        if todo.is_empty() && !last {
            break;
        }
        let here = root.join(&real);
        if here.symlink_metadata()?.is_symlink() {
            links += 1;
            if links > MAX_LINKS {
                return Err(io::Error::other("too many levels of symbolic links"));
            }
            let target = here.read_link()?;
            real.pop();
            if target.is_absolute() {
                real.clear();
            }
            let mut next = steps(&target);
            next.append(&mut todo);
            todo = next;
        }
    }
    Ok(root.join(real))
}

fn steps(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some(OsString::from("..")),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_cannot_lead_out_of_the_root() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir_all(root.join("usr/lib")).unwrap();
        std::fs::write(root.join("usr/lib/os-release"), "ID=x").unwrap();
        std::fs::create_dir(root.join("etc")).unwrap();
        symlink("../usr/lib/os-release", root.join("etc/relative")).unwrap();
        symlink("/usr/lib/os-release", root.join("etc/absolute")).unwrap();
        symlink("../../../../usr/lib/os-release", root.join("etc/above")).unwrap();
        for name in ["etc/relative", "etc/absolute", "etc/above"] {
            assert_eq!(
                below(root, Path::new(name), true).unwrap(),
                root.join("usr/lib/os-release"),
                "{name}"
            );
        }
    }

    #[test]
    fn a_loop_of_links_ends() {
        let dir = tempfile::tempdir().unwrap();
        symlink("b", dir.path().join("a")).unwrap();
        symlink("a", dir.path().join("b")).unwrap();
        assert!(below(dir.path(), Path::new("/a"), true).is_err());
        assert_eq!(
            below(dir.path(), Path::new("/a"), false).unwrap(),
            dir.path().join("a")
        );
    }
}
