use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No account but `root` has the user id 0.
    ///
    /// ## Why it matters
    /// Such an account is root under another name: it passes by every rule that names root, and is
    /// a favourite way of keeping a way in.
    ///
    /// ## Remediation
    /// Remove the account, or give it an id of its own with `usermod -u`.
    pub(crate) ROOT_TWINS {
        id: "HT-ACC-002",
        title: "Another account has root's user id",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.2.1"),
            Ref::amazon_linux_2023("6.2.9"),
            Ref::independent("6.2.5"),
            Ref::Cwe(250),
            Ref::Manual("passwd(5)"),
        ],
        same_as: [SameAs::Test("AUTH-9204"), SameAs::Test("AUTH-9208")],
        judge: root_twins,
        passes: |tree| { tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n"); },
        fails: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n");
        },
    }
}

fn root_twins(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    Ok(Verdict::from_faults(
        accounts
            .list
            .iter()
            .filter(|account| account.uid == 0 && account.name != "root")
            .map(|account| {
                Fault::new(
                    &account.name,
                    format!(
                        "/etc/passwd: {} has user id 0 and shell {}",
                        account.name, account.shell
                    ),
                )
            }),
    ))
}
