//! Files in home directories that should not travel in an image, and their counterparts for the
//! whole machine: what kind they are, never what they hold.

mod cloud;
mod lines;
mod places;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Fact, accounts, glob};
use crate::host::{Host, ReadError};
use places::{IN_HOMES, OF_THE_MACHINE, Place};

/// How many homes are looked at.
const MOST_HOMES: usize = 10_000;

/// How many files one pattern may lead to in one home.
const MOST_MATCHES: usize = 500;

/// A JSON file of any name that is longer than this holds data, not a key.
const LONGEST_JSON: u64 = 1 << 20;

/// What was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Keys that may log in, sshd(8).
    AuthorizedKeys,
    /// A secret access key of AWS.
    AwsKey,
    /// A key or token of Google Cloud.
    GoogleCloud,
    /// A token or secret of Azure.
    Azure,
    /// A password for a registry of container images.
    Registry,
    /// A token or password of npm or yarn.
    Npm,
    /// A password or token for a package index of Python.
    Python,
    /// A password for a server of git, ftp or http.
    GitOrNetrc,
    /// Commands that somebody typed.
    ShellHistory,
    /// A token or key of Kubernetes, Terraform or Vault.
    Cluster,
}

/// What a file's content says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// The secret is there.
    Secret,
    /// There is none.
    Nothing,
    /// The file is not in the format it should have.
    Unclear,
}

impl From<bool> for Seen {
    fn from(secret: bool) -> Self {
        if secret { Self::Secret } else { Self::Nothing }
    }
}

/// One file that was left.
#[derive(Debug)]
pub(crate) struct Left {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether it is root's: it lies in root's home.
    pub(crate) of_root: bool,
    /// When it was created, where the file system knows.
    pub(crate) born: Option<Timestamp>,
}

/// What the homes hold.
#[derive(Debug, Default)]
pub(crate) struct HomeFiles {
    /// What was recognised.
    pub(crate) left: Vec<Left>,
    /// Files that are or may be there but could not be read, and why.
    pub(crate) unread: Vec<(Kind, String)>,
}

