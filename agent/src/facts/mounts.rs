//! Which file systems are mounted where: `/proc/self/mountinfo` of a running machine, `/etc/fstab`
//! of an unpacked root.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::Fact;
use crate::host::Host;

/// The mounts, and where they were read.
#[derive(Debug)]
pub(crate) struct Mounts {
    /// The file that says so, for evidence.
    pub(crate) source: &'static str,
    /// In the file's order: of two mounts on one directory the later one is seen.
    pub(crate) all: Vec<Mount>,
}

/// One mounted file system, or one that is to be mounted at boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    /// `major:minor`; empty in fstab.
    pub(crate) device: String,
    /// The directory of the file system that is mounted; `/` unless it is a bind mount or subvolume.
    pub(crate) root: PathBuf,
    /// Where it is mounted; `none` for swap in fstab.
    pub(crate) point: PathBuf,
    /// `ext4`, `tmpfs`, `swap`, …
    pub(crate) kind: String,
    /// What is mounted: a device, a label, a remote directory.
    pub(crate) what: String,
    /// Options of the mount and of the file system.
    pub(crate) options: Vec<String>,
}

impl Mount {
    /// Whether an option is set.
    pub(crate) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|set| set == option)
    }

    /// Whether it is a file system on a disk of this machine, whose files are part of the image.
    pub(crate) fn is_local_disk(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "ext2"
                | "ext3"
                | "ext4"
                | "xfs"
                | "btrfs"
                | "f2fs"
                | "jfs"
                | "reiserfs"
                | "zfs"
                | "bcachefs"
                | "vfat"
        )
    }
}

impl Mounts {
    /// What is seen at a directory, if something is mounted right there.
    pub(crate) fn at(&self, point: impl AsRef<Path>) -> Option<&Mount> {
        let point = point.as_ref();
        self.all.iter().rev().find(|mount| mount.point == point)
    }
}

pub(crate) fn collect(host: &Host) -> Fact<Mounts> {
    let (source, all) = if host.is_running() {
        let source = "/proc/self/mountinfo";
        (source, parse_mountinfo(&host.read(source)?))
    } else {
        let source = "/etc/fstab";
        (source, parse_fstab(&host.read(source)?))
    };
    Ok(Mounts { source, all })
}

/// Reads `/proc/self/mountinfo`, proc_pid_mountinfo(5); lines that make no sense are left out.
pub(crate) fn parse_mountinfo(text: &[u8]) -> Vec<Mount> {
    lines(text)
        .filter_map(|line| {
            let separator = line.iter().position(|field| *field == b"-")?;
            let mut options = options(line.get(5)?);
            options.extend(self::options(line.get(separator + 3).unwrap_or(&&b""[..])));
            Some(Mount {
                device: string(line.get(2)?),
                root: path(line.get(3)?),
                point: path(line.get(4)?),
                kind: string(line.get(separator + 1)?),
                what: string(line.get(separator + 2)?),
                options,
            })
        })
        .collect()
}

/// Reads `/etc/fstab`, fstab(5).
pub(crate) fn parse_fstab(text: &[u8]) -> Vec<Mount> {
    lines(text)
        .filter(|line| !line.first().is_some_and(|field| field.starts_with(b"#")))
        .filter_map(|line| {
            Some(Mount {
                device: String::new(),
                root: PathBuf::from("/"),
                what: string(line.first()?),
                point: path(line.get(1)?),
                kind: string(line.get(2)?),
                options: line.get(3).map_or_else(Vec::new, |field| options(field)),
            })
        })
        .collect()
}

fn lines(text: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    text.split(|byte| *byte == b'\n').map(|line| {
        line.split(|byte| matches!(byte, b' ' | b'\t'))
            .filter(|field| !field.is_empty())
            .collect()
    })
}

fn options(field: &[u8]) -> Vec<String> {
    field
        .split(|byte| *byte == b',')
        .filter(|option| !option.is_empty())
        .map(string)
        .collect()
}

fn string(field: &[u8]) -> String {
    String::from_utf8_lossy(&unescape(field)).into_owned()
}

fn path(field: &[u8]) -> PathBuf {
    OsString::from_vec(unescape(field)).into()
}

/// Undoes `\040` and its like: getmntent(3) escapes space, tab, newline and backslash in octal.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        match after {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] if *first == b'\\' => {
                plain.push(((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'));
                rest = after.get(3..).unwrap_or_default();
            }
            _ => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_of_mountinfo_is_read() {
        let mounts = parse_mountinfo(
            b"36 35 98:0 /sub /mnt/with\\040space\\011tab rw,noatime master:1 shared:2 - ext4 /dev/root rw,errors=continue\n\
              37 35 0:5 / /dev/shm rw,nosuid - tmpfs tmpfs rw\n\
              nonsense\n",
        );
        assert_eq!(mounts.len(), 2);
        assert_eq!(mounts[0].point, Path::new("/mnt/with space\ttab"));
        assert_eq!(mounts[0].root, Path::new("/sub"));
        assert_eq!(mounts[0].kind, "ext4");
        assert!(mounts[0].has("noatime") && mounts[0].has("errors=continue"));
        assert!(mounts[1].has("nosuid") && !mounts[1].has("nodev"));
    }

    #[test]
    fn escapes_that_are_none_stay() {
        for (escaped, plain) in [
            (&br"a\134b"[..], &br"a\b"[..]),
            (br"\040\040", b"  "),
            (br"a\04", br"a\04"),
            (br"\999", br"\999"),
            (br"trailing\", br"trailing\"),
            (br"\\040", b"\\ "),
        ] {
            assert_eq!(unescape(escaped), plain);
        }
    }

    #[test]
    fn fstab_is_read_without_its_comments() {
        let mounts = parse_fstab(
            b"# a comment\n\nUUID=1 / ext4 defaults,noatime 0 1\n/swap none swap sw\nbroken\n",
        );
        assert_eq!(mounts.len(), 2);
        assert_eq!(mounts[1].kind, "swap");
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_panic(bytes: Vec<u8>) {
            parse_mountinfo(&bytes);
            parse_fstab(&bytes);
        }
    }
}
