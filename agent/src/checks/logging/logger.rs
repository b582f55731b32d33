use super::{has_journal, syslog};
use crate::checks::{Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// systemd-journald is installed, or a syslog daemon (rsyslog, syslog-ng, busybox) starts at
    /// boot.
    ///
    /// ## Why it matters
    /// Failed logins, commands run by sudo and crashes of services leave no trace. Nobody can tell
    /// later what happened.
    ///
    /// ## Remediation
    /// Install rsyslog and `systemctl enable --now rsyslog`; with OpenRC `rc-update add syslog boot`.
    pub(crate) NO_LOGGER {
        id: "HT-LOG-001",
        title: "Nothing writes the system's messages down",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.1.1.4"),
            Ref::amazon_linux_2023("5.1.1"),
            Ref::independent("4.2"),
            Ref::Cwe(778),
        ],
        same_as: [SameAs::Test("LOGG-2130")],
        judge: no_logger,
        passes: |tree| {
            tree.file("/sbin/init", "").link("/etc/runlevels/boot/syslog", "/etc/init.d/syslog");
        },
        fails: |tree| { tree.file("/sbin/init", ""); },
    }
}

fn no_logger(facts: &Facts) -> Judged {
    let services = facts.services.as_ref()?;
    if has_journal(facts)? || syslog(services).is_some() {
        return Ok(Verdict::Pass);
    }
    Ok(Verdict::fail(
        "neither journald nor a syslog daemon starts at boot",
    ))
}
