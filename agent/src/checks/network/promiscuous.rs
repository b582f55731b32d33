use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No network interface takes packets that are for others (promiscuous mode), but for those
    /// that a bridge has as its ports.
    ///
    /// ## Why it matters
    /// A program records the traffic of this machine and its neighbours: a tool that was left on,
    /// or an intruder's.
    ///
    /// ## Remediation
    /// Find the program (`ss -0p`) and stop it; `ip link set DEVICE promisc off`.
    pub(crate) PROMISCUOUS {
        id: "HT-NET-015",
        title: "A network interface takes packets that are for others",
        severity: Low,
        scope: Running,
        since: "0.1.0",
        references: [
            Ref::Cwe(1125),
            Ref::Manual("packet(7)"),
            Ref::Page("MITRE ATT&CK T1040", "https://attack.mitre.org/techniques/T1040/"),
        ],
        same_as: [SameAs::Each("NETW-3014"), SameAs::Each("NETW-3015")],
        judge: promiscuous,
        passes: |tree| { tree.running().file("/sys/class/net/eth0/flags", "0x1003\n"); },
        fails: |tree| { tree.running().file("/sys/class/net/eth0/flags", "0x1103\n"); },
    }
}

fn promiscuous(facts: &Facts) -> Judged {
    let interfaces = facts.promiscuous.as_ref()?;
    Ok(Verdict::from_faults(interfaces.iter().map(|name| {
        Fault::new(name, format!("/sys/class/net/{name}/flags has IFF_PROMISC"))
    })))
}
