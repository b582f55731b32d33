use crate::checks::{Judged, Ref, Verdict};
use crate::facts::sshd::Sshd;
use crate::facts::{Fact, Facts};

check! {
    /// ## What it checks
    /// sshd lets nobody in on a password alone, neither through `PasswordAuthentication` nor through
    /// `KbdInteractiveAuthentication` with PAM; `AuthenticationMethods` that ask for a key as well
    /// are fine.
    ///
    /// ## Why it matters
    /// Passwords can be guessed, and every host with an open port 22 is tried around the clock. In
    /// the cloud keys are there from the first boot.
    ///
    /// ## Remediation
    /// Set `PasswordAuthentication no` and `KbdInteractiveAuthentication no` in
    /// `/etc/ssh/sshd_config` (and `ssh_pwauth: false` for cloud-init), and reload sshd.
    pub(crate) PASSWORDS {
        id: "HT-SSH-002",
        title: "SSH accepts a password without a key",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(307), Ref::Cwe(308), Ref::Manual("sshd_config(5)"), Ref::AwsSharedAmi],
        judge: passwords,
        passes: |tree| {
            tree.sshd("PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM yes\n");
        },
        fails: |tree| { tree.sshd("PasswordAuthentication yes\n"); },
    }
}

fn passwords(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    Ok(password_alone(sshd)?.map_or(Verdict::Pass, Verdict::fail))
}

/// The settings through which sshd accepts a password and nothing else, if it does.
pub(in crate::checks) fn password_alone(sshd: &Sshd) -> Fact<Option<String>> {
    let methods = sshd.effective("authenticationmethods")?.value;
    let allowed = |method: &str| {
        methods.split_ascii_whitespace().any(|list| {
            list == "any"
                || list
                    .split(',')
                    // `keyboard-interactive:pam` names a device.
                    .all(|step| step.split(':').next() == Some(method))
        })
    };
    if allowed("password")
        && let Some(line) = sshd.any_of("passwordauthentication", &["yes"])?
    {
        return Ok(Some(line));
    }
    if allowed("keyboard-interactive")
        && sshd.any_of("usepam", &["yes"])?.is_some()
        && let Some(line) = sshd.any_of("kbdinteractiveauthentication", &["yes"])?
    {
        return Ok(Some(line));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn accepted(config: &str) -> bool {
        let mut tree = Tree::new();
        tree.sshd(config);
        password_alone(&tree.facts().sshd.unwrap())
            .unwrap()
            .is_some()
    }

    /// "AuthenticationMethods … one or more lists of comma-separated authentication method names,
    /// or … any"
    #[test]
    fn a_key_besides_is_fine() {
        assert!(!accepted("AuthenticationMethods publickey,password\n"));
        assert!(!accepted("AuthenticationMethods publickey"));
        assert!(accepted("AuthenticationMethods publickey password\n"));
        assert!(accepted(
            "UsePAM yes\nPasswordAuthentication no\nAuthenticationMethods keyboard-interactive:pam\n"
        ));
    }

    #[test]
    fn keyboard_interactive_needs_pam() {
        assert!(!accepted("PasswordAuthentication no\n"));
        assert!(accepted("PasswordAuthentication no\nUsePAM yes\n"));
    }
}
