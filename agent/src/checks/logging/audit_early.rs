use crate::checks::boot::kernel_words;
use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Where auditd is installed, the kernel's command line has `audit=1` and
    /// `audit_backlog_limit=8192` or more.
    ///
    /// ## Why it matters
    /// Processes that start before auditd are never audited without the former, however long they
    /// run. Without the latter, records of the start are dropped.
    ///
    /// ## Remediation
    /// Add `audit=1 audit_backlog_limit=8192` to `GRUB_CMDLINE_LINUX` in `/etc/default/grub` and
    /// run `update-grub`, or `grubby --update-kernel=ALL --args=…`.
    pub(crate) LATE_AUDIT {
        id: "HT-LOG-015",
        title: "What starts before auditd is not audited",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.2.1.3"),
            Ref::debian_12("6.2.1.4"),
            Ref::amazon_linux_2023("5.2.1.2"),
            Ref::amazon_linux_2023("5.2.1.3"),
            Ref::independent("4.1.4"),
            Ref::Cwe(778),
        ],
        judge: late_audit,
        passes: |tree| {
            tree.file("/usr/sbin/auditd", "")
                .file("/boot/grub/grub.cfg", "linux /vmlinuz audit=1 audit_backlog_limit=8192\n");
        },
        fails: |tree| {
            tree.file("/usr/sbin/auditd", "").file("/boot/grub/grub.cfg", "linux /vmlinuz quiet\n");
        },
    }
}

fn late_audit(facts: &Facts) -> Judged {
    let _audit = facts.audit.as_ref()?;
    let words = kernel_words(facts)?;
    let value = |key: &str| {
        words
            .iter()
            .filter_map(|(word, _)| word.strip_prefix(key)?.strip_prefix('='))
            .next_back()
    };
    let mut faults = Vec::new();
    if value("audit") != Some("1") {
        let fault = Fault::new("audit", "the kernel's command line has no audit=1");
        faults.push(fault);
    }
    let limit = value("audit_backlog_limit");
    if limit.and_then(|it| it.parse::<u64>().ok()).unwrap_or(0) < 8192 {
        let seen = limit.map_or_else(|| "not set".to_owned(), |it| format!("{it} only"));
        let fault = Fault::new(
            "audit_backlog_limit",
            format!("audit_backlog_limit is {seen}"),
        );
        faults.push(fault);
    }
    Ok(Verdict::from_faults(faults))
}
