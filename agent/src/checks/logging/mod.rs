//! What is written down of what happens, and whether it can be trusted and found again.

pub(crate) mod audit_early;
pub(crate) mod audit_files;
pub(crate) mod audit_immutable;
pub(crate) mod audit_retention;
pub(crate) mod audit_rules;
pub(crate) mod auditd;
pub(crate) mod central;
pub(crate) mod integrity;
pub(crate) mod listening;
pub(crate) mod log_files;
pub(crate) mod logger;
pub(crate) mod rotation;
pub(crate) mod volatile_journal;

use super::NotJudged;
use crate::facts::Facts;
use crate::facts::services::Services;

/// Programs that write the system's messages to files.
const SYSLOG: [&str; 9] = [
    "rsyslog",
    "rsyslogd",
    "syslog",
    "syslog-ng",
    "syslog-ng@default",
    "sysklogd",
    "busybox-syslogd",
    "metalog",
    "socklog",
];

/// The program that writes the system's messages to files, if one starts at boot.
fn syslog(services: &Services) -> Option<&'static str> {
    SYSLOG.into_iter().find(|name| services.is_enabled(name))
}

/// Whether journald takes the system's messages: it always does where it is installed.
fn has_journal(facts: &Facts) -> Result<bool, NotJudged> {
    Ok(facts.programs.as_ref()?.get("systemd-journald").is_some())
}
