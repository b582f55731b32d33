use hardtarget_report::Severity;

use super::syslog;
use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::file_modes::FileMode;
use crate::facts::rsyslog::Rsyslog;

check! {
    /// ## What it checks
    /// The logs of logins, commands, mail and cloud-init's scripts in `/var/log` cannot be read by
    /// everyone, nor written by others than their daemon; and rsyslog makes new ones likewise
    /// (`$FileCreateMode` with the `UMask=` of its unit).
    ///
    /// ## Why it matters
    /// Logs tell names of users, hosts and programs, and passwords typed in the wrong place.
    /// `cloud-init-output.log` has whatever the user data's scripts print. Who can write to a log
    /// hides his traces.
    ///
    /// ## Remediation
    /// `chmod o= FILE`, and `$FileCreateMode 0640` before the rules in `/etc/rsyslog.conf`. For
    /// cloud-init, `output: {all: '| umask 0027; tee -a /var/log/cloud-init-output.log'}`.
    pub(crate) OPEN_LOG_FILE {
        id: "HT-LOG-004",
        title: "A log can be read or changed by every user",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.1.4.1"),
            Ref::debian_12("6.1.3.4"),
            Ref::amazon_linux_2023("5.1.3"),
            Ref::amazon_linux_2023("5.1.1.4"),
            Ref::independent("4.2.3"),
            Ref::Cwe(532),
        ],
        judge: open_log_file,
        passes: |tree| { tree.file("/var/log/auth.log", "").mode("/var/log/auth.log", 0o640); },
        fails: |tree| { tree.file("/var/log/auth.log", ""); },
    }
}

fn open_log_file(facts: &Facts) -> Judged {
    let logs = facts.log_files.as_ref()?;
    let mut faults: Vec<Fault> = logs.files.iter().filter_map(fault).collect();
    let rsyslog_runs = facts
        .services
        .as_ref()
        .is_ok_and(|services| matches!(syslog(services), Some("rsyslog" | "rsyslogd")));
    if let Ok(rsyslog) = &facts.rsyslog
        && rsyslog_runs
    {
        faults.extend(new_files(rsyslog));
    } else if logs.files.is_empty() {
        return Err(NotJudged::NotApplicable(
            "/var/log has none of the logs looked at".to_owned(),
        ));
    }
    Ok(Verdict::from_faults(faults))
}

fn fault(file: &FileMode) -> Option<Fault> {
    // Daemons of old own their logs themselves, and the group `adm` or `utmp` may write some.
    let severity = if file.mode & 0o002 != 0 {
        Severity::Medium
    } else if file.read_by_all() {
        Severity::Low
    } else {
        return None;
    };
    Some(Fault::at(&file.path, file.line()).severity(severity))
}

/// What rsyslog makes is open to everyone unless its mode or its unit say otherwise.
fn new_files(rsyslog: &Rsyslog) -> Option<Fault> {
    let (mode, source) = match &rsyslog.file_mode {
        Some((mode, file)) => (*mode, file.display().to_string()),
        None => (0o644, "rsyslog's default".to_owned()),
    };
    let mode = mode & !rsyslog.umask.unwrap_or(0);
    (mode & 0o007 != 0).then(|| {
        Fault::new(
            "FileCreateMode",
            format!("new logs get mode {mode:04o} ({source})"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn the_units_umask_counts_for_new_logs() {
        let mut tree = Tree::new();
        tree.file("/sbin/init", "")
            .dir("/var/log")
            .link(
                "/etc/systemd/system/multi-user.target.wants/rsyslog.service",
                "/x",
            )
            .file("/etc/rsyslog.conf", "*.* /var/log/messages\n");
        assert!(matches!(open_log_file(&tree.facts()), Ok(Verdict::Fail(_))));
        tree.file(
            "/usr/lib/systemd/system/rsyslog.service",
            "[Service]\nUMask=0066\n",
        );
        assert_eq!(open_log_file(&tree.facts()), Ok(Verdict::Pass));
    }
}
