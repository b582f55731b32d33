//! The files that sshd trusts, and who may write to or read them.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Sshd;
use crate::facts::{Fact, Gap};
use crate::host::Host;

/// What sshd uses a path for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Its configuration.
    Configuration,
    /// A private host key.
    HostKey,
    /// The public half of one.
    PublicHostKey,
    /// The place of authorized keys, or a directory above it.
    AuthorizedKeys,
}

/// A path that must not be open to others.
#[derive(Debug)]
pub(crate) struct Guarded {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it is for.
    pub(crate) role: Role,
    /// `st_mode`.
    pub(crate) mode: u32,
    /// The owner.
    pub(crate) uid: u32,
    /// The group.
    pub(crate) gid: u32,
}

/// Looks at the configuration, `/etc/ssh/ssh_host_*_key`, their public halves and, where authorized keys lie outside
/// the home directories, at the way to them.
pub(super) fn read(host: &Host, sshd: &Sshd) -> Fact<Vec<Guarded>> {
    let files = sshd.files.as_ref().map_err(Clone::clone)?;
    let blocks = files.matches.iter().flat_map(|block| &block.settings);
    let mut paths: Vec<(PathBuf, Role)> = files
        .main
        .iter()
        .chain(blocks)
        .map(|setting| (PathBuf::from(&setting.source), Role::Configuration))
        .collect();
    let keys = sshd.effective("authorizedkeysfile")?.value;
    for path in keys
        .split_ascii_whitespace()
        .filter(|path| path.starts_with('/'))
    {
        paths.extend(fixed_part(path).map(|path| (path, Role::AuthorizedKeys)));
    }
    match host.list("/etc/ssh") {
        Ok(names) => paths.extend(
            names
                .iter()
                .filter_map(|name| name.to_str())
                .filter(|name| name.starts_with("ssh_host_"))
                .filter_map(|name| {
                    let role = if name.ends_with("_key") {
                        Role::HostKey
                    } else if name.ends_with("_key.pub") {
                        Role::PublicHostKey
                    } else {
                        return None;
                    };
                    Some((Path::new("/etc/ssh").join(name), role))
                }),
        ),
        Err(error) if error.is_absent() => {}
        Err(error) => return Err(Gap::Unknown(error.to_string())),
    }
    paths.sort_by(|a, b| a.0.cmp(&b.0));
    paths.dedup_by(|a, b| a.0 == b.0);
    let mut guarded = Vec::new();
    for (path, role) in paths {
        match host.metadata(&path) {
            Ok(metadata) => guarded.push(Guarded {
                path,
                role,
                mode: metadata.mode(),
                uid: metadata.uid(),
                gid: metadata.gid(),
            }),
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    Ok(guarded)
}

/// A path and the directories above it (without `/`) as far as they are the same for every user:
/// up to the first part with a `%` token.
fn fixed_part(path: &str) -> impl Iterator<Item = PathBuf> {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .take_while(|part| !part.contains('%'))
        .collect();
    (1..=parts.len()).map(move |length| {
        let mut path = PathBuf::from("/");
        path.extend(parts.iter().take(length));
        path
    })
}
