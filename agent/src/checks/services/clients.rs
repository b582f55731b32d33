use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No program is installed that sends passwords or files in the clear: the clients of telnet,
    /// rsh, FTP, TFTP, talk and NIS. Links to ssh or busybox do not count.
    ///
    /// ## Why it matters
    /// Who uses one of them gives a password away to everybody on the way, and intruders find tools
    /// to fetch and to spread at hand.
    ///
    /// ## Remediation
    /// Remove the packages (`telnet`, `rsh-client`, `ftp`, `tftp`, `talk`, `ypbind`, `nis`) and use
    /// ssh, sftp and curl.
    pub(crate) PLAINTEXT_CLIENT {
        id: "HT-SVC-024",
        title: "A client program for a plaintext protocol is installed",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.2"),
            Ref::amazon_linux_2023("2.3"),
            Ref::independent("2.3"),
            Ref::Cwe(319),
        ],
        same_as: [
            SameAs::For("INSE-8300", &["rsh"]),
            SameAs::For("INSE-8314", &["NIS"]),
            SameAs::For("INSE-8318", &["TFTP"]),
        ],
        judge: plaintext_client,
        passes: |tree| { tree.link("/usr/bin/telnet", "/bin/busybox").file("/bin/busybox", ""); },
        fails: |tree| { tree.file("/usr/bin/telnet", ""); },
    }
}

const CLIENTS: [(&str, &[&str]); 6] = [
    ("FTP", &["ftp"]),
    ("NIS", &["ypbind"]),
    ("TFTP", &["tftp"]),
    ("rsh", &["rsh", "rlogin", "rcp"]),
    ("talk", &["talk"]),
    ("telnet", &["telnet"]),
];

fn plaintext_client(facts: &Facts) -> Judged {
    let programs = facts.programs.as_ref()?;
    Ok(Verdict::from_faults(CLIENTS.iter().filter_map(
        |(name, files)| {
            let path = files.iter().find_map(|file| programs.get(file))?;
            Some(Fault::new(
                *name,
                format!("{} is installed", path.display()),
            ))
        },
    )))
}
