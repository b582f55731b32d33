use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::accounts::Password;

check! {
    /// ## What it checks
    /// Accounts of the system (id 1 to 999) have no login shell. One with a password as well is
    /// HT-ACC-006's.
    ///
    /// ## Why it matters
    /// A key in its home directory, or a service that writes one there by mistake, is enough to log
    /// in as an account that nobody watches.
    ///
    /// ## Remediation
    /// `usermod -s /usr/sbin/nologin NAME`, unless the service's own tools need the shell, as
    /// PostgreSQL's do.
    pub(crate) SYSTEM_SHELL {
        id: "HT-ACC-038",
        title: "An account of the system has a login shell",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.2.7"),
            Ref::amazon_linux_2023("4.6.2"),
            Ref::independent("5.4.2"),
            Ref::Cwe(1188),
            Ref::Manual("nologin(8)"),
        ],
        judge: system_shells,
        passes: |tree| { tree.file("/etc/passwd", "bin:x:2:2::/bin:/sbin/nologin\n"); },
        fails: |tree| {
            tree.file("/etc/passwd", "app:x:200:200::/:/bin/sh\n").file("/etc/shadow", "app:*:1::::::\n");
        },
    }
}

fn system_shells(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    if accounts.list.is_empty() {
        return Err(NotJudged::NotApplicable("there are no accounts".to_owned()));
    }
    let mut faults = Vec::new();
    for account in &accounts.list {
        let logs_in = matches!(account.password, Some(Password::Hashed(_)));
        if (1..1000).contains(&account.uid) && account.has_shell() && !logs_in {
            let line = format!("/etc/passwd: {} has shell {}", account.name, account.shell);
            faults.push(Fault::new(&account.name, line));
        }
    }
    Ok(Verdict::from_faults(faults))
}
