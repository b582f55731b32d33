//! How each of them says in its file whom it lets in.

use super::Stranger::{self, Anyone, Local, Reads};

type Found = Option<(Stranger, &'static str)>;

/// Lines without comments and blanks around them.
fn lines(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
}

/// The last value of `KEY: value` or `KEY value`, without quotes.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    lines(text)
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix([':', ' ', '\t', '=']))
        .next_back()
        .map(|value| value.trim().trim_matches(['"', '\'']))
}

/// Whether all addresses of a list are this machine's own.
fn is_local(list: &str) -> bool {
    list.trim_matches(['[', ']'])
        .split([',', ' '])
        .map(|address| {
            address
                .trim()
                .trim_start_matches('-')
                .trim_matches(['[', ']', '"'])
        })
        .all(|address| {
            matches!(address, "" | "localhost" | "::1" | "_local_") || address.starts_with("127.")
        })
}

/// pg_hba.conf: `TYPE DATABASE USER [ADDRESS [MASK]] METHOD [OPTIONS]`; `trust` asks nothing.
pub(super) fn postgresql(text: &str) -> Found {
    let mut found = None;
    for line in lines(text) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let trusts = words.iter().skip(3).any(|word| *word == "trust");
        match (words.first(), words.get(3)) {
            (Some(kind), Some(address)) if kind.starts_with("host") && trusts => {
                let here = is_local(address.split('/').next().unwrap_or_default())
                    || *address == "samehost";
                if !here {
                    return Some((
                        Anyone,
                        "pg_hba.conf trusts other machines without a password",
                    ));
                }
                found = Some((Local, "pg_hba.conf trusts every user of this machine"));
            }
            (Some(&"local"), _) if trusts => {
                found = Some((Local, "pg_hba.conf trusts every user of this machine"));
            }
            _ => {}
        }
    }
    found
}

/// `skip-grant-tables` asks no one for a password.
pub(super) fn mysql(text: &str) -> Found {
    lines(text)
        .filter_map(|line| line.split('=').next())
        .any(|key| key.trim().replace('_', "-") == "skip-grant-tables")
        .then_some((Anyone, "skip-grant-tables is set: every login is let in"))
}

/// redis.conf: protected mode is on unless set, and lets only this machine in without a password.
pub(super) fn redis(text: &str) -> Found {
    let open = value(text, "protected-mode") == Some("no")
        && ["requirepass", "aclfile", "user"]
            .iter()
            .all(|key| value(text, key).is_none())
        && !value(text, "bind").is_some_and(is_local);
    open.then_some((
        Anyone,
        "it listens for others, asks for no password, and protected-mode is off",
    ))
}

/// mongod.conf: this machine alone unless `bindIp` says otherwise, no login unless told to.
pub(super) fn mongodb(text: &str) -> Found {
    let listens = value(text, "bindIpAll") == Some("true")
        || ["bindIp", "bind_ip"]
            .iter()
            .any(|key| value(text, key).is_some_and(|it| !is_local(it)));
    let asks = value(text, "authorization") == Some("enabled")
        || value(text, "auth").is_some_and(|it| it == "true")
        || value(text, "keyFile").is_some();
    (listens && !asks).then_some((
        Anyone,
        "it listens for others, and authorization is not enabled",
    ))
}

/// elasticsearch.yml: with security off whoever reaches it may do everything.
pub(super) fn elasticsearch(text: &str) -> Found {
    let listens = ["network.host", "http.host"]
        .iter()
        .any(|key| value(text, key).is_some_and(|it| !is_local(it)));
    (listens && value(text, "xpack.security.enabled") == Some("false"))
        .then_some((Anyone, "it listens for others, and xpack.security is off"))
}

/// memcached: everywhere unless `-l` says otherwise; it never asks for a password unless with SASL.
pub(super) fn memcached(text: &str) -> Found {
    let words: Vec<&str> = lines(text)
        .flat_map(|line| line.split([' ', '\t', '"', '\'']))
        .filter(|word| !word.is_empty())
        .collect();
    let list = words
        .iter()
        .position(|word| matches!(*word, "-l" | "--listen"));
    let address = match list {
        Some(at) => words.get(at + 1).copied().unwrap_or_default(),
        None => words
            .iter()
            .find_map(|word| word.strip_prefix("-l"))
            .unwrap_or("0.0.0.0"),
    };
    let asks = words
        .iter()
        .any(|word| matches!(*word, "-S" | "--enable-sasl" | "-s"));
    (!is_local(address) && !asks)
        .then_some((Anyone, "it listens for others and asks for no password"))
}

