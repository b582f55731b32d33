use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Not more than one of nftables, firewalld, ufw, iptables and other packet filters starts at
    /// boot.
    ///
    /// ## Why it matters
    /// Each loads its rules over those of the others. Which ones hold depends on the order of the
    /// start, and whoever changes one of them may change nothing.
    ///
    /// ## Remediation
    /// Decide for one, and `systemctl disable --now` the others.
    pub(crate) SEVERAL_FIREWALLS {
        id: "HT-NET-011",
        title: "Several packet filters start at boot and overwrite each other",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("4.1.1"),
            Ref::amazon_linux_2023("3.4.1.2"),
            Ref::Cwe(1188),
        ],
        judge: several_firewalls,
        passes: |tree| {
            tree.file("/sbin/init", "")
                .link("/etc/systemd/system/sysinit.target.wants/nftables.service", "/x");
        },
        fails: |tree| {
            tree.file("/sbin/init", "")
                .link("/etc/systemd/system/sysinit.target.wants/nftables.service", "/x")
                .link("/etc/systemd/system/multi-user.target.wants/firewalld.service", "/x");
        },
    }
}

fn several_firewalls(facts: &Facts) -> Judged {
    let names: Vec<&str> = facts
        .firewalls
        .as_ref()?
        .iter()
        .map(|firewall| firewall.name)
        .collect();
    Ok(if names.len() > 1 {
        Verdict::fail(format!("{} start at boot", names.join(" and ")))
    } else {
        Verdict::Pass
    })
}
