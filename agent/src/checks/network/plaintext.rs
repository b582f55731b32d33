use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No service that sends passwords in the clear, or asks for none, listens for other machines:
    /// telnet, FTP, TFTP, finger, rexec, rlogin, rsh.
    ///
    /// ## Why it matters
    /// Whoever is on the way reads the password; some of them ask for none.
    ///
    /// ## Remediation
    /// Remove the service; use SSH and SFTP.
    pub(crate) PLAINTEXT_SERVICE {
        id: "HT-NET-001",
        title: "A plaintext remote service listens on the network",
        severity: High,
        scope: Running,
        since: "0.1.0",
        references: [Ref::debian_12("2.1.22"), Ref::amazon_linux_2023("2.4"), Ref::Cwe(319)],
        judge: plaintext,
        passes: |tree| { tree.running().file("/proc/net/tcp", ""); },
        fails: |tree| {
            tree.running().file("/proc/net/tcp", "  0: 00000000:0017 00000000:0000 0A 0:0 0:0 0 0 0 77 1\n");
        },
    }
}

const SERVICES: [(&str, u16, &str); 7] = [
    ("tcp", 21, "FTP"),
    ("tcp", 23, "telnet"),
    ("tcp", 79, "finger"),
    ("tcp", 512, "rexec"),
    ("tcp", 513, "rlogin"),
    ("tcp", 514, "rsh"),
    ("udp", 69, "TFTP"),
];

fn plaintext(facts: &Facts) -> Judged {
    let sockets = facts.sockets.as_ref()?;
    Ok(Verdict::from_faults(SERVICES.iter().filter_map(
        |(protocol, port, name)| {
            let mut lines = sockets
                .iter()
                .filter(|socket| socket.protocol == *protocol && socket.port == *port)
                // syslog daemons take TCP 514 as well.
                .filter(|socket| !socket.processes.iter().any(|name| name.contains("syslog")))
                .filter(|socket| socket.is_exposed())
                .map(crate::facts::sockets::Socket::line);
            let first = lines.next()?;
            let fault = Fault::new(format!("{protocol}/{port} {name}"), first);
            Some(lines.fold(fault, Fault::and))
        },
    )))
}
