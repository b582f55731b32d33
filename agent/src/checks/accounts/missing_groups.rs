use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The first group of every account in `/etc/passwd` is in `/etc/group`.
    ///
    /// ## Why it matters
    /// The next group that is made may get that number, and with it whatever the account's files
    /// allow to their group.
    ///
    /// ## Remediation
    /// Make the group with `groupadd -g NUMBER NAME`, or give the account another with `usermod -g`.
    pub(crate) MISSING_GROUP {
        id: "HT-ACC-020",
        title: "An account's group does not exist",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.3"),
            Ref::amazon_linux_2023("6.2.3"),
            Ref::independent("6.2.15"),
            Ref::Manual("passwd(5)"),
        ],
        judge: missing_groups,
        passes: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:100::/:/bin/sh\n").file("/etc/group", "users:x:100:\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:101::/:/bin/sh\n").file("/etc/group", "users:x:100:\n");
        },
    }
}

fn missing_groups(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    let groups = accounts.groups.as_ref()?;
    let faults: Vec<Fault> = accounts
        .list
        .iter()
        .filter(|account| !groups.iter().any(|group| group.gid == account.gid))
        .map(|account| {
            Fault::new(
                &account.name,
                format!(
                    "/etc/group has no group {}, the first of {}",
                    account.gid, account.name
                ),
            )
        })
        .collect();
    Ok(Verdict::from_faults(faults))
}
