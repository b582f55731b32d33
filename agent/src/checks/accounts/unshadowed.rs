use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No password hash stands in `/etc/passwd` or `/etc/group`.
    ///
    /// ## Why it matters
    /// Everyone can read these files, and so can every program that was broken into, and guess the
    /// password at leisure.
    ///
    /// ## Remediation
    /// Run `pwconv` and `grpconv`, and have the passwords set anew.
    pub(crate) UNSHADOWED {
        id: "HT-ACC-036",
        title: "A password hash is in a file that everyone can read",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.1"),
            Ref::amazon_linux_2023("6.2.1"),
            Ref::Cwe(522),
            Ref::Manual("pwconv(8)"),
        ],
        judge: unshadowed,
        passes: |tree| { tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n").file("/etc/group", "joe:x:1000:\n"); },
        fails: |tree| { tree.file("/etc/passwd", "joe:$y$j9T$a$b:1000:1000::/:/bin/sh\n"); },
    }
}

fn unshadowed(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    let mut faults = Vec::new();
    for account in accounts.list.iter().filter(|account| account.unshadowed) {
        let line = format!("/etc/passwd has a password hash for {}", account.name);
        faults.push(Fault::new(&account.name, line));
    }
    for group in accounts.groups.as_deref().unwrap_or_default() {
        if group.has_password {
            let line = format!("/etc/group has a password hash for {}", group.name);
            faults.push(Fault::new(format!("group {}", group.name), line));
        }
    }
    Ok(Verdict::from_faults(faults))
}
