use crate::checks::{Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// auditd's rules end with `-e 2`, which locks them until the next boot.
    ///
    /// ## Why it matters
    /// An intruder who is root otherwise switches the recording off with one command and goes on
    /// unseen. A reboot is noticed.
    ///
    /// ## Remediation
    /// `-e 2` as the last line of the last file, `/etc/audit/rules.d/99-finalize.rules`.
    pub(crate) MUTABLE_AUDIT_RULES {
        id: "HT-LOG-012",
        title: "auditd's rules can be changed while the system runs",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.2.3.20"),
            Ref::amazon_linux_2023("5.2.3.20"),
            Ref::independent("4.1.19"),
            Ref::Cwe(778),
            Ref::Manual("auditctl(8)"),
        ],
        judge: mutable_audit_rules,
        passes: |tree| {
            tree.file("/usr/sbin/auditd", "").file("/etc/audit/audit.rules", "-w /etc/passwd -p wa\n-e 2\n");
        },
        fails: |tree| {
            tree.file("/usr/sbin/auditd", "").file("/etc/audit/audit.rules", "-w /etc/passwd -p wa\n-e 1\n");
        },
    }
}

fn mutable_audit_rules(facts: &Facts) -> Judged {
    let rules = &facts.audit.as_ref()?.rules;
    if rules.immutable {
        return Ok(Verdict::Pass);
    }
    if rules.is_empty() || rules.never_tasks {
        return Err(NotJudged::NotApplicable(
            "no rule records anything".to_owned(),
        ));
    }
    Ok(Verdict::fail("no file of rules has `-e 2`"))
}
