//! Directories that are shared with whoever asks: NFS, rsync's daemon, Samba.

use std::path::{Path, PathBuf};

use super::file_modes::files_in;
use super::{Fact, Gap, ini};
use crate::host::Host;

/// What strangers may do with a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Freedom {
    /// Read all of it.
    Read,
    /// Change it.
    Write,
    /// Change it as root.
    Root,
}

/// A share that is open to strangers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OpenShare {
    /// `NFS`, `rsync` or `Samba`.
    pub(crate) by: &'static str,
    /// The file that opens it.
    pub(crate) file: PathBuf,
    /// The directory or the name of the share.
    pub(crate) share: String,
    /// What strangers may do.
    pub(crate) freedom: Freedom,
    /// In words.
    pub(crate) why: &'static str,
}

/// What is shared.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    /// What is open to strangers.
    pub(crate) open: Vec<OpenShare>,
    /// Whether there is a file for rsync's daemon, without which its unit does not start it.
    pub(crate) has_rsyncd: bool,
}

/// Name and freedom of a share, and why.
type Found = (String, Freedom, &'static str);

/// How a file's text is read.
type Read = fn(&str) -> Vec<Found>;

/// Absent where nothing is shared at all.
pub(crate) fn collect(host: &Host) -> Fact<Shares> {
    let mut files: Vec<(&'static str, PathBuf, Read)> = vec![
        ("NFS", "/etc/exports".into(), exports),
        ("rsync", "/etc/rsyncd.conf".into(), rsyncd),
        ("Samba", "/etc/samba/smb.conf".into(), samba),
    ];
    for path in files_in(host, "/etc/exports.d") {
        if path.extension().is_some_and(|it| it == "exports") {
            files.push(("NFS", path, exports));
        }
    }
    let mut open = Vec::new();
    let mut looked = false;
    for (by, file, read) in files {
        match host.text(&file) {
            Ok(text) => {
                looked = true;
                open.extend(
                    read(&text)
                        .into_iter()
                        .map(|(share, freedom, why)| OpenShare {
                            by,
                            file: file.clone(),
                            share,
                            freedom,
                            why,
                        }),
                );
            }
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    if looked {
        Ok(Shares {
            open,
            has_rsyncd: host.exists("/etc/rsyncd.conf"),
        })
    } else {
        Err(Gap::Absent("no directory is shared".to_owned()))
    }
}

/// exports(5): `DIRECTORY CLIENT(OPTION,…) …`; options after a blank are for everyone.
fn exports(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for line in text.replace("\\\n", " ").lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let (directory, clients) = match line.strip_prefix('"') {
            Some(rest) => rest.split_once('"').unwrap_or((rest, "")),
            None => line.split_once(char::is_whitespace).unwrap_or((line, "")),
        };
        let mut worst: Option<(Freedom, &'static str)> = None;
        for client in clients.split_whitespace().filter(|it| !it.starts_with('-')) {
            let (name, options) = client.split_once('(').unwrap_or((client, ""));
            let has = |option| {
                options
                    .trim_end_matches(')')
                    .split(',')
                    .any(|it| it == option)
            };
            let everyone = matches!(name, "" | "*" | "0.0.0.0/0" | "::/0");
            let freedom = match (has("rw"), everyone) {
                (true, _) if has("no_root_squash") => (
                    Freedom::Root,
                    "root of a client is root here (no_root_squash)",
                ),
                (true, true) => (Freedom::Write, "every machine may write"),
                (false, true) => (Freedom::Read, "every machine may read"),
                (_, false) => continue,
            };
            worst = worst.max(Some(freedom));
        }
        if let Some((freedom, why)) = worst
            && Path::new(directory).is_absolute()
        {
            found.push((directory.to_owned(), freedom, why));
        }
    }
    found
}

/// rsyncd.conf(5): a module without `auth users` and `hosts allow` is for everyone.
fn rsyncd(text: &str) -> Vec<Found> {
    let sections = ini::parse(text);
    let Some((global, modules)) = sections.split_first() else {
        return Vec::new();
    };
    modules
        .iter()
        .filter_map(|module| {
            let get = |name| module.get(&[name]).or_else(|| global.get(&[name]));
            if get("auth users").is_some() || get("hosts allow").is_some() {
                return None;
            }
            let read_only = module
                .is_on(&["read only"])
                .or_else(|| global.is_on(&["read only"]))
                .unwrap_or(true);
            let name = module.name.clone();
            Some(match (read_only, get("uid")) {
                (true, _) => (name, Freedom::Read, "everyone may read, without a password"),
                (false, Some("root" | "0")) => (
                    name,
                    Freedom::Root,
                    "everyone may write as root, without a password",
                ),
                (false, _) => (
                    name,
                    Freedom::Write,
                    "everyone may write, without a password",
                ),
            })
        })
        .collect()
}

/// smb.conf(5): a share with `guest ok` needs no password.
fn samba(text: &str) -> Vec<Found> {
    ini::parse(text)
        .into_iter()
        .filter(|share| !matches!(share.name.as_str(), "" | "global"))
        .filter(|share| share.is_on(&["guest ok", "public"]) == Some(true))
        .map(|share| {
            let writable = share.is_on(&["writable", "writeable", "write ok"]) == Some(true)
                || share.is_on(&["read only"]) == Some(false);
            if writable {
                (
                    share.name,
                    Freedom::Write,
                    "guests may write, without a password",
                )
            } else {
                (
                    share.name,
                    Freedom::Read,
                    "guests may read, without a password",
                )
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exports_are_judged_by_their_worst_client() {
        let found = exports(
            "# /no *(rw)\n/data 10.0.0.0/8(rw,sync) host(ro)\n/pub *(ro) host(rw)\n\
             \"/a b\" host(rw,no_root_squash) *(rw)\n/slip host (rw)\nbroken *(rw)\n/x \\\n *(rw)\n",
        );
        let short: Vec<(&str, Freedom)> =
            found.iter().map(|(it, f, _)| (it.as_str(), *f)).collect();
        assert_eq!(
            short,
            [
                ("/pub", Freedom::Read),
                ("/a b", Freedom::Root),
                ("/slip", Freedom::Write),
                ("/x", Freedom::Write)
            ]
        );
    }

    #[test]
    fn modules_and_shares_for_everyone_are_found() {
        let found =
            rsyncd("uid = root\n[a]\nread only = false\n[b]\nauth users = x\n[c]\npath=/c\n");
        let short: Vec<(&str, Freedom)> =
            found.iter().map(|(it, f, _)| (it.as_str(), *f)).collect();
        assert_eq!(short, [("a", Freedom::Root), ("c", Freedom::Read)]);
        let found =
            samba("[global]\nguest ok = yes\n[a]\nguest ok = yes\nread only = no\n[b]\npath=/b\n");
        assert_eq!((found.len(), found[0].1), (1, Freedom::Write));
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "(/a|[*(),=\\[\\] \n\"\\\\]|rw|\\PC)*") {
            exports(&text);
            rsyncd(&text);
            samba(&text);
        }
    }
}
