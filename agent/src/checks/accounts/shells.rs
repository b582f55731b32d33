use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// `/etc/shells` names neither `nologin` nor `false`.
    ///
    /// ## Why it matters
    /// Services that let in whoever has a shell from that file, FTP servers among them, then let in
    /// accounts that are meant for no login. Amazon Linux 2 and Red Hat Enterprise Linux 7 ship it
    /// so, and such services are rare, so this is a remark.
    ///
    /// ## Remediation
    /// Remove the lines from `/etc/shells`.
    pub(crate) NOLOGIN_IS_A_SHELL {
        id: "HT-ACC-025",
        title: "nologin counts as a login shell",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [Ref::debian_12("5.4.3.1"), Ref::Manual("shells(5)")],
        judge: shells,
        passes: |tree| { tree.file("/etc/passwd", "").file("/etc/shells", "# shells\n/bin/sh\n"); },
        fails: |tree| { tree.file("/etc/passwd", "").file("/etc/shells", "/bin/sh\n/sbin/nologin\n"); },
    }
}

fn shells(facts: &Facts) -> Judged {
    let shells = facts.accounts.as_ref()?.shells.as_ref()?;
    let faults: Vec<Fault> = shells
        .iter()
        .filter(|shell| shell.ends_with("/nologin") || shell.ends_with("/false"))
        .map(|shell| Fault::new(shell, format!("/etc/shells: {shell}")))
        .collect();
    Ok(Verdict::from_faults(faults))
}
