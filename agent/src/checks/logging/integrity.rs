use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// A program watches over the files of the system (AIDE, Tripwire, Samhain, Wazuh, OSSEC and
    /// others); AIDE has a database and a timer or cron job that compares with it.
    ///
    /// ## Why it matters
    /// A changed program or setting goes unnoticed. AIDE without a database or a schedule is only
    /// there in name. Where instances are replaced rather than kept, having none is no loss, and
    /// that finding is for information only.
    ///
    /// ## Remediation
    /// Install aide, make its database on the finished image (`aide --init`, Debian: `aideinit`) and
    /// enable its timer.
    pub(crate) NO_INTEGRITY_CHECK {
        id: "HT-LOG-016",
        title: "Nothing notices when files of the system are changed",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.3.1"),
            Ref::debian_12("6.3.2"),
            Ref::amazon_linux_2023("1.3.1"),
            Ref::amazon_linux_2023("1.3.2"),
            Ref::independent("1.3"),
            Ref::Cwe(353),
        ],
        same_as: [SameAs::Test("FINT-4350"), SameAs::For("FINT-4316", &["database"])],
        judge: no_integrity_check,
        passes: |tree| {
            tree.file("/sbin/init", "")
                .file("/usr/bin/aide", "")
                .file("/var/lib/aide/aide.db", "")
                .file("/etc/cron.daily/aide", "/usr/bin/aide --check\n");
        },
        fails: |tree| { tree.file("/sbin/init", "").file("/usr/bin/aide", ""); },
    }
}

fn no_integrity_check(facts: &Facts) -> Judged {
    if facts.container.is_some() {
        return Err(NotJudged::NotApplicable(
            "a container's files are its image's".to_owned(),
        ));
    }
    let _services = facts.services.as_ref()?;
    let integrity = facts.integrity.as_ref()?;
    if integrity.other.is_some() {
        return Ok(Verdict::Pass);
    }
    if !integrity.aide {
        return Ok(Verdict::fail("no such program is installed"));
    }
    let mut faults = Vec::new();
    for (good, subject, seen) in [
        (
            integrity.database,
            "database",
            "AIDE has no database in /var/lib/aide",
        ),
        (
            integrity.scheduled,
            "schedule",
            "no timer or cron job runs AIDE",
        ),
    ] {
        if !good {
            faults.push(Fault::new(subject, seen).severity(Severity::Low));
        }
    }
    Ok(Verdict::from_faults(faults))
}
