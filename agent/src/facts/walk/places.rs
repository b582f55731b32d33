//! Where the walk goes and where it does not.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::facts::mounts::{Mount, Mounts};

/// Directories below which container engines keep the layers of images: thousands of files that
/// belong to the containers' systems, not to this one.
const CONTAINER_STORAGE: [&str; 10] = [
    "/var/lib/containerd",
    "/var/lib/containers/storage",
    "/var/lib/docker/aufs",
    "/var/lib/docker/btrfs",
    "/var/lib/docker/devicemapper",
    "/var/lib/docker/fuse-overlayfs",
    "/var/lib/docker/overlay",
    "/var/lib/docker/overlay2",
    "/var/lib/docker/rootfs",
    "/var/lib/docker/vfs",
];

/// The same of a user who runs containers without root, below the home directory.
const ROOTLESS_STORAGE: [&str; 2] = ["share/containers/storage", "share/docker"];

/// What to do with a directory.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Enter {
    /// Go in.
    Yes,
    /// Stay out, for this reason.
    No(String),
    /// Stay out, and nobody needs to know: it holds no files of the image.
    Silently,
}

/// The mount points of the machine, and which of them to enter.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// What to do at each mount point but `/`.
    points: BTreeMap<PathBuf, bool>,
    kinds: BTreeMap<PathBuf, String>,
    /// Whether the mount table is known: without it the walk stays on one device.
    known: bool,
}

impl Places {
    pub(super) fn new(mounts: Option<&Mounts>) -> Self {
        let Some(mounts) = mounts else {
            return Self::default();
        };
        let mut places = Self {
            known: true,
            ..Self::default()
        };
        for mount in &mounts.all {
            if mount.point == Path::new("/") {
                continue;
            }
            // Of two mounts on one directory the later one is seen.
            let enter = mount.is_local_disk() && !is_seen_elsewhere(mount, mounts);
            places.points.insert(mount.point.clone(), enter);
            places.kinds.insert(mount.point.clone(), mount.kind.clone());
        }
        places
    }

    /// Whether a directory may be looked at at all: not one where a file system is mounted whose
    /// server may be gone, which would hold us up for ever (NFS, FUSE, autofs).
    pub(super) fn may_touch(&self, path: &Path) -> bool {
        self.kinds.get(path).is_none_or(|kind| {
            self.points.get(path) == Some(&true)
                || matches!(
                    kind.as_str(),
                    "tmpfs" | "devtmpfs" | "ramfs" | "ext4" | "xfs" | "btrfs"
                )
        })
    }

    /// Whether to enter a directory; `other_device` says that it lies on another device than the
    /// one above it.
    pub(super) fn enter(&self, path: &Path, other_device: bool) -> Enter {
        match self.points.get(path) {
            Some(true) => return Enter::Yes,
            Some(false) => {
                return match self.kinds.get(path).map(String::as_str) {
                    Some(
                        kind @ ("nfs" | "nfs4" | "cifs" | "smb3" | "overlay" | "squashfs" | "9p"
                        | "ceph" | "virtiofs" | "lustre"),
                    ) => Enter::No(format!("a file system of kind {kind}")),
                    _ => Enter::Silently,
                };
            }
            None => {}
        }
        // A subvolume of btrfs has a device number of its own without being mounted.
        if other_device && !self.known {
            return Enter::No("another file system".to_owned());
        }
        if other_device && path.file_name() == Some(OsStr::new(".snapshots")) {
            return Enter::No("snapshots".to_owned());
        }
        if is_container_storage(path) {
            return Enter::No("layers of container images".to_owned());
        }
        Enter::Yes
    }
}

fn is_container_storage(path: &Path) -> bool {
    let bytes = path.as_os_str().as_bytes();
    let Some(last) = bytes.rsplit(|byte| *byte == b'/').next() else {
        return false;
    };
    // Cheap for all but a handful of directories.
    match last {
        b"containerd" | b"storage" | b"aufs" | b"btrfs" | b"devicemapper" | b"fuse-overlayfs"
        | b"overlay" | b"overlay2" | b"rootfs" | b"vfs" | b"docker" => {
            CONTAINER_STORAGE
                .iter()
                .any(|place| path == Path::new(place))
                || ROOTLESS_STORAGE.iter().any(|place| path.ends_with(place))
        }
        _ => false,
    }
}

