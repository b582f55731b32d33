use hardtarget_report::Severity::{self, Critical, High, Medium};

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No data store and no interface for administration listens for other machines. The port tells
    /// which it is; whether it asks for a password is not looked at.
    ///
    /// ## Why it matters
    /// Many of them ask for no password unless told to. Then a wrong rule in a security group hands
    /// over the data, and the Docker or kubelet port the machine.
    ///
    /// ## Remediation
    /// Bind the service to 127.0.0.1, or to one private address with authentication and TLS.
    pub(crate) OPEN_DATA_STORE {
        id: "HT-NET-002",
        title: "A data store or admin interface listens on the network",
        severity: High,
        scope: Running,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.1.22"),
            Ref::amazon_linux_2023("2.4"),
            Ref::Cwe(1327),
            Ref::Cwe(306),
        ],
        judge: data_stores,
        passes: |tree| {
            tree.running().file("/proc/net/tcp", "  0: 0100007F:18EB 00000000:0000 0A 0:0 0:0 0 110 0 77 1\n");
        },
        fails: |tree| {
            tree.running().file("/proc/net/tcp", "  0: 00000000:18EB 00000000:0000 0A 0:0 0:0 0 110 0 77 1\n");
        },
    }
}

const SERVICES: [(u16, &str, Severity); 14] = [
    (2375, "Docker without TLS", Critical),
    (2379, "etcd", High),
    (3306, "MySQL", Medium),
    (5432, "PostgreSQL", Medium),
    (5984, "CouchDB", High),
    (6379, "Redis", High),
    (8500, "Consul", High),
    (9200, "Elasticsearch", High),
    (9042, "Cassandra", High),
    (10250, "kubelet", Medium),
    (10255, "kubelet without authentication", High),
    (11211, "memcached", High),
    (27017, "MongoDB", High),
    (2181, "ZooKeeper", High),
];

fn data_stores(facts: &Facts) -> Judged {
    let sockets = facts.sockets.as_ref()?;
    Ok(Verdict::from_faults(SERVICES.iter().filter_map(
        |(port, name, severity)| {
            let mut lines = sockets
                .iter()
                .filter(|socket| socket.protocol == "tcp" && socket.port == *port)
                .filter(|socket| socket.is_exposed())
                .map(crate::facts::sockets::Socket::line);
            let first = lines.next()?;
            let fault = Fault::new(format!("tcp/{port} {name}"), first).severity(*severity);
            Some(lines.fold(fault, Fault::and))
        },
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn the_process_is_named() {
        let mut tree = Tree::new();
        tree.running()
            .file(
                "/proc/net/tcp6",
                " sl local remote\n 0: 00000000000000000000000000000000:18EB 00000000000000000000000000000000:0000 0A 0:0 0:0 0 110 0 77 1\n",
            )
            .file("/proc/9/comm", "redis-server\n")
            .link("/proc/9/fd/3", "socket:[77]");
        let Ok(Verdict::Fail(faults)) = data_stores(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].subject, "tcp/6379 Redis");
        assert_eq!(
            faults[0].evidence,
            ["tcp [::]:6379, user id 110, redis-server"]
        );
    }
}
