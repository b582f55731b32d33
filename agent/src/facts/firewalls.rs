//! Packet filters that start at boot, and what they do with packets that no rule is about.

mod nftables;

use super::services::Services;
use super::{Fact, Gap, container};
use crate::host::Host;

/// What a packet filter does with incoming packets that no rule lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// They are dropped or rejected.
    Dropped,
    /// They are let in.
    Accepted,
    /// There are no rules for incoming packets at all.
    Unfiltered,
    /// It cannot be told.
    Unknown,
}

/// A packet filter that starts at boot.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Firewall {
    /// What it is called.
    pub(crate) name: &'static str,
    /// With IPv4.
    pub(crate) v4: Input,
    /// With IPv6.
    pub(crate) v6: Input,
    /// The file that says so.
    pub(crate) source: String,
}

/// Others, whose rules are not read.
const OTHERS: [(&str, &[&str]); 6] = [
    ("shorewall", &["shorewall", "shorewall6"]),
    ("ferm", &["ferm"]),
    ("SuSEfirewall2", &["SuSEfirewall2", "SuSEfirewall2_setup"]),
    ("CSF", &["csf", "lfd"]),
    ("APF", &["apf"]),
    ("firehol", &["firehol"]),
];

/// Rules of iptables and of ip6tables: with Debian, with Red Hat, with Alpine.
const SAVED: [(&str, &str); 3] = [
    ("/etc/iptables/rules.v4", "/etc/iptables/rules.v6"),
    ("/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables"),
    ("/etc/iptables/rules-save", "/etc/iptables/rules6-save"),
];

/// The filters that start at boot.
pub(crate) fn collect(host: &Host, services: &Fact<Services>) -> Fact<Vec<Firewall>> {
    if let Some(engine) = container::engine(host) {
        return Err(Gap::Absent(format!(
            "a container ({engine}) is filtered by its host"
        )));
    }
    let services = services.as_ref().map_err(Clone::clone)?;
    let mut found = Vec::new();
    if services.is_enabled("ufw") {
        found.extend(ufw(host));
    }
    if services.is_enabled("firewalld") {
        found.push(firewalld(host));
    }
    if services.is_enabled("nftables") {
        found.push(nftables::read(host));
    }
    let enabled = |names: &[&str]| names.iter().any(|name| services.is_enabled(name));
    let persistent = ["netfilter-persistent", "iptables-persistent"];
    let (v4, v6) = (enabled(&["iptables"]), enabled(&["ip6tables"]));
    if enabled(&persistent) || v4 || v6 {
        found.push(iptables(host, v4 || !v6, v6 || !v4));
    }
    for (name, units) in OTHERS {
        if enabled(units) {
            found.push(Firewall {
                name,
                v4: Input::Unknown,
                v6: Input::Unknown,
                source: format!("{} starts at boot", units.first().unwrap_or(&name)),
            });
        }
    }
    Ok(found)
}

/// ufw, unless `ufw.conf` has it off, as Ubuntu's images do.
fn ufw(host: &Host) -> Option<Firewall> {
    let conf = host.text("/etc/ufw/ufw.conf").unwrap_or_default();
    if value(&conf, "ENABLED")?.eq_ignore_ascii_case("yes") {
        let source = "/etc/default/ufw";
        let text = host.text(source).unwrap_or_default();
        let policy = match value(&text, "DEFAULT_INPUT_POLICY") {
            Some("ACCEPT") => Input::Accepted,
            _ => Input::Dropped,
        };
        let no_v6 = value(&text, "IPV6").is_some_and(|it| it.eq_ignore_ascii_case("no"));
        return Some(Firewall {
            name: "ufw",
            v4: policy,
            v6: if no_v6 { Input::Unfiltered } else { policy },
            source: source.to_owned(),
        });
    }
    None
}

