use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::pam::{Kind, Stack};

check! {
    /// ## What it checks
    /// No `auth` stack of `login`, `sshd`, `su` or `sudo` is satisfied by `pam_permit` alone: with
    /// the control `sufficient`, or as its only module. Where rules before it may refuse or jump,
    /// this check does not say.
    ///
    /// ## Why it matters
    /// `pam_permit` says yes to everyone. A line left from trying something out, or put there on
    /// purpose, opens the service to whoever knows a name.
    ///
    /// ## Remediation
    /// Remove the line, or restore the file from its package: `pam-auth-update --force` on Debian and
    /// Ubuntu, `authselect apply-changes` on Red Hat's systems.
    pub(crate) PAM_PERMITS_ALL {
        id: "HT-ACC-027",
        title: "PAM lets in whoever asks",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(287),
            Ref::Manual("pam_permit(8)"),
            Ref::Page("MITRE ATT&CK T1556.003", "https://attack.mitre.org/techniques/T1556/003/"),
        ],
        judge: pam_permit,
        passes: |tree| {
            tree.file("/etc/pam.d/login", "auth [success=1] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_permit.so\n");
        },
        fails: |tree| {
            tree.file("/etc/pam.d/login", "auth required pam_env.so\nauth sufficient pam_permit.so\nauth required pam_unix.so\n");
        },
    }
}

fn pam_permit(facts: &Facts) -> Judged {
    let pam = facts.pam.as_ref()?;
    let others = pam.others.as_ref()?;
    let mut faults = Vec::new();
    for (service, stack) in pam.logins.iter().chain(others) {
        if let Some(line) = permits(stack) {
            faults.push(Fault::new(*service, format!("{service}: {line}")));
        }
    }
    Ok(Verdict::from_faults(faults))
}

/// Modules that set something up and say nothing about who someone is.
const SILENT: [&str; 4] = ["pam_env", "pam_faildelay", "pam_keyinit", "pam_umask"];

/// The line that lets everyone in.
fn permits(stack: &Stack) -> Option<String> {
    let mut only = None;
    for rule in &stack.rules {
        let silent = SILENT.contains(&rule.module.as_str());
        if rule.kind != Kind::Auth || silent {
            continue;
        }
        let line = format!("auth {} pam_permit ({})", rule.control, rule.source);
        match (
            rule.module.as_str(),
            rule.control.to_ascii_lowercase().as_str(),
        ) {
            ("pam_permit", "sufficient") => return Some(line),
            ("pam_permit", "required" | "requisite") => only = Some(line),
            // What lets someone in earlier does not keep the others out.
            (_, "sufficient" | "optional") => {}
            _ => return None,
        }
    }
    only
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn only_what_decides_alone_counts() {
        for (text, opens) in [
            ("auth required pam_permit.so\n", true),
            (
                "auth sufficient pam_rootok.so\nauth required pam_permit.so\n",
                true,
            ),
            (
                "auth required pam_unix.so\nauth required pam_permit.so\n",
                false,
            ),
            (
                "auth required pam_unix.so\nauth sufficient pam_permit.so\n",
                false,
            ),
            (
                "auth optional pam_permit.so\nauth required pam_unix.so\n",
                false,
            ),
            (
                "account sufficient pam_permit.so\nauth required pam_unix.so\n",
                false,
            ),
            ("", false),
        ] {
            let mut tree = Tree::new();
            tree.file("/etc/pam.d/sshd", text);
            let judged = pam_permit(&tree.facts());
            assert_eq!(matches!(judged, Ok(Verdict::Fail(_))), opens, "{text}");
        }
    }
}
