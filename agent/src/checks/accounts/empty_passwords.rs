use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::accounts::Password;
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// Every account has a password or a locked one; the field in `/etc/shadow` is not empty.
    ///
    /// ## Why it matters
    /// Whoever knows the name is let in, at the console, through `su` and through every service that
    /// accepts empty passwords.
    ///
    /// ## Remediation
    /// Lock the password with `passwd -l NAME`; keys still work.
    pub(crate) EMPTY_PASSWORD {
        id: "HT-ACC-003",
        title: "An account has an empty password",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.2"),
            Ref::amazon_linux_2023("6.2.2"),
            Ref::independent("6.2.1"),
            Ref::Cwe(258),
            Ref::Manual("shadow(5)"),
        ],
        same_as: [SameAs::Test("AUTH-9283")],
        judge: empty_passwords,
        passes: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/home/joe:/bin/sh\n")
                .file("/etc/shadow", "joe:!:1:0:99999:7:::\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/home/joe:/bin/sh\n")
                .file("/etc/shadow", "joe::1:0:99999:7:::\n");
        },
    }
}

fn empty_passwords(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    let faults: Vec<Fault> = accounts
        .list
        .iter()
        .filter(|account| account.password == Some(Password::Empty))
        .map(|account| {
            let fault = Fault::new(
                &account.name,
                format!(
                    "{} has an empty password, shell {}",
                    account.name, account.shell
                ),
            );
            // Without a shell it is good for services that ask PAM only.
            if account.has_shell() {
                fault
            } else {
                fault.severity(Severity::Medium)
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
    fn without_shadow_it_is_unknown() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "joe:x:1000:1000::/home/joe:/bin/sh\n");
        assert!(matches!(
            empty_passwords(&tree.facts()),
            Err(NotJudged::Unknown(_))
        ));
    }

    #[test]
    fn an_account_without_a_shell_is_less_bad() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "ftp::14:14::/srv:/sbin/nologin\n");
        let Ok(Verdict::Fail(faults)) = empty_passwords(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].severity, Some(Severity::Medium));
    }
}
