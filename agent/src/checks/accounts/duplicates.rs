use std::collections::BTreeMap;

use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Every account in `/etc/passwd` has a name and a user id of its own (id 0 is HT-ACC-002's).
    ///
    /// ## Why it matters
    /// Two accounts with one id own each other's files and processes, and logs do not tell them
    /// apart. Of two with one name only the first counts, whatever was meant by the second.
    ///
    /// ## Remediation
    /// Remove one of them, or give it an id of its own with `usermod -u` and `chown` its files.
    pub(crate) DUPLICATE_ACCOUNT {
        id: "HT-ACC-007",
        title: "Two accounts share a user id or a name",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.5"),
            Ref::debian_12("7.2.7"),
            Ref::amazon_linux_2023("6.2.4"),
            Ref::amazon_linux_2023("6.2.6"),
            Ref::independent("6.2.16"),
            Ref::independent("6.2.18"),
            Ref::Cwe(694),
            Ref::Manual("passwd(5)"),
        ],
        same_as: [SameAs::Test("AUTH-9208")],
        judge: duplicates,
        passes: |tree| { tree.file("/etc/passwd", "a:x:1000:1000::/:/bin/sh\nb:x:1001:1001::/:/bin/sh\n"); },
        fails: |tree| { tree.file("/etc/passwd", "a:x:1000:1000::/:/bin/sh\nb:x:1000:1001::/:/bin/sh\n"); },
    }
}

fn duplicates(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ids: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for account in &accounts.list {
        *names.entry(&account.name).or_default() += 1;
        let of_id = ids.entry(account.uid).or_default();
        if !of_id.contains(&account.name.as_str()) {
            of_id.push(&account.name);
        }
    }
    let twice = names
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(name, count)| Fault::new(name, format!("/etc/passwd has {name} {count} times")));
    let shared = ids
        .into_iter()
        .filter(|(id, names)| *id != 0 && names.len() > 1)
        .map(|(id, names)| {
            Fault::new(
                names.join(" "),
                format!("{} have user id {id}", names.join(", ")),
            )
        });
    Ok(Verdict::from_faults(twice.chain(shared)))
}