/// Reads the homes of `/etc/passwd`, `/root` and `/etc/skel`, and what holds for every user.
pub(crate) fn collect(host: &Host) -> Fact<HomeFiles> {
    let mut homes = BTreeMap::from([
        (PathBuf::from("/root"), true),
        (PathBuf::from("/etc/skel"), false),
    ]);
    match host.text("/etc/passwd") {
        Ok(text) => {
            for account in accounts::parse(&text) {
                if account.home.starts_with('/') {
                    let home: PathBuf = Path::new(&account.home).components().collect();
                    *homes.entry(home).or_default() |= account.uid == 0;
                }
            }
        }
        Err(ReadError::Absent(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut found = HomeFiles::default();
    if homes.len() > MOST_HOMES {
        found.nothing_known(&format!(
            "only {MOST_HOMES} of {} homes were looked at",
            homes.len()
        ));
    }
    for place in OF_THE_MACHINE {
        look_at(host, Path::new("/"), place, false, &mut found);
    }
    for (home, of_root) in homes.into_iter().take(MOST_HOMES) {
        match host.metadata(&home) {
            Ok(metadata) if metadata.is_dir() => {
                for place in IN_HOMES {
                    look_at(host, &home, place, of_root, &mut found);
                }
            }
            // `/dev/null` and the like are nobody's home.
            Ok(_) | Err(ReadError::Absent(_)) => {}
            Err(error) => found.nothing_known(&error.to_string()),
        }
    }
    Ok(found)
}

impl HomeFiles {
    /// Notes that nothing is known of some home.
    fn nothing_known(&mut self, why: &str) {
        for place in IN_HOMES {
            self.unread.push((place.kind, why.to_owned()));
        }
    }
}

fn look_at(host: &Host, home: &Path, place: &Place, of_root: bool, found: &mut HomeFiles) {
    if !place.at.contains('*') {
        read(host, home.join(place.at), place, of_root, found);
        return;
    }
    let mut paths = vec![home.to_owned()];
    for part in place.at.split('/') {
        paths = match step(host, paths, part) {
            Ok(paths) => paths,
            Err(error) => {
                found.unread.push((place.kind, error.to_string()));
                return;
            }
        };
    }
    if paths.len() > MOST_MATCHES {
        found.unread.push((
            place.kind,
            format!(
                "only {MOST_MATCHES} of {} files {} were looked at",
                paths.len(),
                home.join(place.at).display()
            ),
        ));
    }
    let any_json = place.at.ends_with("*.json");
    for path in paths.into_iter().take(MOST_MATCHES) {
        if host.metadata(&path).is_ok_and(|metadata| {
            !metadata.is_dir() && (!any_json || metadata.len() <= LONGEST_JSON)
        }) {
            read(host, path, place, of_root, found);
        }
    }
}

/// Goes one part of a pattern down from each path.
fn step(host: &Host, paths: Vec<PathBuf>, part: &str) -> Result<Vec<PathBuf>, ReadError> {
    let mut next = Vec::new();
    for path in paths {
        if !part.contains('*') {
            next.push(path.join(part));
            continue;
        }
        match host.list(&path) {
            Ok(names) => next.extend(
                names
                    .into_iter()
                    .filter(|name| glob::matches(part, &name.to_string_lossy()))
                    .map(|name| path.join(name)),
            ),
            Err(ReadError::Absent(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(next)
}

fn read(host: &Host, path: PathBuf, place: &Place, of_root: bool, found: &mut HomeFiles) {
    let kind = place.kind;
    match host.text(&path).map(|text| (place.seen)(&text)) {
        // A home may be reached by two names.
        Ok(Seen::Secret)
            if !found
                .left
                .iter()
                .any(|left| left.path == path && left.kind == kind) =>
        {
            found.left.push(Left {
                born: host.born(&path),
                path,
                kind,
                of_root,
            });
        }
        Ok(Seen::Secret | Seen::Nothing) | Err(ReadError::Absent(_)) => {}
        Ok(Seen::Unclear) => found
            .unread
            .push((kind, format!("{} is not understood", path.display()))),
        Err(error) => found.unread.push((kind, error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn collected(tree: &Tree) -> HomeFiles {
        collect(&tree.host()).unwrap()
    }

    #[test]
    fn what_stands_in_place_of_a_file_is_not_taken_for_nothing() {
        let mut tree = Tree::new();
        tree.dir("/root/.netrc").dir("/root/.aws");
        nix::unistd::mkfifo(
            &tree.path().join("root/.aws/credentials"),
            nix::sys::stat::Mode::from_bits_truncate(0o600),
        )
        .unwrap();
        tree.file("/root/.docker/config.json", "{ broken");
        let found = collected(&tree);
        let kinds: Vec<Kind> = found.unread.iter().map(|(kind, _)| *kind).collect();
        for kind in [Kind::GitOrNetrc, Kind::AwsKey, Kind::Registry] {
            assert!(kinds.contains(&kind), "{kind:?}");
        }
        assert!(!kinds.contains(&Kind::Npm));
        assert!(found.left.is_empty());
    }

    #[test]
    fn a_home_that_cannot_be_looked_at_is_told_for_every_kind() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "joe:x:1000:1000::/home/joe:/bin/sh\n")
            .link("/home/joe", "joe");
        let found = collected(&tree);
        assert_eq!(found.unread.len(), IN_HOMES.len());
    }

    #[test]
    fn nobodys_home_is_no_home() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/passwd",
            "a:x:1:1::/nonexistent:/bin/sh\nb:x:2:2::/dev/null:/bin/sh\n",
        )
        .file("/dev/null", "");
        assert!(collected(&tree).unread.is_empty());
    }

    #[test]
    fn patterns_are_followed_and_each_file_is_told_once() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/passwd",
            "root:x:0:0::/root/:/bin/sh\njoe:x:1000:1000::/home/joe:/bin/sh\n",
        )
        .file("/root/.netrc", "machine a login b password c\n")
        .file(
            "/home/joe/.config/gcloud/legacy_credentials/joe@example.com/adc.json",
            r#"{"refresh_token": "x"}"#,
        )
        .file("/home/joe/package.json", "{}");
        let found = collected(&tree);
        let paths: Vec<&Path> = found.left.iter().map(|left| left.path.as_path()).collect();
        assert_eq!(
            paths,
            [
                Path::new("/home/joe/.config/gcloud/legacy_credentials/joe@example.com/adc.json"),
                Path::new("/root/.netrc"),
            ]
        );
        assert!(found.unread.is_empty());
    }

    #[test]
    fn bytes_that_are_no_text_hide_nothing() {
        let mut tree = Tree::new();
        tree.file(
            "/root/.aws/credentials",
            b"# caf\xe9\r\naws_secret_access_key = x\r\n",
        );
        assert_eq!(collected(&tree).left.len(), 1);
    }
}
