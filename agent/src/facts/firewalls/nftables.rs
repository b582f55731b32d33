//! What the rules that nftables.service loads do with incoming packets, nft(8).

use std::path::{Path, PathBuf};

use super::{Firewall, Input};
use crate::facts::glob;
use crate::host::Host;

/// Where the rules are: with Debian, SUSE and Arch, with Red Hat, with Alpine.
const FILES: [&str; 3] = [
    "/etc/nftables.conf",
    "/etc/sysconfig/nftables.conf",
    "/etc/nftables.nft",
];

/// How many files are read, each of which may include others.
const MAX_FILES: usize = 100;

pub(super) fn read(host: &Host) -> Firewall {
    let main = FILES.into_iter().find(|path| host.exists(path));
    let mut todo: Vec<PathBuf> = main.into_iter().map(PathBuf::from).collect();
    let mut rules = Rules {
        v4: Input::Unfiltered,
        v6: Input::Unfiltered,
        includes: Vec::new(),
    };
    let mut read = 0;
    while let Some(path) = todo.pop() {
        read += 1;
        match host.text(&path) {
            Ok(text) => rules.read(&text),
            Err(error) if error.is_absent() => {}
            Err(_) => rules.unreadable(),
        }
        if read < MAX_FILES {
            for include in std::mem::take(&mut rules.includes) {
                todo.extend(included(host, &include));
            }
        }
    }
    Firewall {
        name: "nftables",
        v4: rules.v4,
        v6: rules.v6,
        source: main.unwrap_or("no file of rules").to_owned(),
    }
}

/// The files that an `include` means; relative ones lie in `/etc`.
fn included(host: &Host, include: &str) -> Vec<PathBuf> {
    let path = Path::new("/etc").join(include);
    let (Some(directory), Some(pattern)) = (path.parent(), path.file_name()) else {
        return Vec::new();
    };
    let pattern = pattern.to_string_lossy();
    host.list(directory)
        .unwrap_or_default()
        .into_iter()
        .filter(|name| glob::matches(&pattern, &name.to_string_lossy()))
        .map(|name| directory.join(name))
        .collect()
}

#[derive(Debug)]
struct Rules {
    v4: Input,
    v6: Input,
    includes: Vec<String>,
}

impl Rules {
    fn unreadable(&mut self) {
        for input in [&mut self.v4, &mut self.v6] {
            if *input != Input::Dropped {
                *input = Input::Unknown;
            }
        }
    }

    /// A chain of the hook `input`: any one that drops is enough.
    fn chain(&mut self, family: &str, drops: bool) {
        let v4 = matches!(family, "inet" | "ip");
        let v6 = matches!(family, "inet" | "ip6");
        for (input, concerned) in [(&mut self.v4, v4), (&mut self.v6, v6)] {
            if concerned && drops {
                *input = Input::Dropped;
            } else if concerned && *input == Input::Unfiltered {
                *input = Input::Accepted;
            }
        }
    }

    /// Reads one file: the families of its tables, the hooks and policies of their chains, and
    /// whether a chain's last statement drops what came so far.
    fn read(&mut self, text: &str) {
        let mut family = "ip";
        let (mut hooked, mut drops) = (false, false);
        for line in statements(text) {
            let mut words = line.split_whitespace().peekable();
            words.next_if(|word| matches!(*word, "add" | "create"));
            match words.next().unwrap_or_default() {
                "}" => {
                    if hooked {
                        self.chain(family, drops);
                    }
                    (hooked, drops) = (false, false);
                }
                "include" => {
                    let path = line.trim_start_matches("include").trim();
                    self.includes.push(path.trim_matches('"').to_owned());
                }
                // A chain made by itself names the family of its table too.
                block @ ("table" | "chain") => {
                    family = match words.next() {
                        Some("inet") => "inet",
                        Some("ip6") => "ip6",
                        Some("arp" | "bridge" | "netdev") => "arp",
                        Some("ip") => "ip",
                        _ if block == "table" => "ip",
                        _ => family,
                    }
                }
                "type" => hooked = line.contains("hook input"),
                "policy" => drops = words.next() == Some("drop"),
                // A statement without a condition; counters and logs may stand before it.
                "drop" | "reject" => drops = true,
                "counter" | "log" => {
                    drops |= words.any(|word| matches!(word, "drop" | "reject"));
                }
                _ => {}
            }
        }
    }
}

/// The statements of a file, comments left out. What ends a block is a statement of its own; the
/// braces of a set within a rule belong to the rule.
fn statements(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut in_set = 0_usize;
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        for c in line.chars().chain(['\n']) {
            let Some(last) = all.last_mut() else { break };
            let block = ["table", "chain", "set", "map", "flowtable", "add", "create"]
                .iter()
                .any(|word| last.trim_start().starts_with(word));
            match c {
                '{' if in_set == 0 && block => all.push(String::new()),
                '{' => in_set += 1,
                '}' if in_set > 0 => in_set -= 1,
                '}' => all.extend(["}".to_owned(), String::new()]),
                ';' | '\n' if in_set == 0 => all.push(String::new()),
                c if in_set == 0 => last.push(c),
                _ => {}
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    fn judged(text: &str) -> (Input, Input) {
        let mut tree = Tree::new();
        tree.file("/etc/nftables.conf", text).file(
            "/etc/nftables/a.nft",
            "table inet x { chain in { type filter hook input priority 0; policy drop; } }\n",
        );
        let firewall = read(&tree.host());
        (firewall.v4, firewall.v6)
    }

    #[test]
    fn policies_and_last_rules_are_told_apart() {
        use Input::{Accepted, Dropped, Unfiltered};
        for (text, expected) in [
            (
                "#!/usr/sbin/nft -f\nflush ruleset\n",
                (Unfiltered, Unfiltered),
            ),
            // Debian's own file.
            (
                "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter;\n\t}\n}\n",
                (Accepted, Accepted),
            ),
            (
                "table inet filter {\n chain input {\n type filter hook input priority 0; policy drop;\n iif lo accept\n tcp dport { 22, 80 } accept\n }\n}\n",
                (Dropped, Dropped),
            ),
            (
                "table ip filter { chain input { type filter hook input priority 0; policy accept; ct state established accept; tcp dport { 22, 80 } drop; ct state vmap { invalid : drop }\ncounter reject with icmp type x; } }\n",
                (Dropped, Unfiltered),
            ),
            (
                "table inet t { chain o { type filter hook output priority 0; policy drop; } }\n",
                (Unfiltered, Unfiltered),
            ),
            (
                "table ip t { set s { type ipv4_addr; elements = { 1.2.3.4 } }\n chain i { type filter hook input priority 0; tcp dport { 22 } drop } }\n",
                (Accepted, Unfiltered),
            ),
            ("include \"nftables/*.nft\"\n", (Dropped, Dropped)),
        ] {
            assert_eq!(judged(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "((table|chain|type|policy|[{};#\" \n])|\\PC)*") {
            let mut rules = Rules { v4: Input::Unfiltered, v6: Input::Unfiltered, includes: Vec::new() };
            rules.read(&text);
        }
    }
}
