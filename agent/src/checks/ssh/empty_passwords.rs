use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// `PermitEmptyPasswords` is not `yes`.
    ///
    /// ## Why it matters
    /// Whoever knows the name of an account without a password is in; one such account, now or
    /// later, is enough.
    ///
    /// ## Remediation
    /// Remove `PermitEmptyPasswords yes` from `/etc/ssh/sshd_config` and reload sshd.
    pub(crate) EMPTY_PASSWORDS {
        id: "HT-SSH-003",
        title: "SSH accepts empty passwords",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.19"),
            Ref::amazon_linux_2023("4.2.9"),
            Ref::independent("5.2.11"),
            Ref::Cwe(258),
            Ref::Manual("sshd_config(5)"),
        ],
        judge: empty_passwords,
        passes: |tree| { tree.sshd(""); },
        fails: |tree| { tree.sshd("PermitEmptyPasswords yes\n"); },
    }
}

fn empty_passwords(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    Ok(sshd
        .any_of("permitemptypasswords", &["yes"])?
        .map_or(Verdict::Pass, Verdict::fail))
}
