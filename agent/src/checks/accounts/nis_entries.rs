use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No line of `/etc/passwd`, `/etc/shadow` or `/etc/group` begins with a `+`.
    ///
    /// ## Why it matters
    /// Such a line takes in accounts of NIS, which comes over the network unprotected: whoever can
    /// answer for the server says who may log in, and as whom.
    ///
    /// ## Remediation
    /// Remove the line with `vipw` or `vigr`. Let a directory be asked through `/etc/nsswitch.conf`.
    pub(crate) NIS_ENTRY {
        id: "HT-ACC-024",
        title: "Accounts are taken in from NIS",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::independent("6.2.2"),
            Ref::independent("6.2.3"),
            Ref::independent("6.2.4"),
            Ref::Cwe(346),
            Ref::Manual("nsswitch.conf(5)"),
        ],
        judge: nis_entries,
        passes: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n").file("/etc/shadow", "root:!:1::::::\n");
        },
        fails: |tree| { tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n+::::::\n"); },
    }
}

fn nis_entries(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    let faults: Vec<Fault> = accounts
        .with_nis
        .iter()
        .map(|path| Fault::new(*path, format!("{path} has a line that begins with +")))
        .collect();
    // A shadow file that cannot be read may have such a line too.
    if faults.is_empty() {
        accounts.shadow.as_ref()?;
    }
    Ok(Verdict::from_faults(faults))
}
