use std::collections::BTreeMap;

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::accounts::Password;
use crate::facts::pam::Kind;

check! {
    /// ## What it checks
    /// No `auth` line of PAM that someone logs in through has `nullok` (or `nullok_secure`), with
    /// which `pam_unix` lets in an account whose password is empty.
    ///
    /// ## Why it matters
    /// One `passwd -d`, or one account made without a password, and whoever knows its name is in. It
    /// is worse where there is such an account now.
    ///
    /// ## Remediation
    /// Remove `nullok` from the line: on Debian and Ubuntu in `/etc/pam.d/common-auth`, on Red Hat's
    /// systems with `authselect enable-feature without-nullok`.
    pub(crate) PAM_TAKES_EMPTY_PASSWORDS {
        id: "HT-ACC-005",
        title: "PAM accepts empty passwords",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::debian_12("5.3.3.4.1"), Ref::Cwe(258), Ref::Manual("pam_unix(8)")],
        judge: pam_empty,
        passes: |tree| { tree.file("/etc/pam.d/common-auth", "auth required pam_unix.so\n"); },
        fails: |tree| { tree.file("/etc/pam.d/common-auth", "auth required pam_unix.so nullok\n"); },
    }
}

fn pam_empty(facts: &Facts) -> Judged {
    let pam = facts.pam.as_ref()?;
    let empty: Vec<&str> = facts.accounts.as_ref().map_or_else(
        |_| Vec::new(),
        |accounts| {
            accounts
                .list
                .iter()
                .filter(|account| account.password == Some(Password::Empty))
                .map(|account| account.name.as_str())
                .collect()
        },
    );
    // One file serves many services.
    let mut lines: BTreeMap<&str, String> = BTreeMap::new();
    for stack in pam.logins.values().chain(pam.common.values()) {
        for rule in stack.rules.iter().filter(|rule| rule.kind == Kind::Auth) {
            if let Some(argument) = ["nullok", "nullok_secure"]
                .into_iter()
                .find(|argument| rule.has(argument))
            {
                lines
                    .entry(&rule.source)
                    .or_insert_with(|| format!("{}: auth {} {argument}", rule.source, rule.module));
            }
        }
    }
    Ok(Verdict::from_faults(lines.into_iter().map(
        |(source, line)| {
            let fault = Fault::new(source, line);
            match empty.first() {
                Some(name) => fault
                    .and(format!("{name} has an empty password"))
                    .severity(Severity::High),
                None => fault,
            }
        },
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn an_account_with_an_empty_password_makes_it_worse() {
        let mut tree = Tree::new();
        tree.file("/etc/pam.d/login", "@include common-auth\n")
            .file(
                "/etc/pam.d/common-auth",
                "auth [success=1] pam_unix.so nullok\n",
            )
            .file("/etc/passwd", "joe::1000:1000::/:/bin/sh\n");
        let Ok(Verdict::Fail(faults)) = pam_empty(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].subject, "/etc/pam.d/common-auth");
        assert_eq!(faults[0].severity, Some(Severity::High));
    }

    /// `nullok` of a password line lets someone change an empty password, not log in with one.
    #[test]
    fn only_auth_lines_count() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/pam.d/system-auth",
            "password sufficient pam_unix.so nullok\n",
        );
        assert_eq!(pam_empty(&tree.facts()), Ok(Verdict::Pass));
    }
}
