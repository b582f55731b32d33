use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No Match block of sshd's configuration allows what the main part forbids: root's login,
    /// passwords, empty passwords, authentication by host, X11 forwarding.
    ///
    /// ## Why it matters
    /// Whoever reads the first lines takes the host for locked down, while the last lines open it
    /// for some users or addresses. `sshd -T` alone does not show it.
    ///
    /// ## Remediation
    /// Remove the setting from the Match block in `/etc/ssh/sshd_config` or
    /// `/etc/ssh/sshd_config.d`, or give those users keys, and reload sshd.
    pub(crate) LOOSE_MATCH_BLOCK {
        id: "HT-SSH-004",
        title: "A Match block of sshd allows what the main part forbids",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(183), Ref::Manual("sshd_config(5)")],
        judge: match_blocks,
        passes: |tree| {
            tree.sshd("PasswordAuthentication yes\nMatch User a\nPasswordAuthentication no\n");
        },
        fails: |tree| {
            tree.sshd("PasswordAuthentication no\nMatch User a\nPasswordAuthentication yes\n");
        },
    }
}

/// A setting's name as written, its loose value, and how bad it is.
const LOOSE: [(&str, &str, Severity); 6] = [
    ("PermitRootLogin", "yes", Severity::High),
    ("PermitEmptyPasswords", "yes", Severity::High),
    ("PasswordAuthentication", "yes", Severity::Medium),
    ("KbdInteractiveAuthentication", "yes", Severity::Medium),
    ("HostbasedAuthentication", "yes", Severity::Medium),
    ("X11Forwarding", "yes", Severity::Low),
];

fn match_blocks(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    let mut faults = Vec::new();
    for block in sshd.matches()? {
        for (name, loose, severity) in LOOSE {
            let keyword = name.to_ascii_lowercase();
            let Some(setting) = block.first(&keyword) else {
                continue;
            };
            if !setting.value.eq_ignore_ascii_case(loose) {
                continue;
            }
            let main = sshd.effective(&keyword)?;
            if !main.is(loose) {
                faults.push(
                    Fault::new(
                        format!("{name} in Match {}", block.criteria),
                        format!(
                            "Match {}: {name} {loose} ({})",
                            block.criteria, setting.source
                        ),
                    )
                    .and(format!("elsewhere: {}", main.line(name)))
                    .severity(severity),
                );
            }
        }
    }
    Ok(Verdict::from_faults(faults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn what_the_main_part_allows_already_is_no_fault_of_the_block() {
        let mut tree = Tree::new();
        tree.sshd("Match User a\nPasswordAuthentication yes\nPermitRootLogin yes\n");
        let Ok(Verdict::Fail(faults)) = match_blocks(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].subject, "PermitRootLogin in Match User a");
        assert_eq!(faults[0].severity, Some(Severity::High));
    }
}
