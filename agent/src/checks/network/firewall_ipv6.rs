use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::firewalls::Input;
use crate::facts::sysctl::Setting;

check! {
    /// ## What it checks
    /// A packet filter that drops what comes in over IPv4 does so over IPv6 too, unless the machine
    /// has IPv6 switched off.
    ///
    /// ## Why it matters
    /// With the first IPv6 address, or by link-local addresses from the same network at once,
    /// everything that the filter hides is in the open.
    ///
    /// ## Remediation
    /// A table of the family `inet` in place of `ip` (nftables), rules for ip6tables, `IPV6=yes` in
    /// `/etc/default/ufw`; or switch IPv6 off: `net.ipv6.conf.all.disable_ipv6 = 1`.
    pub(crate) IPV6_UNFILTERED {
        id: "HT-NET-013",
        title: "The packet filter leaves IPv6 open",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("4.4.3.1"),
            Ref::debian_12("3.1.1"),
            Ref::amazon_linux_2023("3.1.1"),
            Ref::Cwe(1327),
        ],
        judge: ipv6_unfiltered,
        passes: |tree| {
            super::firewall_policy::nftables(tree)
                .file("/etc/nftables.conf", "table inet f { chain i { type filter hook input priority 0; policy drop; } }\n");
        },
        fails: |tree| {
            super::firewall_policy::nftables(tree)
                .file("/etc/nftables.conf", "table ip f { chain i { type filter hook input priority 0; policy drop; } }\n");
        },
    }
}

fn ipv6_unfiltered(facts: &Facts) -> Judged {
    let firewalls = facts.firewalls.as_ref()?;
    if !firewalls.iter().any(|it| it.v4 == Input::Dropped) {
        return Err(NotJudged::NotApplicable(
            "no packet filter drops incoming packets".to_owned(),
        ));
    }
    let key = "net.ipv6.conf.all.disable_ipv6";
    let off = facts.sysctl.as_ref().is_ok_and(|sysctl| {
        sysctl.number(key) == Some(1)
            || (facts.running && matches!(sysctl.get(key), Setting::Absent))
    });
    if off {
        return Err(NotJudged::NotApplicable("IPv6 is switched off".to_owned()));
    }
    if firewalls.iter().any(|it| it.v6 == Input::Dropped) {
        return Ok(Verdict::Pass);
    }
    Ok(Verdict::from_faults(
        firewalls
            .iter()
            .filter(|firewall| firewall.v4 == Input::Dropped)
            .map(|firewall| {
                let seen = format!("{} filters IPv4 only ({})", firewall.name, firewall.source);
                Fault::new(firewall.name, seen)
            }),
    ))
}
