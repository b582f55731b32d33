use hardtarget_report::Severity;

use super::rules::{self, Good, Rule};
use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The kernel's network settings: reverse path filter, ICMP redirects, source routes, SYN
    /// cookies, answers to broadcasts, logging of impossible addresses, and whether the machine
    /// routes packets. Sending redirects only counts on a machine that routes. On a running machine
    /// `/proc/sys` counts; of an unpacked root, what `sysctl.d` sets.
    ///
    /// ## Why it matters
    /// Neighbours in the same network can otherwise lead traffic past this machine or to
    /// themselves, send packets under false addresses, or exhaust it with half-open connections.
    ///
    /// ## Remediation
    /// Put the values named as good into a file such as `/etc/sysctl.d/60-network.conf`, a
    /// `KEY = VALUE` a line, and run `sysctl --system`. A machine that runs containers or a VPN must
    /// route: leave forwarding on there.
    pub(crate) LAX_NETWORK_SETTINGS {
        id: "HT-KRN-002",
        title: "A kernel network setting trusts the neighbours",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("3.3"),
            Ref::amazon_linux_2023("3.3"),
            Ref::Cwe(1188),
            Ref::Manual("sysctl.d(5)"),
            Ref::Page(
                "Linux kernel documentation: ip-sysctl",
                "https://docs.kernel.org/networking/ip-sysctl.html",
            ),
        ],
        same_as: [SameAs::Lines("KRNL-6000")],
        judge: lax_network_settings,
        passes: |tree| { rules::good_machine(tree, RULES); },
        fails: |tree| {
            rules::good_machine(tree, RULES);
            tree.file("/proc/sys/net/ipv4/conf/all/accept_redirects", "1\n");
        },
    }
}

/// The rule that holds only on a router.
const SEND_REDIRECTS: &str = "net.ipv4.conf.*.send_redirects";

const RULES: &[Rule] = &[
    Rule {
        name: "net.ipv4.conf.*.accept_redirects",
        keys: &[
            "net.ipv4.conf.all.accept_redirects",
            "net.ipv4.conf.default.accept_redirects",
        ],
        good: Good::Is(0),
        severity: Severity::Low,
        means: "a neighbour can redirect this machine's traffic",
    },
    // Source routes are accepted only where `all` and the interface both say so, martians are
    // logged where either does: with `all` set right the others do not matter.
    Rule {
        name: "net.ipv4.conf.all.accept_source_route",
        keys: &["net.ipv4.conf.all.accept_source_route"],
        good: Good::Is(0),
        severity: Severity::Low,
        means: "a sender can choose the way of packets, past firewalls",
    },
    Rule {
        name: "net.ipv4.conf.all.log_martians",
        keys: &["net.ipv4.conf.all.log_martians"],
        good: Good::Is(1),
        severity: Severity::Info,
        means: "packets with impossible addresses are dropped without a trace",
    },
    Rule {
        name: "net.ipv4.conf.*.rp_filter",
        keys: &["net.ipv4.conf.default.rp_filter"],
        good: Good::AtLeast(1),
        severity: Severity::Low,
        means: "packets under false addresses are accepted",
    },
    Rule {
        name: SEND_REDIRECTS,
        keys: &[
            "net.ipv4.conf.all.send_redirects",
            "net.ipv4.conf.default.send_redirects",
        ],
        good: Good::Is(0),
        severity: Severity::Low,
        means: "this machine routes, and tells neighbours of other ways",
    },
    Rule {
        name: "net.ipv4.icmp_echo_ignore_broadcasts",
        keys: &["net.ipv4.icmp_echo_ignore_broadcasts"],
        good: Good::Is(1),
        severity: Severity::Low,
        means: "pings to a whole network are answered, which helps to flood others",
    },
    Rule {
        name: "net.ipv4.icmp_ignore_bogus_error_responses",
        keys: &["net.ipv4.icmp_ignore_bogus_error_responses"],
        good: Good::Is(1),
        severity: Severity::Info,
        means: "bogus answers fill the log",
    },
    Rule {
        name: "net.ipv4.ip_forward",
        keys: &["net.ipv4.ip_forward"],
        good: Good::Is(0),
        severity: Severity::Info,
        means: "this machine routes packets between networks",
    },
    Rule {
        name: "net.ipv4.tcp_syncookies",
        keys: &["net.ipv4.tcp_syncookies"],
        good: Good::AtLeast(1),
        severity: Severity::Medium,
        means: "half-open connections can exhaust a service",
    },
    Rule {
        name: "net.ipv6.conf.*.accept_redirects",
        keys: &[
            "net.ipv6.conf.all.accept_redirects",
            "net.ipv6.conf.default.accept_redirects",
        ],
        good: Good::Is(0),
        severity: Severity::Low,
        means: "a neighbour can redirect this machine's traffic",
    },
    Rule {
        name: "net.ipv6.conf.*.accept_source_route",
        keys: &[
            "net.ipv6.conf.all.accept_source_route",
            "net.ipv6.conf.default.accept_source_route",
        ],
        good: Good::AtMost(0),
        severity: Severity::Low,
        means: "a sender can choose the way of packets, past firewalls",
    },
    Rule {
        name: "net.ipv6.conf.all.forwarding",
        keys: &["net.ipv6.conf.all.forwarding"],
        good: Good::Is(0),
        severity: Severity::Info,
        means: "this machine routes packets between networks",
    },
];

fn lax_network_settings(facts: &Facts) -> Judged {
    let sysctl = facts.sysctl.as_ref()?;
    let routes = sysctl.number("net.ipv4.ip_forward") == Some(1);
    // The larger of `all` and the interface's own value counts, ip-sysctl.
    let filters = sysctl
        .number("net.ipv4.conf.all.rp_filter")
        .is_some_and(|value| value >= 1);
    rules::judge(
        facts,
        RULES.iter().filter(move |rule| match rule.name {
            SEND_REDIRECTS => routes,
            "net.ipv4.conf.*.rp_filter" => !filters,
            _ => true,
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Verdict;
    use crate::facts::tree::Tree;

    fn subjects(tree: &Tree) -> Vec<String> {
        match lax_network_settings(&tree.facts()) {
            Ok(Verdict::Fail(faults)) => faults.into_iter().map(|fault| fault.subject).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn redirects_are_sent_by_routers_only() {
        let mut tree = Tree::new();
        rules::good_machine(&mut tree, RULES);
        tree.file("/proc/sys/net/ipv4/conf/all/send_redirects", "1\n");
        assert!(subjects(&tree).is_empty());
        tree.file("/proc/sys/net/ipv4/ip_forward", "1\n");
        assert_eq!(subjects(&tree), [SEND_REDIRECTS, "net.ipv4.ip_forward"]);
    }

    #[test]
    fn a_filter_for_all_interfaces_is_enough() {
        let mut tree = Tree::new();
        rules::good_machine(&mut tree, RULES);
        tree.file("/proc/sys/net/ipv4/conf/default/rp_filter", "0\n");
        assert_eq!(subjects(&tree), ["net.ipv4.conf.*.rp_filter"]);
        tree.file("/proc/sys/net/ipv4/conf/all/rp_filter", "2\n");
        assert!(subjects(&tree).is_empty());
    }
}
