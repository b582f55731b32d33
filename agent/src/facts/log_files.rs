//! Logs that tell more than everyone should know, and whether the journal is kept on disk.

use std::path::Path;

use super::Fact;
use super::file_modes::FileMode;
use crate::host::Host;

/// Logs of logins, of commands and of what cloud-init's scripts printed.
const NAMES: &[&str] = &[
    "auth.log",
    "btmp",
    "cloud-init-output.log",
    "cron",
    "daemon.log",
    "debug",
    "kern.log",
    "mail.log",
    "maillog",
    "messages",
    "secure",
    "sudo.log",
    "syslog",
    "user.log",
    "warn",
];

/// What lies in `/var/log`.
#[derive(Debug)]
pub(crate) struct LogFiles {
    /// Those logs that are there.
    pub(crate) files: Vec<FileMode>,
    /// Whether there is a directory for the journal, journald.conf(5) `Storage=auto`.
    pub(crate) has_journal: bool,
    /// Whether a cron job starts logrotate.
    pub(crate) rotated_by_cron: bool,
}

pub(crate) fn collect(host: &Host) -> Fact<LogFiles> {
    let directory = Path::new("/var/log");
    Ok(LogFiles {
        files: NAMES
            .iter()
            .filter_map(|name| FileMode::of(host, directory.join(name)))
            .collect(),
        has_journal: host.exists("/var/log/journal"),
        rotated_by_cron: ["/etc/cron.daily/logrotate", "/etc/cron.hourly/logrotate"]
            .iter()
            .any(|path| host.exists(path)),
    })
}
