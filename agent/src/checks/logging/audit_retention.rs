use hardtarget_report::Severity::{self, Info, Low};

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// What `auditd.conf` says of a full or broken disk: that auditing does not end in silence
    /// (`suspend`, `ignore`), that running out of space is told before, and that old records are
    /// kept.
    ///
    /// ## Why it matters
    /// With the stock settings an intruder who fills the disk, or makes many records, ends the
    /// recording or has it write over what tells of the break-in. To halt the machine instead is a
    /// choice between records and service; make it knowingly.
    ///
    /// ## Remediation
    /// In `/etc/audit/auditd.conf`: `space_left_action = email` (or `syslog`, where somebody
    /// reads it), `admin_space_left_action = single` or `halt`, `disk_full_action` and
    /// `disk_error_action` likewise, `max_log_file_action = keep_logs`.
    pub(crate) AUDIT_LOST {
        id: "HT-LOG-013",
        title: "auditd loses records in silence when the disk is full",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.2.2"),
            Ref::amazon_linux_2023("5.2.2"),
            Ref::independent("4.1.1.2"),
            Ref::independent("4.1.1.3"),
            Ref::Cwe(778),
            Ref::Manual("auditd.conf(5)"),
        ],
        judge: audit_lost,
        passes: |tree| {
            tree.file("/usr/sbin/auditd", "").file("/etc/audit/auditd.conf", "disk_full_action = HALT\n");
        },
        fails: |tree| {
            tree.file("/usr/sbin/auditd", "").file("/etc/audit/auditd.conf", "disk_full_action = SUSPEND\n");
        },
    }
}

const BAD: [(&str, &[&str], Severity); 5] = [
    ("admin_space_left_action", &["ignore", "suspend"], Low),
    ("disk_error_action", &["ignore", "suspend"], Low),
    ("disk_full_action", &["ignore", "suspend"], Low),
    (
        "max_log_file_action",
        &["ignore", "suspend", "rotate"],
        Info,
    ),
    ("space_left_action", &["ignore", "suspend"], Low),
];

fn audit_lost(facts: &Facts) -> Judged {
    let audit = facts.audit.as_ref()?;
    let set: Vec<_> = BAD
        .iter()
        .filter_map(|(key, bad, severity)| Some((key, audit.setting(key)?, bad, severity)))
        .collect();
    if set.is_empty() {
        return Err(NotJudged::Unknown(
            "/etc/audit/auditd.conf sets none of it".to_owned(),
        ));
    }
    Ok(Verdict::from_faults(
        set.into_iter()
            .filter(|(_, value, bad, _)| bad.contains(value))
            .map(|(key, value, _, severity)| {
                let seen = format!("{key} is {value} in /etc/audit/auditd.conf");
                Fault::new(*key, seen).severity(*severity)
            }),
    ))
}
