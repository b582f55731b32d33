use std::collections::BTreeMap;

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::pam::{Kind, Pam, Stack};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// PAM's `auth` stack for `login` and, where sshd accepts passwords, for `sshd` has a module that
    /// locks an account after failed attempts: `pam_faillock`, `pam_tally2` or `pam_tally`.
    ///
    /// ## Why it matters
    /// Without it a password can be guessed for as long as it takes. A lock has its price: whoever
    /// knows a name can lock its owner out, so keep it short, and keys are better than either.
    ///
    /// ## Remediation
    /// Add `pam_faillock` to the stack: `pam-auth-update --enable faillock faillock_notify` on Debian
    /// and Ubuntu, `authselect enable-feature with-faillock` on Red Hat's systems; set `deny` and
    /// `unlock_time` in `/etc/security/faillock.conf`. Or have sshd take keys only.
    pub(crate) NO_LOCKOUT {
        id: "HT-ACC-004",
        title: "Failed attempts to log in lock no account",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.3.2.2"),
            Ref::amazon_linux_2023("4.4.2"),
            Ref::independent("5.3.2"),
            Ref::Cwe(307),
            Ref::Manual("pam_faillock(8)"),
            Ref::Manual("pam.d(5)"),
        ],
        judge: lockout,
        passes: |tree| {
            tree.file("/etc/pam.d/login", "auth substack system-auth\n")
                .file(
                    "/etc/pam.d/system-auth",
                    "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n",
                );
        },
        fails: |tree| {
            tree.file("/etc/pam.d/login", "@include common-auth\n")
                .file("/etc/pam.d/common-auth", "auth required pam_unix.so\n");
        },
    }
}

const LOCKS: [&str; 3] = ["pam_faillock", "pam_tally2", "pam_tally"];

fn lockout(facts: &Facts) -> Judged {
    let pam = facts.pam.as_ref()?;
    let mut faults = Vec::new();
    for (service, stack) in stacks(pam) {
        if !asks_for_password(stack) || locks(stack) {
            continue;
        }
        let fault = Fault::new(
            *service,
            format!("PAM's auth stack of {service} has no pam_faillock or pam_tally2"),
        );
        if *service == "sshd" {
            // What can be guessed from the network is worse than what needs the console.
            if let Some(setting) = ssh_passwords(facts)? {
                faults.push(fault.and(setting).severity(Severity::Medium));
            }
        } else {
            faults.push(fault);
        }
    }
    Ok(Verdict::from_faults(faults))
}

/// The services' stacks; without any, those of the files that they would include.
pub(super) fn stacks(pam: &Pam) -> &BTreeMap<&'static str, Stack> {
    if pam.logins.is_empty() {
        &pam.common
    } else {
        &pam.logins
    }
}

fn asks_for_password(stack: &Stack) -> bool {
    stack
        .rules
        .iter()
        .any(|rule| rule.kind == Kind::Auth && rule.module != "pam_deny")
}

fn locks(stack: &Stack) -> bool {
    stack
        .rules
        .iter()
        .any(|rule| rule.kind == Kind::Auth && LOCKS.contains(&rule.module.as_str()))
}

/// The setting through which sshd takes passwords and asks PAM, if it does.
fn ssh_passwords(facts: &Facts) -> Result<Option<String>, Gap> {
    let sshd = match &facts.sshd {
        Err(Gap::Absent(_)) => return Ok(None),
        sshd => sshd.as_ref().map_err(Clone::clone)?,
    };
    if sshd.any_of("usepam", &["yes"])?.is_none() {
        return Ok(None);
    }
    crate::checks::ssh::password_alone(sshd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn judged(sshd: &str) -> Judged {
        let mut tree = Tree::new();
        tree.file("/etc/pam.d/sshd", "auth required pam_unix.so\n")
            .sshd(sshd);
        lockout(&tree.facts())
    }

    #[test]
    fn sshd_counts_where_it_takes_passwords() {
        let Ok(Verdict::Fail(faults)) = judged("UsePAM yes\n") else {
            panic!("no fault");
        };
        assert_eq!(faults[0].severity, Some(Severity::Medium));
        assert_eq!(
            judged("UsePAM yes\nAuthenticationMethods publickey\n"),
            Ok(Verdict::Pass)
        );
    }
}
