//! Files in home directories that should not travel in an image: what kind they are, never what
//! they hold.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Fact, accounts};
use crate::host::{Host, ReadError};

/// How many homes are looked at.
const MOST_HOMES: usize = 10_000;

/// What was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Keys that may log in, sshd(8).
    AuthorizedKeys,
    /// A secret access key of AWS.
    AwsKey,
    /// A password for a server of git, ftp or http.
    GitOrNetrc,
    /// Commands that somebody typed.
    ShellHistory,
}

/// A path below a home, what it may be, and how its content is recognised.
type Place = (&'static str, Kind, fn(&str) -> bool);

/// Where each kind is looked for.
const PLACES: &[Place] = &[
    (".ssh/authorized_keys", Kind::AuthorizedKeys, has_entry),
    (".ssh/authorized_keys2", Kind::AuthorizedKeys, has_entry),
    (".aws/credentials", Kind::AwsKey, has_aws_key),
    (".aws/config", Kind::AwsKey, has_aws_key),
    (".boto", Kind::AwsKey, has_aws_key),
    (".git-credentials", Kind::GitOrNetrc, has_url_password),
    (".netrc", Kind::GitOrNetrc, has_netrc_password),
    (".bash_history", Kind::ShellHistory, has_text),
    (".zsh_history", Kind::ShellHistory, has_text),
    (".sh_history", Kind::ShellHistory, has_text),
    (".ash_history", Kind::ShellHistory, has_text),
];

/// One file that was left.
#[derive(Debug)]
pub(crate) struct Left {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether it is root's: it lies in root's home.
    pub(crate) of_root: bool,
    /// When it was last changed (ctime).
    pub(crate) changed: Option<Timestamp>,
}

/// What the homes hold.
#[derive(Debug, Default)]
pub(crate) struct HomeFiles {
    /// What was recognised.
    pub(crate) left: Vec<Left>,
    /// Files that are or may be there but could not be read, and why.
    pub(crate) unread: Vec<(Kind, String)>,
}

/// Reads the homes of `/etc/passwd`, `/root` and `/etc/skel`.
pub(crate) fn collect(host: &Host) -> Fact<HomeFiles> {
    let mut homes = BTreeMap::from([("/root".to_owned(), true), ("/etc/skel".to_owned(), false)]);
    match host.text("/etc/passwd") {
        Ok(text) => {
            for account in accounts::parse(&text) {
                if account.home.starts_with('/') {
                    *homes.entry(account.home).or_default() |= account.uid == 0;
                }
            }
        }
        Err(ReadError::Absent(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut found = HomeFiles::default();
    if homes.len() > MOST_HOMES {
        let why = format!("only {MOST_HOMES} of {} homes were looked at", homes.len());
        found
            .unread
            .extend(PLACES.iter().map(|place| (place.1, why.clone())));
    }
    for (home, of_root) in homes.into_iter().take(MOST_HOMES) {
        if host.metadata(&home).is_ok_and(|metadata| metadata.is_dir()) {
            look_into(host, Path::new(&home), of_root, &mut found);
        }
    }
    Ok(found)
}

fn look_into(host: &Host, home: &Path, of_root: bool, found: &mut HomeFiles) {
    for (place, kind, is_it) in PLACES {
        let path = home.join(place);
        match host.text(&path) {
            Ok(text) if is_it(&text) => {
                let changed = host
                    .metadata(&path)
                    .ok()
                    .and_then(|metadata| Timestamp::from_second(metadata.ctime()).ok());
                found.left.push(Left {
                    path,
                    kind: *kind,
                    of_root,
                    changed,
                });
            }
            Ok(_) | Err(ReadError::Absent(_) | ReadError::NotAFile(_)) => {}
            Err(error) => found.unread.push((*kind, error.to_string())),
        }
    }
}

fn has_text(text: &str) -> bool {
    !text.trim().is_empty()
}

fn has_entry(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .any(|line| !line.is_empty() && !line.starts_with('#'))
}

/// `aws_secret_access_key = …`; a file that only names roles has none.
fn has_aws_key(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .any(|(key, value)| key.trim() == "aws_secret_access_key" && !value.trim().is_empty())
}

/// `https://user:password@host`, git-credential-store(1).
fn has_url_password(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.split_once("://"))
        .filter_map(|(_, rest)| rest.split_once('@'))
        .filter_map(|(user, _)| user.split_once(':'))
        .any(|(_, password)| !password.is_empty())
}

fn has_netrc_password(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    words.any(|word| word == "password") && words.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_a_secret_are_not_taken_for_one() {
        assert!(!has_aws_key(
            "[default]\nrole_arn = arn:aws:iam::1:role/x\n"
        ));
        assert!(!has_url_password("https://user@example.com\n"));
        assert!(!has_netrc_password("machine example.com login me\n"));
        assert!(!has_entry("# nothing yet\n\n"));
    }
}
