use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::firewalls::Input;

check! {
    /// ## What it checks
    /// A packet filter that starts at boot drops or rejects incoming packets that none of its rules
    /// lets in: by the policy of its chain or by its last rule (nftables, iptables), by
    /// `DEFAULT_INPUT_POLICY` (ufw), by the target of the default zone (firewalld).
    ///
    /// ## Why it matters
    /// The filter is on and filters nothing: everyone takes the machine for protected, and every
    /// port that opens is open.
    ///
    /// ## Remediation
    /// `policy drop;` in the chain of the hook `input`, after rules for `iif lo`, established
    /// connections and SSH; `ufw default deny incoming`; a default zone other than `trusted`.
    pub(crate) OPEN_FIREWALL_POLICY {
        id: "HT-NET-012",
        title: "The packet filter lets in what no rule is about",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("4.2.7"),
            Ref::debian_12("4.3.8"),
            Ref::debian_12("4.4.2.1"),
            Ref::amazon_linux_2023("3.4.2.7"),
            Ref::Cwe(1327),
        ],
        judge: open_firewall_policy,
        passes: |tree| {
            nftables(tree).file("/etc/nftables.conf", "table inet f { chain i { type filter hook input priority 0; policy drop; } }\n");
        },
        fails: |tree| {
            nftables(tree).file("/etc/nftables.conf", "table inet f { chain i { type filter hook input priority 0; } }\n");
        },
    }
}

/// For fixtures: nftables starts at boot.
#[cfg(test)]
pub(super) fn nftables(tree: &mut crate::facts::tree::Tree) -> &mut crate::facts::tree::Tree {
    tree.file("/sbin/init", "").link(
        "/etc/systemd/system/sysinit.target.wants/nftables.service",
        "/x",
    )
}

fn open_firewall_policy(facts: &Facts) -> Judged {
    let firewalls = facts.firewalls.as_ref()?;
    if firewalls.is_empty() {
        return Err(NotJudged::NotApplicable(
            "no packet filter starts at boot".to_owned(),
        ));
    }
    // One that drops is enough: a packet passes only where all of them let it.
    if firewalls.iter().any(|it| it.v4 == Input::Dropped) {
        return Ok(Verdict::Pass);
    }
    if let Some(unknown) = firewalls.iter().find(|it| it.v4 == Input::Unknown) {
        return Err(NotJudged::Unknown(format!(
            "the rules of {} are not read",
            unknown.name
        )));
    }
    Ok(Verdict::from_faults(firewalls.iter().map(|firewall| {
        let what = match firewall.v4 {
            Input::Unfiltered => "has no rule for incoming packets",
            _ => "accepts what no rule is about",
        };
        let seen = format!("{} {what} ({})", firewall.name, firewall.source);
        Fault::new(firewall.name, seen)
    })))
}
