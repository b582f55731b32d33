use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::Facts;
use crate::facts::mac::Mac;

check! {
    /// ## What it checks
    /// SELinux is enforcing, or AppArmor enforces at least one profile. Of an unpacked root
    /// `/etc/selinux/config` and the profiles in `/etc/apparmor.d` are judged.
    ///
    /// ## Why it matters
    /// Without mandatory access control a service that was broken into may do all that its user
    /// may, and one that runs as root everything.
    ///
    /// ## Remediation
    /// Keep what the distribution brings: `SELINUX=enforcing` in `/etc/selinux/config` (Amazon
    /// Linux, RHEL, Fedora), or the packages `apparmor` and `apparmor-profiles` (Debian, Ubuntu,
    /// SUSE), and no `selinux=0` or `apparmor=0` on the kernel's command line.
    pub(crate) NO_MANDATORY_ACCESS_CONTROL {
        id: "HT-KRN-006",
        title: "No mandatory access control is enforced",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.3.1"),
            Ref::amazon_linux_2023("1.6.1.5"),
            Ref::Cwe(693),
            Ref::Manual("selinux_config(5)"),
            Ref::Manual("apparmor(7)"),
        ],
        same_as: [SameAs::About("MACF-6208", "Load AppArmor policies")],
        judge: no_mandatory_access_control,
        passes: |tree| { tree.file("/etc/selinux/config", "SELINUX=enforcing\n"); },
        fails: |tree| { tree.file("/etc/selinux/config", "SELINUX=permissive\n"); },
    }
}

fn no_mandatory_access_control(facts: &Facts) -> Judged {
    match facts.mac.as_ref()? {
        Mac::SeLinux(mode) if mode == "enforcing" => Ok(Verdict::Pass),
        Mac::SeLinux(mode) => Ok(fail(format!("SELinux is {mode}"))),
        Mac::AppArmor(Some(0)) => Ok(fail("AppArmor is there, but enforces no profile")),
        Mac::AppArmor(Some(_)) => Ok(Verdict::Pass),
        Mac::AppArmor(None) => Err(NotJudged::Unknown(
            "AppArmor is on, but this user may not see its profiles".to_owned(),
        )),
        // An unpacked root without either may be a container's, which has no kernel of its own.
        Mac::None if !facts.running && facts.modules.is_err() => Err(NotJudged::NotApplicable(
            "the root has no kernel of its own".to_owned(),
        )),
        Mac::None => Ok(fail("neither SELinux nor AppArmor is there")),
    }
}

fn fail(evidence: impl Into<String>) -> Verdict {
    Verdict::Fail(vec![Fault::new("", evidence)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_running_machine_without_either_is_at_fault() {
        let mut tree = Tree::new();
        tree.running();
        assert!(matches!(
            no_mandatory_access_control(&tree.facts()),
            Ok(Verdict::Fail(_))
        ));
    }
}
