use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::file_modes::FileMode;

check! {
    /// ## What it checks
    /// Only root (and the group that `auditd.conf` names for logs) can read auditd's logs and
    /// rules, and only root can change them and auditd's programs.
    ///
    /// ## Why it matters
    /// The records hold commands with their arguments and names of files of all users; the rules
    /// tell what goes unseen. Who can write to either hides his traces.
    ///
    /// ## Remediation
    /// `chown root` and `chmod 0640` files, `chmod 0750` directories, and `chmod go-w` the programs
    /// that the evidence names.
    pub(crate) OPEN_AUDIT_FILE {
        id: "HT-LOG-014",
        title: "auditd's logs, rules or programs are open to others",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.2.4"),
            Ref::amazon_linux_2023("5.2.4"),
            Ref::Cwe(732),
            Ref::Cwe(532),
        ],
        judge: open_audit_file,
        passes: |tree| {
            tree.file("/usr/sbin/auditd", "").mode("/usr/sbin/auditd", 0o755);
        },
        fails: |tree| {
            tree.file("/usr/sbin/auditd", "").file("/etc/audit/auditd.conf", "");
        },
    }
}

fn open_audit_file(facts: &Facts) -> Judged {
    let audit = facts.audit.as_ref()?;
    let secret = audit.logs.iter().chain(&audit.configuration);
    let faults = secret
        .map(|file| (file, true))
        .chain(audit.tools.iter().map(|file| (file, false)))
        .filter_map(|(file, secret)| Some((file, severity(file, secret)?)));
    Ok(Verdict::from_faults(faults.map(|(file, severity)| {
        Fault::at(&file.path, file.line()).severity(severity)
    })))
}

fn severity(file: &FileMode, secret: bool) -> Option<Severity> {
    if file.written_by_others() {
        Some(Severity::High)
    } else if secret && file.mode & 0o005 != 0 {
        Some(Severity::Low)
    } else {
        None
    }
}
