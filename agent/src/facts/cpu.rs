//! What the kernel says of the processor's vulnerabilities.

use std::collections::BTreeMap;

use super::Fact;
use crate::host::Host;

const DIRECTORY: &str = "/sys/devices/system/cpu/vulnerabilities";

/// The state of each vulnerability by name: `Not affected`, `Mitigation: …`, `Vulnerable…`.
pub(crate) fn collect(host: &Host) -> Fact<BTreeMap<String, String>> {
    let mut states = BTreeMap::new();
    for name in host.list(DIRECTORY)? {
        let Some(name) = name.to_str() else { continue };
        let state = host.text(format!("{DIRECTORY}/{name}"))?;
        states.insert(name.to_owned(), state.trim().to_owned());
    }
    Ok(states)
}
