use hardtarget_report::Severity::{self, High, Low, Medium};

use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// No service that sends passwords in the clear, or asks for none, is switched on in the image:
    /// telnet, rsh, rlogin, rexec, FTP, TFTP, finger and their like, in `/etc/inetd.conf`,
    /// `/etc/xinetd.d` or as a unit or script that starts at boot.
    ///
    /// ## Why it matters
    /// It listens from the first boot on. Whoever is on the way reads the password, and some of
    /// them ask for none. FTP servers may be set up for TLS; that is not looked at.
    ///
    /// ## Remediation
    /// Remove the package; use SSH and SFTP. Or switch it off: `systemctl disable --now NAME`, a `#`
    /// before its line in `/etc/inetd.conf`, `disable = yes` in `/etc/xinetd.d`.
    pub(crate) LEGACY_SERVICE {
        id: "HT-NET-003",
        title: "A plaintext remote service is switched on in the image",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.1"),
            Ref::amazon_linux_2023("2.2.13"),
            Ref::Cwe(319),
            Ref::Manual("inetd(8)"),
            Ref::Manual("xinetd.conf(5)"),
        ],
        same_as: [SameAs::For("INSE-8016", &["telnet"]), SameAs::For("INSE-8322", &["telnet"]), SameAs::For("INSE-8304", &["rsh", "rlogin", "rexec"]), SameAs::For("INSE-8316", &["NIS"]), SameAs::For("INSE-8320", &["TFTP"])],
        judge: legacy_services,
        passes: |tree| {
            tree.file("/sbin/init", "").file(
                "/etc/inetd.conf",
                "#<off># telnet stream tcp nowait root /usr/sbin/tcpd in.telnetd\n",
            );
        },
        fails: |tree| {
            tree.file("/sbin/init", "")
                .link("/etc/systemd/system/sockets.target.wants/telnet.socket", "/lib/x");
        },
    }
}

/// A service: its name, its names as unit or script of start, its names in inetd's and xinetd's
/// files, and how bad it is.
const SERVICES: [(&str, &[&str], &[&str], Severity); 10] = [
    (
        "telnet",
        &["telnet.socket", "telnetd", "inetutils-telnetd"],
        &["telnet"],
        High,
    ),
    ("rsh", &["rsh.socket", "rshd"], &["shell", "rsh"], High),
    (
        "rlogin",
        &["rlogin.socket", "rlogind"],
        &["login", "rlogin"],
        High,
    ),
    (
        "rexec",
        &["rexec.socket", "rexecd"],
        &["exec", "rexec"],
        High,
    ),
    (
        "FTP",
        &[
            "vsftpd",
            "vsftpd.socket",
            "proftpd",
            "pure-ftpd",
            "ftpd",
            "pyftpd",
            "twoftpd",
        ],
        &["ftp"],
        Medium,
    ),
    (
        "TFTP",
        &[
            "tftp",
            "tftp.socket",
            "tftpd-hpa",
            "atftpd",
            "atftpd.socket",
            "in.tftpd",
        ],
        &["tftp"],
        Medium,
    ),
    (
        "finger",
        &["finger.socket", "fingerd", "cfingerd"],
        &["finger"],
        Medium,
    ),
    (
        "talk",
        &["ntalk.socket", "talk.socket"],
        &["talk", "ntalk"],
        Low,
    ),
    ("NIS", &["ypserv", "ypbind", "nis"], &[], Medium),
    (
        "small services",
        &[],
        &[
            "chargen",
            "chargen-stream",
            "chargen-dgram",
            "echo",
            "echo-stream",
            "echo-dgram",
            "discard",
            "daytime",
            "daytime-stream",
            "daytime-dgram",
            "time",
            "time-stream",
            "time-dgram",
            "netstat",
            "systat",
        ],
        Low,
    ),
];

fn legacy_services(facts: &Facts) -> Judged {
    let offered = facts.inetd.as_ref()?;
    let services = match &facts.services {
        Err(Gap::Absent(_)) if !offered.is_empty() => None,
        services => Some(services.as_ref()?),
    };
    let mut faults: Vec<Fault> = Vec::new();
    for (name, units, words, severity) in SERVICES {
        let mut lines = Vec::new();
        let mut worst = Low;
        for unit in units {
            if services.is_some_and(|services| services.is_enabled(unit)) {
                lines.push(format!("{unit} starts at boot"));
                worst = severity;
            }
        }
        for service in offered
            .iter()
            .filter(|service| words.contains(&service.name.as_str()))
        {
            let source = service.source.display();
            if service.started {
                lines.push(format!("{source} offers {}", service.name));
                worst = worst.min(severity);
            } else {
                lines.push(format!(
                    "{source} offers {}, but no inetd starts at boot",
                    service.name
                ));
            }
        }
        let mut lines = lines.into_iter();
        if let Some(first) = lines.next() {
            let fault = Fault::new(name, first).severity(worst);
            faults.push(lines.fold(fault, Fault::and));
        }
    }
    Ok(Verdict::from_faults(faults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn found(tree: &Tree) -> Vec<(String, Severity)> {
        match legacy_services(&tree.facts()) {
            Ok(Verdict::Fail(faults)) => faults
                .into_iter()
                .map(|fault| (fault.subject, fault.severity.unwrap()))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_inetd_offers_counts_fully_where_it_starts() {
        let mut tree = Tree::new();
        tree.file("/sbin/init", "")
            .file(
                "/etc/inetd.conf",
                "telnet stream tcp nowait telnetd /usr/sbin/tcpd in.telnetd\n",
            )
            .file("/etc/xinetd.d/tftp", "service tftp\n{\n\tdisable = no\n}\n");
        assert_eq!(
            found(&tree),
            [("telnet".to_owned(), Low), ("TFTP".to_owned(), Low)]
        );
        tree.link("/etc/rc2.d/S01openbsd-inetd", "../init.d/openbsd-inetd");
        assert_eq!(
            found(&tree),
            [("telnet".to_owned(), High), ("TFTP".to_owned(), Low)]
        );
    }
}
