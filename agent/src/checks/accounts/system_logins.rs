use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::accounts::Password;

check! {
    /// ## What it checks
    /// No account of the system (id 1 to 999) has both a login shell and a password that fits.
    ///
    /// ## Why it matters
    /// Nobody uses these accounts, so nobody notices who logs in as one, and their passwords come
    /// from whoever built the image.
    ///
    /// ## Remediation
    /// `usermod -s /usr/sbin/nologin -L NAME`.
    pub(crate) SYSTEM_LOGIN {
        id: "HT-ACC-006",
        title: "An account of the system can log in with a password",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.2.7"),
            Ref::amazon_linux_2023("4.6.2"),
            Ref::Cwe(1188),
            Ref::Manual("shadow(5)"),
        ],
        judge: system_logins,
        passes: |tree| {
            tree.file("/etc/passwd", "bin:x:2:2::/bin:/bin/sh\n").file("/etc/shadow", "bin:*:1::::::\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "bin:x:2:2::/bin:/bin/sh\n").file("/etc/shadow", "bin:$6$a$b:1::::::\n");
        },
    }
}

fn system_logins(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    accounts.shadow.as_ref()?;
    Ok(Verdict::from_faults(
        accounts
            .list
            .iter()
            .filter(|account| (1..1000).contains(&account.uid) && account.has_shell())
            .filter(|account| matches!(account.password, Some(Password::Hashed(_))))
            .map(|account| {
                Fault::new(
                    &account.name,
                    format!(
                        "{} has a password and shell {}",
                        account.name, account.shell
                    ),
                )
            }),
    ))
}