/// Whether the files of a mount are also seen at another one that the walk enters: a bind mount.
fn is_seen_elsewhere(mount: &Mount, mounts: &Mounts) -> bool {
    mounts
        .all
        .iter()
        .filter(|other| other.point != mount.point && other.device == mount.device)
        // One that is hidden below another mount shows nothing.
        .filter(|other| mounts.at(&other.point) == Some(other))
        .any(|other| {
            mount.root.starts_with(&other.root)
                && (mount.root != other.root || other.point < mount.point)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::mounts::parse_mountinfo;

    fn places(mountinfo: &str) -> Places {
        Places::new(Some(&Mounts {
            source: "",
            all: parse_mountinfo(mountinfo.as_bytes()),
        }))
    }

    #[test]
    fn disks_are_entered_once_and_nothing_else() {
        let places = places(
            "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n\
             2 1 8:2 / /home rw - xfs /dev/sda2 rw\n\
             3 1 8:1 /srv/data /mnt/bind rw - ext4 /dev/sda1 rw\n\
             4 1 0:4 / /proc rw - proc proc rw\n\
             5 1 0:9 / /net/files rw - nfs4 server:/x rw\n\
             6 1 0:7 /@home /a rw - btrfs /dev/sdb rw\n\
             7 1 0:7 /@data /b rw - btrfs /dev/sdb rw\n",
        );
        assert_eq!(places.enter(Path::new("/home"), true), Enter::Yes);
        assert_eq!(places.enter(Path::new("/mnt/bind"), false), Enter::Silently);
        assert_eq!(places.enter(Path::new("/proc"), true), Enter::Silently);
        assert!(matches!(
            places.enter(Path::new("/net/files"), true),
            Enter::No(_)
        ));
        assert!(!places.may_touch(Path::new("/net/files")));
        assert!(places.may_touch(Path::new("/home")) && places.may_touch(Path::new("/etc")));
        assert_eq!(places.enter(Path::new("/a"), true), Enter::Yes);
        assert_eq!(places.enter(Path::new("/b"), true), Enter::Yes);
        assert_eq!(places.enter(Path::new("/srv/subvolume"), true), Enter::Yes);
        assert_eq!(places.enter(Path::new("/etc"), false), Enter::Yes);
    }

    #[test]
    fn a_disk_is_entered_where_it_can_be_seen() {
        let places = places(
            "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n\
             2 1 8:2 / /hidden rw - xfs /dev/sda2 rw\n\
             3 2 0:5 / /hidden rw - tmpfs tmpfs rw\n\
             4 1 8:2 / /seen rw - xfs /dev/sda2 rw\n",
        );
        assert_eq!(places.enter(Path::new("/seen"), true), Enter::Yes);
        assert_eq!(places.enter(Path::new("/hidden"), true), Enter::Silently);
    }

    #[test]
    fn layers_of_container_images_are_left_out() {
        let places = places("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n");
        for path in [
            "/var/lib/docker/overlay2",
            "/var/lib/containerd",
            "/home/a/.local/share/containers/storage",
        ] {
            assert!(
                matches!(places.enter(Path::new(path), false), Enter::No(_)),
                "{path}"
            );
        }
        for path in ["/srv/overlay2", "/usr/share/docker.io", "/var/lib/docker"] {
            assert_eq!(places.enter(Path::new(path), false), Enter::Yes, "{path}");
        }
    }

    #[test]
    fn without_a_mount_table_the_walk_stays_on_its_device() {
        let places = Places::new(None);
        assert!(matches!(
            places.enter(Path::new("/home"), true),
            Enter::No(_)
        ));
        assert_eq!(places.enter(Path::new("/home"), false), Enter::Yes);
    }
}
