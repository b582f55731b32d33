//! Mode and owner of the files that decide who may log in.

use std::os::unix::fs::MetadataExt;

use super::file_modes::FileMode;
use super::{Fact, Gap};
use crate::host::Host;

/// A file as `stat` sees it.
#[derive(Debug)]
pub(crate) struct LoginFile {
    /// Where it is.
    pub(crate) path: String,
    /// Whether only root (and the group `shadow`) may read it.
    pub(crate) secret: bool,
    /// `st_mode`.
    pub(crate) mode: u32,
    /// The owner.
    pub(crate) uid: u32,
    /// The group.
    pub(crate) gid: u32,
}

/// The files, and whether they hold secrets. The copies with `-` are those of vipw(8).
const FILES: [(&str, bool); 11] = [
    ("/etc/group", false),
    ("/etc/gshadow", true),
    ("/etc/gshadow-", true),
    ("/etc/passwd", false),
    ("/etc/passwd-", false),
    ("/etc/security/opasswd", true),
    ("/etc/security/opasswd.old", true),
    ("/etc/shadow", true),
    ("/etc/shadow-", true),
    ("/etc/shells", false),
    ("/etc/sudoers", false),
];

/// Looks at those that exist, and at the files in `/etc/sudoers.d` and `/etc/pam.d`.
pub(crate) fn collect(host: &Host) -> Fact<Vec<LoginFile>> {
    let mut paths: Vec<(String, bool)> = FILES
        .iter()
        .map(|(path, secret)| ((*path).to_owned(), *secret))
        .collect();
    for directory in ["/etc/pam.d", "/etc/sudoers.d"] {
        match host.list(directory) {
            Ok(names) => {
                paths.push((directory.to_owned(), false));
                paths.extend(
                    names.iter().filter_map(|name| {
                        Some((format!("{directory}/{}", name.to_str()?), false))
                    }),
                );
            }
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    let mut files = Vec::new();
    for (path, secret) in paths {
        match host.metadata(&path) {
            Ok(metadata) => files.push(LoginFile {
                path,
                secret,
                mode: metadata.mode(),
                uid: metadata.uid(),
                gid: metadata.gid(),
            }),
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    if files.is_empty() {
        return Err(Gap::Absent("no files of accounts are there".to_owned()));
    }
    Ok(files)
}

/// Copies of the files with password hashes that somebody or some program left beside them or where
/// Debian's cron puts them: what begins with the name of one and is none of those above.
pub(crate) fn copies(host: &Host) -> Fact<Vec<FileMode>> {
    let mut copies = Vec::new();
    let mut seen = false;
    for directory in ["/etc", "/var/backups"] {
        let names = match host.list(directory) {
            Ok(names) => names,
            Err(error) if error.is_absent() => continue,
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        };
        seen = true;
        for name in names.iter().filter_map(|name| name.to_str()) {
            let path = format!("{directory}/{name}");
            let bare = name.trim_start_matches(['.', '#']);
            let is_copy = bare.starts_with("shadow") || bare.starts_with("gshadow");
            if !is_copy || FILES.iter().any(|(known, _)| *known == path) {
                continue;
            }
            // `/etc/shadow-maint` is a directory.
            let is_file = host.link_metadata(&path).is_ok_and(|found| found.is_file());
            if is_file {
                copies.extend(FileMode::look(host, &path)?);
            }
        }
    }
    if seen {
        Ok(copies)
    } else {
        Err(Gap::Absent("there is no /etc".to_owned()))
    }
}
