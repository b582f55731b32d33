use hardtarget_report::Severity;

use super::settings::{self, Setting};
use crate::checks::{Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sshd forwards no TCP connections, sockets or agents and makes no tunnels, or
    /// `DisableForwarding` is on. Forwarded ports that other machines can reach (`GatewayPorts`) and
    /// tunnels (`PermitTunnel`) are worse than the rest, which is on unless turned off.
    ///
    /// ## Why it matters
    /// Whoever may log in reaches through this host whatever it reaches, past security groups, and
    /// can open a way back into the network. Hosts that people jump through need it; others do not.
    ///
    /// ## Remediation
    /// Set `DisableForwarding yes` in `/etc/ssh/sshd_config` and reload sshd; allow what someone
    /// needs in a `Match User` block with `AllowTcpForwarding local` and `PermitOpen`.
    pub(crate) FORWARDING {
        id: "HT-SSH-012",
        title: "SSH forwards connections for those who log in",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.8"),
            Ref::amazon_linux_2023("4.2.13"),
            Ref::independent("5.2.21"),
            Ref::Cwe(441),
            Ref::Manual("sshd_config(5)"),
        ],
        same_as: [SameAs::Each("SSH-7408")],
        judge: forwarding,
        passes: |tree| { tree.sshd("DisableForwarding yes\n"); },
        fails: |tree| { tree.sshd("DisableForwarding no\nGatewayPorts yes\n"); },
    }
}

const fn setting(name: &'static str, severity: Severity, means: &'static str) -> Setting {
    Setting {
        name,
        subject: name,
        bad: |value| value != "no",
        severity,
        means,
    }
}

const SETTINGS: &[Setting] = &[
    setting(
        "GatewayPorts",
        Severity::Medium,
        "other machines can connect to forwarded ports",
    ),
    setting(
        "PermitTunnel",
        Severity::Medium,
        "root can join two networks",
    ),
    setting("AllowTcpForwarding", Severity::Info, "TCP connections"),
    setting("AllowStreamLocalForwarding", Severity::Info, "Unix sockets"),
    setting(
        "AllowAgentForwarding",
        Severity::Info,
        "the agent with its owner's keys",
    ),
];

fn forwarding(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    if sshd.any_of("disableforwarding", &["yes"])?.is_some() {
        return Ok(Verdict::Pass);
    }
    settings::judge(sshd, SETTINGS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn what_is_on_by_default_is_a_remark() {
        let mut tree = Tree::new();
        tree.sshd("AllowAgentForwarding no\n");
        let Ok(Verdict::Fail(faults)) = forwarding(&tree.facts()) else {
            panic!("no fault");
        };
        let seen: Vec<_> = faults
            .iter()
            .map(|fault| (fault.subject.as_str(), fault.severity))
            .collect();
        assert_eq!(
            seen,
            [
                ("AllowTcpForwarding", Some(Severity::Info)),
                ("AllowStreamLocalForwarding", Some(Severity::Info))
            ]
        );
    }
}
