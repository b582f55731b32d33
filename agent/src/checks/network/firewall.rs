use crate::checks::{Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// A packet filter starts at boot: nftables, firewalld, ufw (with `ENABLED=yes`), iptables or
    /// another known one. Rules that a script of its own loads are not seen. A container is
    /// filtered by its host.
    ///
    /// ## Why it matters
    /// Whatever listens by mistake is reachable from wherever the network allows. In a cloud,
    /// security groups do the same from outside, but one wrong rule there is then enough.
    ///
    /// ## Remediation
    /// Enable one: `systemctl enable --now nftables` with rules in `/etc/nftables.conf`, firewalld
    /// or ufw, with a policy that drops what no rule lets in.
    pub(crate) NO_FIREWALL {
        id: "HT-NET-010",
        title: "No packet filter starts at boot",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("4.1.1"),
            Ref::amazon_linux_2023("3.4.1.2"),
            Ref::independent("3.5"),
            Ref::Cwe(1327),
            Ref::Manual("nft(8)"),
        ],
        same_as: [SameAs::Test("FIRE-4590")],
        judge: no_firewall,
        passes: |tree| {
            tree.file("/sbin/init", "")
                .link("/etc/systemd/system/sysinit.target.wants/nftables.service", "/x");
        },
        fails: |tree| { tree.file("/sbin/init", ""); },
    }
}

fn no_firewall(facts: &Facts) -> Judged {
    if facts.firewalls.as_ref()?.is_empty() {
        return Ok(Verdict::fail(
            "none of nftables, firewalld, ufw and iptables starts at boot",
        ));
    }
    Ok(Verdict::Pass)
}
