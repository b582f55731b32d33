use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sudo keeps a log file of its own (`logfile`), or records what it runs (`log_output`). Where it
    /// is told to write to syslog no longer (`!syslog`) and has no file, it is worse: nothing is
    /// logged.
    ///
    /// ## Why it matters
    /// The log says who did what as root. syslog has it too unless told otherwise; a file of its own
    /// is easier to watch. No distribution ships one, so it is a remark.
    ///
    /// ## Remediation
    /// Add `Defaults logfile="/var/log/sudo.log"` with `visudo`, and remove `!syslog`.
    pub(crate) NO_SUDO_LOG {
        id: "HT-ACC-029",
        title: "sudo keeps no log of its own",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.2.3"),
            Ref::amazon_linux_2023("4.3.3"),
            Ref::Cwe(778),
            Ref::Manual("sudoers(5)"),
        ],
        judge: sudo_log,
        passes: |tree| { tree.file("/etc/sudoers", "Defaults logfile=\"/var/log/sudo.log\"\n"); },
        fails: |tree| { tree.file("/etc/sudoers", "Defaults !syslog\n"); },
    }
}

fn sudo_log(facts: &Facts) -> Judged {
    let rules = &facts.sudoers.as_ref()?.rules;
    let on = |name: &str| rules.for_all(name).is_some_and(|set| !set.off);
    if on("logfile") || on("log_output") {
        return Ok(Verdict::Pass);
    }
    Ok(match rules.for_all("syslog").filter(|set| set.off) {
        Some(set) => {
            let line = format!("{}: Defaults !syslog, and no logfile is set", set.source);
            Verdict::Fail(vec![Fault::new("", line).severity(Severity::Medium)])
        }
        None => Verdict::fail("/etc/sudoers: logfile is not set; sudo writes to syslog"),
    })
}
