//! Who listens on the network: `/proc/net/{tcp,tcp6,udp,udp6}`, proc_net(5).

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Fact, Gap};
use crate::host::Host;

/// A socket that waits for anyone to talk to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Socket {
    /// `tcp` or `udp`.
    pub(crate) protocol: &'static str,
    /// Where it listens.
    pub(crate) address: IpAddr,
    /// On which port.
    pub(crate) port: u16,
    /// The user that made it.
    pub(crate) uid: u32,
    /// Names of the processes that hold it; empty where other users' processes cannot be seen.
    pub(crate) processes: BTreeSet<String>,
    inode: u64,
}

impl Socket {
    /// Whether other machines can reach it, as far as the address says.
    pub(crate) fn is_exposed(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => !address.is_loopback(),
            IpAddr::V6(address) => address
                .to_ipv4_mapped()
                .map_or_else(|| !address.is_loopback(), |v4| !v4.is_loopback()),
        }
    }

    /// As evidence: `tcp 0.0.0.0:6379, user id 110, redis-server`.
    pub(crate) fn line(&self) -> String {
        let processes: Vec<&str> = self.processes.iter().map(String::as_str).collect();
        let place = std::net::SocketAddr::new(self.address, self.port);
        let who = if processes.is_empty() {
            "process unknown".to_owned()
        } else {
            processes.join(", ")
        };
        format!("{} {place}, user id {}, {who}", self.protocol, self.uid)
    }
}

/// The listening sockets of a running machine.
pub(crate) fn collect(host: &Host) -> Fact<Vec<Socket>> {
    if !host.is_running() {
        return Err(Gap::Absent("not a running machine".to_owned()));
    }
    let mut sockets = Vec::new();
    let mut read = 0;
    for (file, protocol, state) in [
        ("tcp", "tcp", "0A"),
        ("tcp6", "tcp", "0A"),
        ("udp", "udp", "07"),
        ("udp6", "udp", "07"),
    ] {
        match host.text(format!("/proc/net/{file}")) {
            Ok(text) => {
                read += 1;
                sockets.extend(text.lines().filter_map(|line| parse(line, protocol, state)));
            }
            // Without IPv6 its files are not there.
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    if read == 0 {
        return Err(Gap::Unknown("/proc/net lists no sockets".to_owned()));
    }
    let mut holders = holders(host);
    for socket in &mut sockets {
        socket.processes = holders.remove(&socket.inode).unwrap_or_default();
    }
    Ok(sockets)
}

/// Process names by the inode of the sockets that they hold.
fn holders(host: &Host) -> BTreeMap<u64, BTreeSet<String>> {
    let mut holders: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for pid in host.list("/proc").unwrap_or_default() {
        let Some(pid) = pid.to_str().filter(|pid| pid.parse::<u32>().is_ok()) else {
            continue;
        };
        for fd in host.list(format!("/proc/{pid}/fd")).unwrap_or_default() {
            let path = std::path::Path::new("/proc").join(pid).join("fd").join(fd);
            let Ok(link) = host.read_link(path) else {
                continue;
            };
            let inode = link.to_str().and_then(|link| {
                link.strip_prefix("socket:[")?
                    .strip_suffix(']')?
                    .parse()
                    .ok()
            });
            if let (Some(inode), Ok(name)) = (inode, host.text(format!("/proc/{pid}/comm"))) {
                holders
                    .entry(inode)
                    .or_default()
                    .insert(name.trim().to_owned());
            }
        }
    }
    holders
}

/// One line of the tables, if it is in this state and has no peer.
fn parse(line: &str, protocol: &'static str, state: &str) -> Option<Socket> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let (address, port) = fields.next()?.split_once(':')?;
    let (_, peer) = fields.next()?.split_once(':')?;
    if fields.next()? != state || peer != "0000" {
        return None;
    }
    let mut fields = fields.skip(3);
    let uid = fields.next()?.parse().ok()?;
    let inode = fields.nth(1)?.parse().ok()?;
    Some(Socket {
        protocol,
        address: parse_address(address)?,
        port: u16::from_str_radix(port, 16).ok()?,
        uid,
        processes: BTreeSet::new(),
        inode,
    })
}

/// An address as the kernel prints it: words of 32 bits, each as a number of this machine.
fn parse_address(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| {
        let word = u32::from_str_radix(hex.get(at..at + 8)?, 16).ok()?;
        Some(word.to_ne_bytes())
    };
    match hex.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let mut bytes = [0; 16];
            for (at, chunk) in bytes.chunks_exact_mut(4).enumerate() {
                chunk.copy_from_slice(&word(at * 8)?);
            }
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses() {
        for (hex, address) in [
            ("0100007F", "127.0.0.1"),
            ("00000000", "0.0.0.0"),
            ("00000000000000000000000001000000", "::1"),
            ("0000000000000000FFFF00000100007F", "::ffff:127.0.0.1"),
        ] {
            assert_eq!(parse_address(hex), address.parse().ok(), "{hex}");
        }
        assert_eq!(parse_address("xyz"), None);
    }

    proptest! {
        #[test]
        fn never_panics(line in "[0-9A-F: ]*|\\PC*") {
            parse(&line, "tcp", "0A");
            parse_address(&line);
        }
    }
}
