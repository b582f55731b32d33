use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::sockets::Socket;

check! {
    /// ## What it checks
    /// Nothing on the machine answers name queries of the local network: LLMNR, mDNS or NetBIOS.
    ///
    /// ## Why it matters
    /// In these protocols whoever answers first is believed. A neighbour can pass itself off as any
    /// host, and services tell every neighbour that they are there.
    ///
    /// ## Remediation
    /// `LLMNR=no` and `MulticastDNS=no` in `/etc/systemd/resolved.conf`; `systemctl disable --now
    /// avahi-daemon nmbd`.
    pub(crate) NAME_QUERIES {
        id: "HT-NET-014",
        title: "The machine takes part in name lookups that anyone can forge",
        severity: Low,
        scope: Running,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.1.22"),
            Ref::amazon_linux_2023("2.4"),
            Ref::Cwe(350),
            Ref::Page("MITRE ATT&CK T1557.001", "https://attack.mitre.org/techniques/T1557/001/"),
        ],
        judge: name_queries,
        passes: |tree| { tree.running().file("/proc/net/udp", ""); },
        fails: |tree| {
            tree.running().file("/proc/net/udp", "  0: 00000000:14EB 00000000:0000 07 0:0 0:0 0 101 0 77 1\n");
        },
    }
}

const PORTS: [(u16, &str); 3] = [(137, "NetBIOS"), (5353, "mDNS"), (5355, "LLMNR")];

fn name_queries(facts: &Facts) -> Judged {
    let sockets = facts.sockets.as_ref()?;
    Ok(Verdict::from_faults(PORTS.iter().filter_map(
        |(port, name)| {
            let mut lines = sockets
                .iter()
                .filter(|it| it.protocol == "udp" && it.port == *port && it.is_exposed())
                .map(Socket::line);
            let fault = Fault::new(format!("udp/{port} {name}"), lines.next()?);
            Some(lines.fold(fault, Fault::and))
        },
    )))
}
