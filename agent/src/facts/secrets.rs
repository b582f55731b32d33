//! Secrets in configuration: where and what kind, never the value.
//!
//! The files are those that the walk told by place and name ([`Walk::settings`]). Two readers look
//! at each: [`tokens`] for what is a secret by its very form, [`assigned`] for a value that is
//! assigned to a word like `password` and is no placeholder.

mod assigned;
mod plausible;
mod tokens;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::walk::Walk;
use super::{Fact, Gap, private_keys};
use crate::host::{Host, ReadError};

/// How many files are read.
const MOST_FILES: usize = 4000;

/// How much is read of all of them together: 64 MiB.
const MOST_OF_ALL: u64 = 64 << 20;

/// How much is read of one file: the walk names no longer ones.
const MOST_OF_A_FILE: u64 = 256 << 10;

/// How many places of one file are kept.
const MOST_PLACES: usize = 20;

/// What kind of secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A key to an account of a cloud.
    CloudKey,
    /// A token that acts for an account of a service.
    Token,
    /// A token that may be short-lived, or public by design.
    WeakToken,
    /// A private key inside a file of another kind.
    PrivateKey,
    /// A password in a file made for passwords, or in an address.
    Password,
    /// A value that is assigned to a word like `password` and looks like one.
    Assigned,
}

/// One secret in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The line, from 1.
    pub(crate) line: usize,
    /// What kind.
    pub(crate) kind: Kind,
    /// What it is, in words.
    pub(crate) what: &'static str,
}

/// A file that holds secrets.
#[derive(Debug)]
pub(crate) struct SecretFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The secrets, by line; the first of them if there are very many.
    pub(crate) places: Vec<Place>,
    /// Whether everyone may read it.
    pub(crate) open: bool,
    /// When the file was created, where the file system knows.
    pub(crate) born: Option<Timestamp>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    /// Sorted by path.
    pub(crate) files: Vec<SecretFile>,
    /// Why not all files were looked at; nothing if they were.
    pub(crate) incomplete: Option<String>,
}

/// Looks into the files that the walk took for configuration.
pub(crate) fn collect(host: &Host, walk: &Fact<Arc<Walk>>) -> Fact<Secrets> {
    let walk = walk.as_ref().map_err(Gap::clone)?;
    let mut secrets = Secrets::default();
    if let Some(first) = walk.unreadable.first() {
        secrets.incomplete = Some(format!("{} could not be looked into", first.display()));
    }
    if walk.settings.len() > MOST_FILES {
        secrets.incomplete = Some(format!(
            "only {MOST_FILES} files of configuration were looked into"
        ));
    }
    let mut left = MOST_OF_ALL;
    for entry in walk.settings.iter().take(MOST_FILES) {
        let Some(rest) = left.checked_sub(entry.size.min(MOST_OF_A_FILE)) else {
            secrets.incomplete = Some(format!(
                "files of configuration hold more than {} MiB",
                MOST_OF_ALL >> 20
            ));
            break;
        };
        left = rest;
        match host.read_start(&entry.path, MOST_OF_A_FILE) {
            Ok(bytes) => {
                let places = places(&entry.path.to_string_lossy(), &bytes);
                if !places.is_empty() {
                    secrets.files.push(SecretFile {
                        path: entry.path.clone(),
                        places,
                        open: entry.mode & 0o004 != 0,
                        born: host.born(&entry.path),
                    });
                }
            }
            Err(ReadError::Absent(_)) => {}
            Err(error) => secrets.incomplete = Some(error.to_string()),
        }
    }
    Ok(secrets)
}

/// The secrets in a file, each line's worst.
fn places(path: &str, bytes: &[u8]) -> Vec<Place> {
    // What has NUL bytes is no text.
    if bytes.contains(&0) {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(bytes);
    let mut places: Vec<Place> = tokens::find(&text);
    places.extend(assigned::find(path, &text));
    if let Some((_, false)) = private_keys::private_key(bytes)
        && let Some(at) = text.find("PRIVATE KEY")
    {
        let before = text.get(..at).unwrap_or_default();
        places.push(Place {
            line: before.matches('\n').count() + 1,
            kind: Kind::PrivateKey,
            what: "a private key without a passphrase",
        });
    }
    places.sort_unstable();
    places.dedup_by_key(|place| place.line);
    places.truncate(MOST_PLACES);
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn files_are_found_by_place_and_name_and_told_by_line() {
        let mut tree = Tree::new();
        tree.file("/srv/app/.env", "A=1\nDB_PASSWORD=tr0ub4dor-7\n")
            .file("/srv/app/.env.example", "DB_PASSWORD=tr0ub4dor-7\n")
            .file("/usr/share/x/app.conf", "password=tr0ub4dor-7\n")
            .file("/opt/app/bin.conf", b"password=tr0ub4dor-7\n\0");
        let facts = tree.facts();
        let secrets = facts.secrets.as_ref().unwrap();
        let found: Vec<_> = secrets
            .files
            .iter()
            .map(|file| (file.path.to_str().unwrap(), file.places[0].line))
            .collect();
        assert_eq!(found, [("/srv/app/.env", 2)]);
        assert!(secrets.files[0].open && secrets.incomplete.is_none());
    }

    #[test]
    fn a_line_is_told_once_by_its_worst() {
        let key = "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX";
        let places = places("/etc/a.conf", format!("token = {key}\n").as_bytes());
        assert_eq!(places.len(), 1);
        assert_eq!(places[0].kind, Kind::Token);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in any::<Vec<u8>>(), text in "([a-z_]{0,8}(password|token|AKIA|://)?[=:>\"' \n@]|\\PC){0,40}") {
            for path in ["/etc/fstab", "/root/.pgpass", "/srv/a.php", "/etc/a.conf"] {
                places(path, &bytes);
                places(path, text.as_bytes());
            }
        }
    }
}
