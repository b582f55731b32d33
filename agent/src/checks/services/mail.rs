use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::sockets::Socket;

check! {
    /// ## What it checks
    /// A mail server (postfix, exim, sendmail, OpenSMTPD) takes mail from this machine only. On a
    /// running machine what listens on the ports of mail counts; of an unpacked root, the
    /// configuration of a server that starts at boot.
    ///
    /// ## Why it matters
    /// Most machines only send the mail of their own cron jobs. One that listens can be used to
    /// spread mail of others, and is one more program to break into.
    ///
    /// ## Remediation
    /// postfix: `inet_interfaces = loopback-only` in `/etc/postfix/main.cf`. exim with Debian:
    /// `dc_local_interfaces='127.0.0.1 ; ::1'` in `/etc/exim4/update-exim4.conf.conf`. sendmail:
    /// `Addr=127.0.0.1` in `DaemonPortOptions`.
    pub(crate) OPEN_MAIL_SERVER {
        id: "HT-SVC-023",
        title: "The mail server takes mail from other machines",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.1.21"),
            Ref::amazon_linux_2023("2.2.15"),
            Ref::independent("2.2"),
            Ref::Cwe(1327),
        ],
        judge: open_mail_server,
        passes: |tree| { postfix(tree, "inet_interfaces = loopback-only\n"); },
        fails: |tree| { postfix(tree, "inet_interfaces = all\n"); },
    }
}

#[cfg(test)]
fn postfix(tree: &mut crate::facts::tree::Tree, config: &str) {
    tree.file("/sbin/init", "")
        .link(
            "/etc/systemd/system/multi-user.target.wants/postfix.service",
            "/x",
        )
        .file("/etc/postfix/main.cf", config);
}

fn open_mail_server(facts: &Facts) -> Judged {
    if let Ok(sockets) = &facts.sockets {
        return Ok(Verdict::from_faults([25_u16, 465, 587].iter().filter_map(
            |port| {
                let mut lines = sockets
                    .iter()
                    .filter(|it| it.protocol == "tcp" && it.port == *port && it.is_exposed())
                    .map(Socket::line);
                let fault = Fault::new(format!("tcp/{port}"), lines.next()?);
                Some(lines.fold(fault, Fault::and))
            },
        )));
    }
    let servers = facts.mail.as_ref()?;
    let faults: Vec<Fault> = servers
        .iter()
        .filter(|server| server.listens == Some(true))
        .map(|server| {
            Fault::new(
                server.name,
                format!("by {} it listens beyond this machine", server.source),
            )
        })
        .collect();
    match servers.iter().find(|server| server.listens.is_none()) {
        Some(server) if faults.is_empty() => Err(NotJudged::Unknown(format!(
            "{} starts at boot, but {} cannot be read",
            server.name, server.source
        ))),
        _ => Ok(Verdict::from_faults(faults)),
    }
}
