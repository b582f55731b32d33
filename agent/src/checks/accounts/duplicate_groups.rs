use std::collections::BTreeMap;

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Every group in `/etc/group` has a name and a number of its own.
    ///
    /// ## Why it matters
    /// Members of one reach what is meant for the other. It is worse where the number is 0, root's.
    ///
    /// ## Remediation
    /// Remove one of them with `groupdel`, or give it a number of its own with `groupmod -g` and
    /// `chgrp` its files.
    pub(crate) DUPLICATE_GROUP {
        id: "HT-ACC-021",
        title: "Two groups share a number or a name",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.6"),
            Ref::debian_12("7.2.8"),
            Ref::debian_12("5.4.2.3"),
            Ref::amazon_linux_2023("6.2.5"),
            Ref::amazon_linux_2023("6.2.7"),
            Ref::independent("6.2.17"),
            Ref::independent("6.2.19"),
            Ref::Cwe(694),
        ],
        same_as: [SameAs::Test("AUTH-9222"), SameAs::Test("AUTH-9226")],
        judge: duplicate_groups,
        passes: |tree| {
            tree.file("/etc/passwd", "").file("/etc/group", "root:x:0:\nusers:x:100:\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "").file("/etc/group", "root:x:0:\nadmins:x:0:\n");
        },
    }
}

fn duplicate_groups(facts: &Facts) -> Judged {
    let groups = facts.accounts.as_ref()?.groups.as_ref()?;
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut numbers: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for group in groups {
        *names.entry(&group.name).or_default() += 1;
        let of_number = numbers.entry(group.gid).or_default();
        if !of_number.contains(&group.name.as_str()) {
            of_number.push(&group.name);
        }
    }
    let mut faults = Vec::new();
    for (name, count) in names {
        if count > 1 {
            let line = format!("/etc/group has {name} {count} times");
            faults.push(Fault::new(name, line));
        }
    }
    for (number, names) in numbers {
        if names.len() > 1 {
            let line = format!("{} have the number {number}", names.join(", "));
            let fault = Fault::new(names.join(" "), line);
            faults.push(if number == 0 {
                fault.severity(Severity::Medium)
            } else {
                fault
            });
        }
    }
    Ok(Verdict::from_faults(faults))
}