/// firewalld, by the target of its default zone, firewalld.zone(5).
fn firewalld(host: &Host) -> Firewall {
    let conf = host
        .text("/etc/firewalld/firewalld.conf")
        .unwrap_or_default();
    let zone = value(&conf, "DefaultZone").unwrap_or("public");
    let input = ["/etc/firewalld/zones", "/usr/lib/firewalld/zones"]
        .into_iter()
        .find_map(|directory| host.text(format!("{directory}/{zone}.xml")).ok())
        .map_or(Input::Unknown, |xml| {
            // `<zone target="ACCEPT">` stands in front of everything but the declaration.
            let tag = xml
                .split_once("<zone")
                .and_then(|(_, rest)| rest.split_once('>'));
            if tag.is_some_and(|(attributes, _)| attributes.contains("ACCEPT")) {
                Input::Accepted
            } else {
                Input::Dropped
            }
        });
    Firewall {
        name: "firewalld",
        v4: input,
        v6: input,
        source: format!("the default zone is {zone}"),
    }
}

fn iptables(host: &Host, v4: bool, v6: bool) -> Firewall {
    let first = |on: bool, paths: [&'static str; 3]| {
        let read = |path: &'static str| host.text(path).ok().map(|text| (saved(&text), path));
        let found = paths.into_iter().filter(|_| on).find_map(read);
        found.unwrap_or((Input::Unfiltered, "no file of rules"))
    };
    let (v4, source) = first(v4, SAVED.map(|(v4, _)| v4));
    let (v6, _) = first(v6, SAVED.map(|(_, v6)| v6));
    Firewall {
        name: "iptables",
        v4,
        v6,
        source: source.to_owned(),
    }
}

/// What the table `filter` of iptables-save(8) does at the end of its chain INPUT.
fn saved(text: &str) -> Input {
    let mut table = "";
    let mut input = Input::Unfiltered;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('*') {
            table = name;
        } else if table == "filter" {
            if let Some(policy) = line.strip_prefix(":INPUT ") {
                input = match policy.split_whitespace().next() {
                    Some("ACCEPT") => Input::Accepted,
                    _ => Input::Dropped,
                };
            } else if ["-A INPUT -j DROP", "-A INPUT -j REJECT"]
                .iter()
                .any(|rule| line.starts_with(rule))
            {
                input = Input::Dropped;
            }
        }
    }
    input
}

/// The value of `KEY=value`, without quotes.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix(key)?
                .trim_start()
                .strip_prefix('=')
        })
        .next_back()
        .map(|value| value.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn rules_of_iptables_are_judged_by_their_end() {
        for (text, input) in [
            ("*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n", Input::Unfiltered),
            (
                "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n",
                Input::Accepted,
            ),
            ("*filter\n:INPUT DROP [0:0]\n", Input::Dropped),
            (
                "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n",
                Input::Dropped,
            ),
        ] {
            assert_eq!(saved(text), input, "{text}");
        }
    }

    #[test]
    fn ufw_counts_only_where_it_is_switched_on() {
        let mut tree = Tree::new();
        tree.file("/sbin/init", "")
            .link(
                "/etc/systemd/system/multi-user.target.wants/ufw.service",
                "/x",
            )
            .file("/etc/ufw/ufw.conf", "ENABLED=no\n")
            .file(
                "/etc/default/ufw",
                "IPV6=no\nDEFAULT_INPUT_POLICY=\"DROP\"\n",
            );
        assert_eq!(tree.facts().firewalls, Ok(Vec::new()));
        tree.file("/etc/ufw/ufw.conf", "ENABLED=yes\n");
        let firewalls = tree.facts().firewalls.unwrap();
        assert_eq!(
            (firewalls[0].v4, firewalls[0].v6),
            (Input::Dropped, Input::Unfiltered)
        );
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "([*]filter|:INPUT |-A INPUT -j |\n|\\PC)*") {
            saved(&text);
            value(&text, "A");
        }
    }
}
