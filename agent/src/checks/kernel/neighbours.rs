use hardtarget_report::Severity;

use super::rules::{self, Good, Rule};
use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The kernel takes no routes from router advertisements (IPv6), none from its gateways'
    /// redirects where it takes redirects at all, answers no ARP in the name of others, and hands
    /// no packet from outside to 127.0.0.1. HT-KRN-002 looks at the commoner settings.
    ///
    /// ## Why it matters
    /// A neighbour can otherwise make itself the router of this machine, or reach services that
    /// trust whoever speaks to them from 127.0.0.1.
    ///
    /// ## Remediation
    /// Put the values named as good into a file of `/etc/sysctl.d`. Where IPv6 addresses and
    /// routes come by router advertisements (EC2 with IPv6, unless systemd-networkd or
    /// NetworkManager reads them itself), leave `accept_ra` on. Kubernetes needs `route_localnet`
    /// in some of its modes.
    pub(crate) TRUSTED_NEIGHBOURS {
        id: "HT-KRN-010",
        title: "A kernel setting lets neighbours redirect or inject traffic",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("3.3.6"),
            Ref::debian_12("3.3.11"),
            Ref::amazon_linux_2023("3.3.3"),
            Ref::amazon_linux_2023("3.3.9"),
            Ref::Cwe(940),
            Ref::Manual("sysctl.d(5)"),
        ],
        same_as: [SameAs::Lines("KRNL-6000")],
        judge: trusted_neighbours,
        passes: |tree| { rules::good_machine(tree, RULES); },
        fails: |tree| {
            rules::good_machine(tree, RULES);
            tree.file("/proc/sys/net/ipv4/conf/all/route_localnet", "1\n");
        },
    }
}

const SECURE_REDIRECTS: &str = "net.ipv4.conf.*.secure_redirects";
const ACCEPT_RA: &str = "net.ipv6.conf.*.accept_ra";

const RULES: &[Rule] = &[
    Rule {
        name: "net.ipv4.conf.all.proxy_arp",
        keys: &["net.ipv4.conf.all.proxy_arp"],
        good: Good::Is(0),
        severity: Severity::Low,
        means: "this machine answers for the addresses of others",
    },
    Rule {
        name: "net.ipv4.conf.all.route_localnet",
        keys: &["net.ipv4.conf.all.route_localnet"],
        good: Good::Is(0),
        severity: Severity::Medium,
        means: "neighbours reach services that listen on 127.0.0.1 only",
    },
    Rule {
        name: SECURE_REDIRECTS,
        keys: &[
            "net.ipv4.conf.all.secure_redirects",
            "net.ipv4.conf.default.secure_redirects",
        ],
        good: Good::Is(0),
        severity: Severity::Low,
        means: "whoever speaks in the name of the gateway redirects traffic",
    },
    Rule {
        name: ACCEPT_RA,
        keys: &[
            "net.ipv6.conf.all.accept_ra",
            "net.ipv6.conf.default.accept_ra",
        ],
        good: Good::Is(0),
        severity: Severity::Info,
        means: "any neighbour can announce itself as the router",
    },
];

fn trusted_neighbours(facts: &Facts) -> Judged {
    let sysctl = facts.sysctl.as_ref()?;
    let is = |key, value| sysctl.number(key) == Some(value);
    // With accept_redirects off, secure_redirects means nothing, ip-sysctl.
    let no_redirects = is("net.ipv4.conf.all.accept_redirects", 0)
        && is("net.ipv4.conf.default.accept_redirects", 0);
    // A router listens to no other router, unless told so by 2.
    let no_ra = is("net.ipv6.conf.all.disable_ipv6", 1)
        || (is("net.ipv6.conf.all.forwarding", 1) && !is("net.ipv6.conf.all.accept_ra", 2));
    rules::judge(
        facts,
        RULES.iter().filter(move |rule| match rule.name {
            SECURE_REDIRECTS => !no_redirects,
            ACCEPT_RA => !no_ra,
            _ => true,
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Verdict;
    use crate::facts::tree::Tree;

    #[test]
    fn what_another_setting_switches_off_does_not_count() {
        let mut tree = Tree::new();
        rules::good_machine(&mut tree, RULES);
        tree.file("/proc/sys/net/ipv4/conf/all/secure_redirects", "1\n")
            .file("/proc/sys/net/ipv6/conf/all/accept_ra", "1\n");
        assert!(
            matches!(trusted_neighbours(&tree.facts()), Ok(Verdict::Fail(faults)) if faults.len() == 2)
        );
        tree.file("/proc/sys/net/ipv4/conf/all/accept_redirects", "0\n")
            .file("/proc/sys/net/ipv4/conf/default/accept_redirects", "0\n")
            .file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1\n");
        assert_eq!(trusted_neighbours(&tree.facts()), Ok(Verdict::Pass));
    }
}
