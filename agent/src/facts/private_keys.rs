//! Files that hold private keys: where they are and whether a passphrase guards them, never the
//! keys.

mod sniff;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::walk::Walk;
use super::{Fact, Gap};
use crate::host::{Host, ReadError};

/// How many files are read.
const MOST_FILES: usize = 5000;

/// How much of one file is read: a key may follow a long chain of certificates.
const MOST_OF_A_FILE: u64 = 1 << 20;

/// How much is read of all of them together.
const MOST_OF_ALL: u64 = 256 << 20;

/// A file with a private key.
#[derive(Debug)]
pub(crate) struct PrivateKey {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The format, in words.
    pub(crate) format: &'static str,
    /// Whether it is encrypted with a passphrase.
    pub(crate) encrypted: bool,
    /// When the file was created, where the file system knows.
    pub(crate) born: Option<Timestamp>,
}

/// The private keys that were found.
#[derive(Debug, Default)]
pub(crate) struct PrivateKeys {
    /// Sorted by path.
    pub(crate) found: Vec<PrivateKey>,
    /// Why not all files were looked at; nothing if they were.
    pub(crate) incomplete: Option<String>,
}

/// Looks into the files whose names the walk found telling.
pub(crate) fn collect(host: &Host, walk: &Fact<Arc<Walk>>) -> Fact<PrivateKeys> {
    let walk = walk.as_ref().map_err(Gap::clone)?;
    let mut keys = PrivateKeys::default();
    let mut left = MOST_OF_ALL;
    if let Some(first) = walk.unreadable.first() {
        keys.incomplete = Some(format!("{} could not be looked into", first.display()));
    }
    if walk.telling.len() >= MOST_FILES {
        keys.incomplete = Some(format!(
            "more than {MOST_FILES} files are named like private keys"
        ));
    }
    for entry in &walk.telling {
        let cost = entry.size.min(MOST_OF_A_FILE);
        let Some(rest) = left.checked_sub(cost) else {
            keys.incomplete = Some(format!(
                "files named like private keys hold more than {} MiB",
                MOST_OF_ALL >> 20
            ));
            break;
        };
        left = rest;
        match host.read_start(&entry.path, MOST_OF_A_FILE) {
            Ok(bytes) => {
                if let Some((format, encrypted)) = private_key(&bytes) {
                    keys.found.push(PrivateKey {
                        born: host.born(&entry.path),
                        path: entry.path.clone(),
                        format,
                        encrypted,
                    });
                }
            }
            Err(ReadError::Absent(_)) => {}
            Err(error) => keys.incomplete = Some(error.to_string()),
        }
    }
    Ok(keys)
}

pub(super) use sniff::private_key;
#[cfg(test)]
pub(crate) use sniff::tests::pem;
