use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Nobody but root is in the groups `shadow`, `disk` and `kmem`. An account that nobody can log
    /// in to is less bad.
    ///
    /// ## Why it matters
    /// Members read every password hash (`shadow`), read and write the disks past all permissions
    /// (`disk`), or read the kernel's memory (`kmem`): each is a short way to root.
    ///
    /// ## Remediation
    /// `gpasswd -d NAME GROUP`, or `usermod -g` where it is the account's first group. Give a backup
    /// program the capability or the rule in sudoers that it needs.
    pub(crate) POWERFUL_GROUP {
        id: "HT-ACC-022",
        title: "An account is in a group that amounts to root",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.4"),
            Ref::independent("6.2.20"),
            Ref::Cwe(250),
            Ref::Page("Debian Wiki: SystemGroups", "https://wiki.debian.org/SystemGroups"),
        ],
        judge: powerful_groups,
        passes: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n").file("/etc/group", "disk:x:6:root\nshadow:x:42:\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n").file("/etc/group", "disk:x:6:joe\n");
        },
    }
}

const GROUPS: [(&str, &str); 3] = [
    ("disk", "reads and writes the disks"),
    ("kmem", "reads the kernel's memory"),
    ("shadow", "reads the password hashes"),
];

fn powerful_groups(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    accounts.groups.as_ref()?;
    let mut faults = Vec::new();
    let mut there = false;
    for (group, may) in GROUPS {
        let Some(members) = accounts.members(group) else {
            continue;
        };
        there = true;
        for member in members {
            let account = accounts.list.iter().find(|account| account.name == member);
            if account.is_some_and(|account| account.uid == 0) {
                continue;
            }
            let fault = Fault::new(
                format!("{member} in {group}"),
                format!("{member} is in {group} and {may}"),
            );
            faults.push(if account.is_some_and(|account| account.has_shell()) {
                fault
            } else {
                fault.severity(Severity::Low)
            });
        }
    }
    if there {
        Ok(Verdict::from_faults(faults))
    } else {
        Err(NotJudged::NotApplicable(
            "there are no groups disk, kmem and shadow".to_owned(),
        ))
    }
}
