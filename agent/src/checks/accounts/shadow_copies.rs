use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Copies of `/etc/shadow` and `/etc/gshadow` in `/etc` and `/var/backups`, whatever was added to
    /// their names (`shadow.bak`, `shadow~`), are for root alone.
    ///
    /// ## Why it matters
    /// A copy made with `cp` is open to everyone, hashes of passwords that still hold included.
    ///
    /// ## Remediation
    /// Remove the copy, or `chown root:root` and `chmod 600` it.
    pub(crate) OPEN_SHADOW_COPY {
        id: "HT-ACC-035",
        title: "A copy of the password hashes is open to others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(530), Ref::Manual("shadow(5)")],
        judge: shadow_copies,
        passes: |tree| { tree.file("/etc/shadow.bak", "").mode("/etc/shadow.bak", 0o600); },
        fails: |tree| { tree.file("/etc/.shadow.swp", ""); },
    }
}

fn shadow_copies(facts: &Facts) -> Judged {
    let copies = facts.shadow_copies.as_ref()?;
    let open: Vec<Fault> = copies
        .iter()
        .filter(|file| file.written_by_others() || file.read_by_all())
        .map(|file| Fault::at(&file.path, file.line()))
        .collect();
    Ok(Verdict::from_faults(open))
}
