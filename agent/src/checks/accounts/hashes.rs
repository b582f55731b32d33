use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::accounts::Password;
use crate::facts::accounts::password::Scheme;
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// No password is hashed with DES, MD5, SHA-1 or the NT hash, and `ENCRYPT_METHOD` in
    /// `/etc/login.defs` asks for none of them.
    ///
    /// ## Why it matters
    /// Whoever gets at such a hash, from a backup or another flaw, finds the password within hours.
    ///
    /// ## Remediation
    /// Set `ENCRYPT_METHOD YESCRYPT` (or `SHA512`) in `/etc/login.defs` and have the passwords set
    /// anew.
    pub(crate) WEAK_HASH {
        id: "HT-ACC-008",
        title: "Passwords are hashed with a weak scheme",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.1.4"),
            Ref::amazon_linux_2023("4.5.4"),
            Ref::Cwe(916),
            Ref::Manual("crypt(5)"),
            Ref::Manual("login.defs(5)"),
        ],
        same_as: [SameAs::Test("AUTH-9229")],
        judge: hashes,
        passes: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
                .file("/etc/shadow", "joe:$y$j9T$a$b:1::::::\n")
                .file("/etc/login.defs", "ENCRYPT_METHOD YESCRYPT\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
                .file("/etc/shadow", "joe:$1$a$b:1::::::\n");
        },
    }
}

fn hashes(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    let mut faults: Vec<Fault> = accounts
        .list
        .iter()
        .filter_map(|account| match account.password {
            Some(Password::Hashed(Scheme::Weak(scheme))) => Some(Fault::new(
                &account.name,
                format!("the password of {} is hashed with {scheme}", account.name),
            )),
            _ => None,
        })
        .collect();
    let login_defs = &facts.password_policy.as_ref()?.login_defs;
    let method = login_defs.as_ref().ok();
    let method = method.and_then(|pairs| pairs.get("ENCRYPT_METHOD"));
    if let Some(method) = method.filter(|method| is_weak(&method.value)) {
        faults.push(
            Fault::new(
                "ENCRYPT_METHOD",
                format!("{}: ENCRYPT_METHOD {}", method.source, method.value),
            )
            .severity(Severity::Low),
        );
    }
    let gap = accounts
        .shadow
        .as_ref()
        .err()
        .or_else(|| login_defs.as_ref().err());
    match gap {
        Some(Gap::Absent(why) | Gap::Unknown(why)) if faults.is_empty() => {
            Err(NotJudged::Unknown(why.clone()))
        }
        _ => Ok(Verdict::from_faults(faults)),
    }
}

/// Whether `ENCRYPT_METHOD` of login.defs(5) is one of the weak two.
pub(super) fn is_weak(method: &str) -> bool {
    ["DES", "MD5"]
        .iter()
        .any(|weak| method.eq_ignore_ascii_case(weak))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_scheme_that_cannot_be_read_is_unknown() {
        let mut tree = Tree::new();
        tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
            .file("/etc/shadow", "joe:$y$j9T$a$b:1::::::\n")
            .dir("/etc/login.defs");
        assert!(matches!(hashes(&tree.facts()), Err(NotJudged::Unknown(_))));
    }
}
