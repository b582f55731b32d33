//! The private keys by which sshd proves which machine it is.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Fact, Gap};
use crate::host::{Host, ReadError};

/// A private host key.
#[derive(Debug)]
pub(crate) struct HostKey {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// When the key was written: mtime, or ctime should that be earlier. A change of mode alone
    /// does not make a key new.
    pub(crate) written: Timestamp,
}

/// `/etc/ssh/ssh_host_*_key`, the files of sshd(8); empty ones are passed over.
pub(crate) fn collect(host: &Host) -> Fact<Vec<HostKey>> {
    let directory = Path::new("/etc/ssh");
    let names = match host.list(directory) {
        Err(ReadError::Absent(_)) => return Ok(Vec::new()),
        names => names?,
    };
    let mut keys = Vec::new();
    for name in names {
        let bytes = name.as_encoded_bytes();
        if !bytes.starts_with(b"ssh_host_") || !bytes.ends_with(b"_key") {
            continue;
        }
        let path = directory.join(&name);
        let metadata = match host.metadata(&path) {
            Err(ReadError::Absent(_)) => continue,
            metadata => metadata?,
        };
        if metadata.is_file() && metadata.len() > 0 {
            let written = Timestamp::from_second(metadata.mtime().min(metadata.ctime()))
                .map_err(|error| Gap::Unknown(error.to_string()))?;
            keys.push(HostKey { path, written });
        }
    }
    Ok(keys)
}
