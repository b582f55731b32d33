//! Network interfaces that take packets for others.

use super::{Fact, Gap};
use crate::host::Host;

/// `IFF_PROMISC`, netdevice(7).
const PROMISCUOUS: u32 = 0x100;

/// Their names; a bridge's ports, which must, are left out.
pub(crate) fn collect(host: &Host) -> Fact<Vec<String>> {
    if !host.is_running() {
        return Err(Gap::Absent("not a running machine".to_owned()));
    }
    let parent = "/sys/class/net";
    Ok(host
        .list(parent)?
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .filter(|name| {
            let flags = host
                .text(format!("{parent}/{name}/flags"))
                .unwrap_or_default();
            let flags = u32::from_str_radix(flags.trim().trim_start_matches("0x"), 16);
            flags.is_ok_and(|flags| flags & PROMISCUOUS != 0)
                && !host.exists(format!("{parent}/{name}/brport"))
        })
        .collect())
}
