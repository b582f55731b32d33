use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// rsyslog opens no port for the messages of other machines (`imudp`, `imtcp`, `imrelp`), unless
    /// on 127.0.0.1, and systemd-journal-remote does not start at boot.
    ///
    /// ## Why it matters
    /// Anyone who reaches the port can write false entries into the logs, or fill the disk until
    /// nothing is logged any more. Only a host for logs has to listen.
    ///
    /// ## Remediation
    /// Remove the `input` or `$UDPServerRun` line that the evidence names; `systemctl disable --now
    /// systemd-journal-remote.socket`. A host for logs should ask for certificates (TLS).
    pub(crate) LOGS_OF_OTHERS {
        id: "HT-LOG-003",
        title: "The logger takes messages from the network",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.1.3.7"),
            Ref::debian_12("6.1.2.1.4"),
            Ref::amazon_linux_2023("5.1.1.7"),
            Ref::amazon_linux_2023("5.1.2.1.4"),
            Ref::independent("4.2.1.6"),
            Ref::Cwe(117),
        ],
        judge: logs_of_others,
        passes: |tree| { tree.file("/etc/rsyslog.conf", "#$UDPServerRun 514\n"); },
        fails: |tree| { tree.file("/etc/rsyslog.conf", "$UDPServerRun 514\n"); },
    }
}

fn logs_of_others(facts: &Facts) -> Judged {
    let mut faults: Vec<Fault> = Vec::new();
    let remote = facts.services.as_ref().is_ok_and(|services| {
        ["systemd-journal-remote", "systemd-journal-remote.socket"]
            .iter()
            .any(|unit| services.is_enabled(unit))
    });
    if remote {
        faults.push(Fault::new("systemd-journal-remote", "it starts at boot"));
    }
    match &facts.rsyslog {
        Ok(rsyslog) => {
            for (line, file) in &rsyslog.listens {
                let seen = format!("{} has {line}", file.display());
                faults.push(Fault::new(format!("rsyslog: {line}"), seen));
            }
        }
        Err(Gap::Absent(_)) if facts.services.is_ok() => {}
        Err(gap) if faults.is_empty() => return Err(gap.into()),
        Err(_) => {}
    }
    Ok(Verdict::from_faults(faults))
}
