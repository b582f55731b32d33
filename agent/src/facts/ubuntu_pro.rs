//! Whether the machine is attached to Ubuntu Pro.

use super::Fact;
use crate::host::Host;

/// The token of an attached machine, or the sources that attaching sets up (`pro help`).
pub(crate) fn attached(host: &Host) -> Fact<bool> {
    Ok([
        "/var/lib/ubuntu-advantage/private/machine-token.json",
        "/etc/apt/sources.list.d/ubuntu-esm-infra.list",
        "/etc/apt/sources.list.d/ubuntu-esm-infra.sources",
    ]
    .iter()
    .any(|path| host.exists(path)))
}
