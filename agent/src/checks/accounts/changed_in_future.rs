use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No account's password was changed at a day that is still to come, by the third field of
    /// `/etc/shadow`.
    ///
    /// ## Why it matters
    /// Until that day the password does not age: it outlives whatever limit is set. Such a date
    /// comes from a clock that was wrong, or from someone who wanted it so.
    ///
    /// ## Remediation
    /// Set the clock right, then `chage --lastday "$(date +%F)" NAME`.
    pub(crate) CHANGED_IN_FUTURE {
        id: "HT-ACC-017",
        title: "A password was changed in the future",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.1.6"),
            Ref::amazon_linux_2023("4.6.1.5"),
            Ref::Manual("shadow(5)"),
        ],
        judge: changed_in_future,
        passes: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n").file("/etc/shadow", "joe:!:20000::::::\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n").file("/etc/shadow", "joe:!:40000::::::\n");
        },
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

fn changed_in_future(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    accounts.shadow.as_ref()?;
    // East of Greenwich it may be tomorrow already.
    let last = facts.now.as_second() / SECONDS_OF_A_DAY + 1;
    let faults: Vec<Fault> = accounts
        .list
        .iter()
        .filter(|account| account.changed.is_some_and(|day| day > last))
        .map(|account| {
            Fault::new(
                &account.name,
                format!(
                    "/etc/shadow: the password of {} was changed at a day to come",
                    account.name
                ),
            )
        })
        .collect();
    Ok(Verdict::from_faults(faults))
}
