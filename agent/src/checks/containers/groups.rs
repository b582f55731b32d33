use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Nobody but root is in a group that may give orders to a container engine that runs as root:
    /// `docker`, `lxd`, `incus-admin`. An account that nobody can log in to is less bad.
    ///
    /// ## Why it matters
    /// Members start a container with the machine's disk mounted: they are root, without sudo's rules
    /// and log.
    ///
    /// ## Remediation
    /// `gpasswd -d NAME GROUP`; let builds use rootless Docker or podman.
    pub(crate) ENGINE_GROUP {
        id: "HT-CTR-003",
        title: "An account can become root through a container engine",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(250),
            Ref::Page("Docker: Manage Docker as a non-root user", "https://docs.docker.com/engine/install/linux-postinstall/"),
        ],
        judge: engine_group,
        passes: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n").file("/etc/group", "docker:x:990:\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n").file("/etc/group", "docker:x:990:joe\n");
        },
    }
}

const GROUPS: [&str; 3] = ["docker", "incus-admin", "lxd"];

fn engine_group(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    accounts.groups.as_ref()?;
    let mut there = false;
    let mut faults = Vec::new();
    for group in GROUPS {
        let Some(members) = accounts.members(group) else {
            continue;
        };
        there = true;
        for name in members {
            let account = accounts.list.iter().find(|account| account.name == name);
            if account.is_some_and(|account| account.uid == 0) {
                continue;
            }
            let fault = Fault::new(format!("{name} {group}"), format!("{name} is in {group}"));
            faults.push(if account.is_some_and(|account| account.has_shell()) {
                fault
            } else {
                fault.severity(Severity::Medium)
            });
        }
    }
    if there {
        Ok(Verdict::from_faults(faults))
    } else {
        Err(NotJudged::NotApplicable(
            "there is no group of a container engine".to_owned(),
        ))
    }
}
