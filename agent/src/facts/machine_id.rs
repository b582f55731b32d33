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
    /// When the file was last changed (ctime).
    pub(crate) changed: Timestamp,
}

pub(crate) fn collect(host: &Host) -> Fact<MachineId> {
    let path = "/etc/machine-id";
    let value = host.text(path)?.trim().to_owned();
    let changed = Timestamp::from_second(host.metadata(path)?.ctime())
        .map_err(|error| Gap::Unknown(error.to_string()))?;
    Ok(MachineId { value, changed })
}
