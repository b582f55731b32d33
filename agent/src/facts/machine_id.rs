//! `/etc/machine-id`, machine-id(5).

use std::os::unix::fs::MetadataExt;

use jiff::Timestamp;

use super::{Fact, Gap};
use crate::host::Host;

/// The machine's id.
#[derive(Debug)]
pub(crate) struct MachineId {
    /// What the file holds, without white space.
    pub(crate) value: String,
    /// When the file was made: the earlier of its ctime and mtime.
    pub(crate) changed: Timestamp,
}

pub(crate) fn collect(host: &Host) -> Fact<MachineId> {
    let path = "/etc/machine-id";
    let value = host.text(path)?.trim().to_owned();
    let metadata = host.metadata(path)?;
    // A chmod after boot is not a new id, and a copy keeps an old mtime: the earlier counts.
    let changed = Timestamp::from_second(metadata.ctime().min(metadata.mtime()))
        .map_err(|error| Gap::Unknown(error.to_string()))?;
    Ok(MachineId { value, changed })
}
