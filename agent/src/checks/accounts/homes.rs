use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::accounts::Account;
use crate::facts::walk::permissions;
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// The home directories of root and of people belong to them and cannot be written to by
    /// others.
    ///
    /// ## Why it matters
    /// Whoever can write to a home directory can put a start-up file or a key there and act as its
    /// owner at the next login.
    ///
    /// ## Remediation
    /// `chown NAME` the directory and `chmod go-w` it.
    pub(crate) OPEN_HOME {
        id: "HT-ACC-010",
        title: "A home directory can be changed by others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.9"),
            Ref::amazon_linux_2023("6.2.10"),
            Ref::independent("6.2.8"),
            Ref::independent("6.2.9"),
            Ref::Cwe(732),
        ],
        same_as: [SameAs::Test("HOME-9306")],
        judge: homes,
        passes: |tree| { tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n").dir("/root"); },
        fails: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n").dir("/root").mode("/root", 0o777);
        },
    }
}

fn homes(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    let looked_at = || {
        accounts
            .list
            .iter()
            .filter(|account| (account.uid == 0 || account.is_person()) && account.has_shell())
    };
    let faults: Vec<Fault> = looked_at().filter_map(fault).collect();
    let unknown = looked_at().find_map(|account| match &account.home_is {
        Err(Gap::Unknown(why)) => Some(why.clone()),
        _ => None,
    });
    match unknown {
        Some(why) if faults.is_empty() => Err(NotJudged::Unknown(why)),
        _ => Ok(Verdict::from_faults(faults)),
    }
}

fn fault(account: &Account) -> Option<Fault> {
    let (mode, uid, gid) = *account.home_is.as_ref().ok()?;
    let foreign = uid != account.uid && uid != 0;
    // Everyone may be a member of root's group only where that is already lost.
    let writable = mode & 0o002 != 0 || (mode & 0o020 != 0 && gid != 0 && gid != account.uid);
    (foreign || writable).then(|| {
        Fault::new(
            &account.name,
            format!(
                "{} of {}: {}",
                account.home,
                account.name,
                permissions(mode, uid, gid)
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_home_that_cannot_be_looked_at_is_unknown() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
            .link("/root", "/root");
        assert!(matches!(homes(&tree.facts()), Err(NotJudged::Unknown(_))));
    }
}
