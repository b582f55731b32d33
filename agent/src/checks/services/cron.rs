use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Crontabs of the system and of root, the scripts of `/etc/cron.daily` and its like, the
    /// programs that root's jobs run and the directories of their `PATH` can be changed by root
    /// alone.
    ///
    /// ## Why it matters
    /// Within the hour or the day root runs whatever was put there.
    ///
    /// ## Remediation
    /// Run `chown root:root` and `chmod go-w` on what the evidence names; give a job that needs no
    /// root a user of its own in its line.
    pub(crate) WRITABLE_CRON_JOB {
        id: "HT-SVC-002",
        title: "A cron job of root can be changed by others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.4.1"),
            Ref::amazon_linux_2023("4.1"),
            Ref::Cwe(732),
            Ref::Manual("crontab(5)"),
            Ref::Page("MITRE ATT&CK T1053.003", "https://attack.mitre.org/techniques/T1053/003/"),
        ],
        same_as: [SameAs::Test("SCHD-7704")],
        judge: writable_cron_job,
        passes: |tree| { tree.file("/etc/cron.d/job", "* * * * * root /opt/job\n").file("/opt/job", ""); },
        fails: |tree| {
            tree.file("/etc/cron.d/job", "* * * * * root /opt/job\n")
                .file("/opt/job", "")
                .mode("/opt/job", 0o777);
        },
    }
}

fn writable_cron_job(facts: &Facts) -> Judged {
    super::judge(facts.cron.as_ref()?)
}