/// Communities that everyone tries first.
const KNOWN: [&str; 7] = [
    "public",
    "private",
    "community",
    "snmp",
    "default",
    "admin",
    "monitor",
];

/// snmpd.conf(5): communities that everyone knows, unless only this machine may use them.
pub(super) fn snmp(text: &str) -> Found {
    let agent = lines(text)
        .filter(|line| line.to_ascii_lowercase().starts_with("agentaddress"))
        .filter_map(|line| line.split_whitespace().nth(1));
    // `udp:127.0.0.1:161`, a list of them; without any it listens everywhere.
    let mut addresses = agent.flat_map(|list| list.split(',')).peekable();
    let here = |address: &str| {
        ["127.", "[::1]", "localhost", "unix:"]
            .iter()
            .any(|it| address.contains(it))
    };
    if addresses.peek().is_some() && addresses.all(here) {
        return None;
    }
    let mut found = None;
    for line in lines(text) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let directive = words
            .first()
            .map(|it| it.to_ascii_lowercase())
            .unwrap_or_default();
        let (community, source) = match directive.as_str() {
            "rocommunity" | "rwcommunity" | "rocommunity6" | "rwcommunity6" => {
                (words.get(1), words.get(2))
            }
            "com2sec" | "com2sec6" => (words.last(), words.get(words.len().saturating_sub(2))),
            _ => continue,
        };
        let local = source.is_some_and(|it| here(it) || *it == "::1");
        if local || !community.is_some_and(|it| KNOWN.contains(it)) {
            continue;
        }
        if directive.starts_with("rw") {
            return Some((Anyone, "a community that everyone knows may write"));
        }
        found = Some((Reads, "a community that everyone knows may read"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn open_doors_are_told_from_closed_ones() {
        type Read = fn(&str) -> Found;
        let cases: [(Read, &str, Option<Stranger>); 18] = [
            (
                postgresql,
                "local all all peer\nhost all all 127.0.0.1/32 scram-sha-256\n",
                None,
            ),
            (postgresql, "local all postgres trust # x\n", Some(Local)),
            (postgresql, "host all all ::1/128 trust\n", Some(Local)),
            (postgresql, "host all all 0.0.0.0/0 trust\n", Some(Anyone)),
            (
                postgresql,
                "hostssl all all 10.0.0.0 255.0.0.0 trust\n",
                Some(Anyone),
            ),
            (mysql, "[mysqld]\nskip_grant_tables=1\n", Some(Anyone)),
            (mysql, "#skip-grant-tables\n", None),
            (redis, "bind 127.0.0.1 -::1\nprotected-mode no\n", None),
            (redis, "protected-mode no\n", Some(Anyone)),
            (redis, "protected-mode no\nrequirepass x\n", None),
            (
                mongodb,
                "net:\n  port: 27017\n  bindIp: 127.0.0.1,::1\n",
                None,
            ),
            (
                mongodb,
                "net:\n  bindIp: 0.0.0.0\n#security:\n",
                Some(Anyone),
            ),
            (
                mongodb,
                "net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: enabled\n",
                None,
            ),
            (
                elasticsearch,
                "network.host: [_local_, _site_]\nxpack.security.enabled: false\n",
                Some(Anyone),
            ),
            (memcached, "-d\n-m 64\n-l 127.0.0.1\n-l ::1\n", None),
            (memcached, "PORT=\"11211\"\nOPTIONS=\"\"\n", Some(Anyone)),
            (
                snmp,
                "agentaddress  127.0.0.1,[::1]\nrwcommunity private\n",
                None,
            ),
            (
                snmp,
                "com2sec notConfigUser  default       public\n",
                Some(Reads),
            ),
        ];
        for (read, text, to) in cases {
            assert_eq!(read(text).map(|(to, _)| to), to, "{text}");
        }
        assert_eq!(snmp("rwcommunity private\n").unwrap().0, Anyone);
        assert_eq!(
            snmp("rocommunity public 127.0.0.1\nrocommunity Kx81\n"),
            None
        );
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "((host|local|trust|bind|-l|rwcommunity|com2sec|agentaddress|[ :,\n])|\\PC)*") {
            for read in [postgresql, mysql, redis, mongodb, elasticsearch, memcached, snmp] {
                read(&text);
            }
        }
    }
}
