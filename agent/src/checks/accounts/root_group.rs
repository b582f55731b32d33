use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Root's first group is the group 0, and it is the first group of nobody else but `sync`,
    /// `shutdown`, `halt` and `operator`, as Red Hat's systems have it.
    ///
    /// ## Why it matters
    /// Files that root makes belong to the first group. With another, its members may read or write
    /// what they should not; and whoever has the group 0 reaches what is meant for root's.
    ///
    /// ## Remediation
    /// `usermod -g 0 root`; give the other account a group of its own with `usermod -g`.
    pub(crate) ROOT_GROUP {
        id: "HT-ACC-023",
        title: "Root has another group, or others have root's",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.2.2"),
            Ref::amazon_linux_2023("4.6.4"),
            Ref::independent("5.4.3"),
            Ref::Cwe(250),
        ],
        judge: root_group,
        passes: |tree| { tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\nsync:x:5:0::/sbin:/bin/sync\n"); },
        fails: |tree| { tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\njoe:x:1000:0::/:/bin/sh\n"); },
    }
}

const RED_HATS: [&str; 4] = ["sync", "shutdown", "halt", "operator"];

fn root_group(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    if accounts.list.is_empty() {
        return Err(NotJudged::NotApplicable("there are no accounts".to_owned()));
    }
    let faults: Vec<Fault> = accounts
        .list
        .iter()
        .filter(|account| {
            let is_red_hats = RED_HATS.contains(&account.name.as_str());
            (account.uid == 0) != (account.gid == 0) && !is_red_hats
        })
        .map(|account| {
            Fault::new(
                &account.name,
                format!(
                    "/etc/passwd: the first group of {} is {}",
                    account.name, account.gid
                ),
            )
        })
        .collect();
    Ok(Verdict::from_faults(faults))
}
