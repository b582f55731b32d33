use super::passwords::password_alone;
use crate::checks::{Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Root may not log in over SSH with a password: `PermitRootLogin` is not `yes`, or sshd takes
    /// no passwords at all.
    ///
    /// ## Why it matters
    /// The name is known, so anyone who can reach the port may guess the password of the account
    /// that may do everything, and no log says who it was.
    ///
    /// ## Remediation
    /// Set `PermitRootLogin no` (or `prohibit-password`, if root must log in with a key) in
    /// `/etc/ssh/sshd_config`, above any Match block, and reload sshd.
    pub(crate) ROOT_PASSWORD {
        id: "HT-SSH-001",
        title: "SSH accepts a password for root",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::AwsSharedAmi,
            Ref::debian_12("5.1.20"),
            Ref::amazon_linux_2023("4.2.7"),
            Ref::independent("5.2.10"),
            Ref::Cwe(250),
            Ref::Cwe(307),
            Ref::Manual("sshd_config(5)"),
        ],
        same_as: [SameAs::About("SSH-7408", "PermitRootLogin")],
        judge: root_password,
        passes: |tree| { tree.sshd("PermitRootLogin no\n"); },
        fails: |tree| { tree.sshd("PermitRootLogin yes\n"); },
    }
}

fn root_password(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    let Some(root) = sshd.any_of("permitrootlogin", &["yes"])? else {
        return Ok(Verdict::Pass);
    };
    Ok(password_alone(sshd)?.map_or(Verdict::Pass, |password| {
        Verdict::fail(format!("{root}, {password}"))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn root_with_a_key_only_is_fine() {
        for config in [
            "PermitRootLogin prohibit-password\n",
            "PermitRootLogin forced-commands-only\n",
            "PermitRootLogin yes\nPasswordAuthentication no\n",
            "PermitRootLogin yes\nAuthenticationMethods publickey,password\n",
            "PermitRootLogin no\nPermitRootLogin yes\n",
            "",
        ] {
            let mut tree = Tree::new();
            tree.sshd(config);
            assert_eq!(root_password(&tree.facts()), Ok(Verdict::Pass), "{config}");
        }
    }

    #[test]
    fn keyboard_interactive_is_a_password_too() {
        let mut tree = Tree::new();
        tree.sshd("UsePAM yes\nPermitRootLogin yes\nPasswordAuthentication no\n");
        assert!(matches!(root_password(&tree.facts()), Ok(Verdict::Fail(_))));
    }
}
