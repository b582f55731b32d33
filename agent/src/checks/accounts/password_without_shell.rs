use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::accounts::Password;

check! {
    /// ## What it checks
    /// Accounts whose shell lets nobody in have a locked password too.
    ///
    /// ## Why it matters
    /// The password still opens what asks for no shell: FTP, IMAP and SMTP, `sudo`, SSH's port
    /// forwarding where sshd takes passwords.
    ///
    /// ## Remediation
    /// `passwd -l NAME`, unless the account is meant for such a service alone.
    pub(crate) PASSWORD_WITHOUT_SHELL {
        id: "HT-ACC-037",
        title: "An account without a shell has a password that fits",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::debian_12("5.4.2.8"), Ref::Cwe(1188), Ref::Manual("nologin(8)")],
        judge: password_without_shell,
        passes: |tree| {
            tree.file("/etc/passwd", "ftp:x:14:14::/:/sbin/nologin\n").file("/etc/shadow", "ftp:!$6$a$b:1::::::\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "ftp:x:14:14::/:/sbin/nologin\n").file("/etc/shadow", "ftp:$6$a$b:1::::::\n");
        },
    }
}

fn password_without_shell(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    accounts.shadow.as_ref()?;
    let mut faults = Vec::new();
    for account in &accounts.list {
        if !account.has_shell() && matches!(account.password, Some(Password::Hashed(_))) {
            let line = format!(
                "{} has a password and shell {}",
                account.name, account.shell
            );
            faults.push(Fault::new(&account.name, line));
        }
    }
    Ok(Verdict::from_faults(faults))
}
