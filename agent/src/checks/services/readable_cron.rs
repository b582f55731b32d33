use hardtarget_report::Severity;

use crate::checks::{Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// `/etc/crontab`, `/etc/cron.d` and `/etc/cron.hourly`, `daily` and so on are for root alone, to
    /// read too. Who can write to them is HT-SVC-002's.
    ///
    /// ## Why it matters
    /// Jobs tell what runs as root and when, sometimes with a password in the line. All distributions
    /// ship the tables open to read, so this is a remark.
    ///
    /// ## Remediation
    /// `chmod 600 /etc/crontab`, `chmod 700 /etc/cron.d /etc/cron.hourly /etc/cron.daily
    /// /etc/cron.weekly /etc/cron.monthly`.
    pub(crate) READABLE_CRON {
        id: "HT-SVC-010",
        title: "Everyone can read cron's tables",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.4.1.2"),
            Ref::debian_12("2.4.1.3"),
            Ref::debian_12("2.4.1.4"),
            Ref::debian_12("2.4.1.5"),
            Ref::debian_12("2.4.1.6"),
            Ref::debian_12("2.4.1.7"),
            Ref::amazon_linux_2023("4.1"),
            Ref::independent("5.1"),
            Ref::Cwe(732),
        ],
        judge: readable_cron,
        passes: |tree| { tree.file("/etc/crontab", "").mode("/etc/crontab", 0o600); },
        fails: |tree| { tree.dir("/etc/cron.daily").mode("/etc/cron.daily", 0o755); },
    }
}

fn readable_cron(facts: &Facts) -> Judged {
    let tables = &facts.scheduling.as_ref()?.tables;
    if tables.is_empty() {
        return Err(NotJudged::NotApplicable("cron has no tables".to_owned()));
    }
    let open = tables.iter().filter(|stat| stat.mode & 0o044 != 0);
    Ok(Verdict::in_one(
        open.map(|stat| (Severity::Info, stat.line())),
    ))
}
