use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// The home directories of people with a login shell exist.
    ///
    /// ## Why it matters
    /// Who logs in without one lands in `/`. Whoever may make directories where it should be, as in
    /// `/tmp`, makes it and puts a key there. Homes that are mounted when needed are missing too, so
    /// this is a remark.
    ///
    /// ## Remediation
    /// Make it with `mkhomedir_helper NAME`, or remove the account if nobody needs it.
    pub(crate) MISSING_HOME {
        id: "HT-ACC-039",
        title: "A home directory does not exist",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.9"),
            Ref::amazon_linux_2023("6.2.10"),
            Ref::independent("6.2.7"),
        ],
        judge: missing_homes,
        passes: |tree| { tree.file("/etc/passwd", "joe:x:1000:1000::/home/joe:/bin/sh\n").dir("/home/joe"); },
        fails: |tree| { tree.file("/etc/passwd", "joe:x:1000:1000::/home/joe:/bin/sh\n"); },
    }
}

fn missing_homes(facts: &Facts) -> Judged {
    let mut faults = Vec::new();
    for account in &facts.accounts.as_ref()?.list {
        let missing = matches!(account.home_is, Err(Gap::Absent(_)));
        if missing && account.is_person() && account.has_shell() {
            let line = format!("{}, the home of {}, is missing", account.home, account.name);
            faults.push(Fault::new(&account.name, line));
        }
    }
    Ok(Verdict::from_faults(faults))
}
