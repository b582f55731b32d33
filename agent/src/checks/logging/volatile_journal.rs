use super::{has_journal, syslog};
use crate::checks::{Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The journal is kept on disk (`Storage=persistent` in `journald.conf`, or `auto` and there is
    /// `/var/log/journal`), or a syslog daemon writes its messages to files.
    ///
    /// ## Why it matters
    /// A journal in memory is gone with the next boot, and with it what led to a crash or tells of
    /// an intruder.
    ///
    /// ## Remediation
    /// `[Journal]` and `Storage=persistent` in `/etc/systemd/journald.conf.d/storage.conf`, then
    /// `systemctl restart systemd-journald`.
    pub(crate) VOLATILE_JOURNAL {
        id: "HT-LOG-002",
        title: "The journal is lost with every boot",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.1.2.4"),
            Ref::ubuntu_2204("6.2.1.1.5"),
            Ref::amazon_linux_2023("5.1.2.4"),
            Ref::independent("4.2.2.3"),
            Ref::Cwe(778),
            Ref::Manual("journald.conf(5)"),
        ],
        judge: volatile_journal,
        passes: |tree| { journald(tree).dir("/var/log/journal"); },
        fails: |tree| {
            journald(tree)
                .dir("/var/log/journal")
                .file("/etc/systemd/journald.conf", "[Journal]\nStorage=volatile\n");
        },
    }
}

#[cfg(test)]
fn journald(tree: &mut crate::facts::tree::Tree) -> &mut crate::facts::tree::Tree {
    tree.file("/sbin/init", "")
        .file("/usr/lib/systemd/systemd-journald", "")
}

fn volatile_journal(facts: &Facts) -> Judged {
    let services = facts.services.as_ref()?;
    if !has_journal(facts)? {
        return Err(NotJudged::NotApplicable(
            "journald is not installed".to_owned(),
        ));
    }
    let storage = facts.journald.get("Storage");
    let has_directory = facts.log_files.as_ref().is_ok_and(|it| it.has_journal);
    let kept = match storage.map_or("auto", |(value, _)| value) {
        "persistent" => true,
        "auto" => has_directory,
        _ => false,
    };
    if kept || syslog(services).is_some() {
        return Ok(Verdict::Pass);
    }
    Ok(Verdict::fail(match storage {
        Some((value, file)) => format!("Storage={value} ({})", file.display()),
        None => "Storage=auto (the default), and there is no /var/log/journal".to_owned(),
    }))
}
