use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::accounts::Password;
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// No account in `/etc/shadow` or `/etc/passwd` has a password hash that is not locked. For root
    /// it is worse.
    ///
    /// ## Why it matters
    /// Every instance of the image has the same password. Whoever can read the image can guess it
    /// offline, and those who built it know it.
    ///
    /// ## Remediation
    /// As the last step of the build run `passwd -l USER`, and let users log in with keys.
    pub(crate) LEFT_PASSWORD_HASH {
        id: "HT-IMG-020",
        title: "An account's password was left unlocked in the image",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(798), Ref::Manual("shadow(5)")],
        judge: judge,
        passes: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
                .file("/etc/shadow", "root:!$6$a$b:1::::::\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
                .file("/etc/shadow", "joe:$y$j9T$a$b:1::::::\n");
        },
    }
}

fn judge(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    let faults: Vec<Fault> = accounts
        .list
        .iter()
        .filter(|account| matches!(account.password, Some(Password::Hashed(_))))
        .map(|account| {
            let fault = Fault::new(
                &account.name,
                format!("{} has a password that is not locked", account.name),
            );
            if account.uid == 0 {
                fault.severity(Severity::High)
            } else {
                fault
            }
        })
        .collect();
    match &accounts.shadow {
        Err(Gap::Absent(why) | Gap::Unknown(why)) if faults.is_empty() => {
            Err(NotJudged::Unknown(why.clone()))
        }
        _ => Ok(Verdict::from_faults(faults)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_directory_in_place_of_shadow_is_unknown() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
            .dir("/etc/shadow");
        assert!(matches!(judge(&tree.facts()), Err(NotJudged::Unknown(_))));
    }

    #[test]
    fn root_is_worse() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
            .file("/etc/shadow", "root:$6$a$b:1::::::\n");
        let fault = Fault::new("root", "root has a password that is not locked");
        assert_eq!(
            judge(&tree.facts()),
            Ok(Verdict::Fail(vec![fault.severity(Severity::High)]))
        );
    }
}
