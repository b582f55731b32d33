use crate::checks::{Fault, Judged, NotJudged, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No update waits for a reboot: the running kernel is the newest installed one of its
    /// flavour, and `/run/reboot-required` is not there.
    ///
    /// ## Why it matters
    /// An update of the kernel or of a library in use protects only after the next boot; until
    /// then the vulnerability stays open while the package list says that it is closed.
    ///
    /// ## Remediation
    /// Reboot. Where the machine was just started from an image, the boot loader picks an old
    /// kernel: see to its default entry (`grub2-set-default`, `update-grub`).
    pub(crate) REBOOT_PENDING {
        id: "HT-UPK-002",
        title: "An update waits for a reboot",
        severity: Medium,
        scope: Running,
        since: "0.1.0",
        references: [],
        same_as: [SameAs::Test("KRNL-5830")],
        judge: reboot_pending,
        passes: |tree| {
            tree.running()
                .file("/proc/sys/kernel/osrelease", "6.1.0-31-amd64\n")
                .file("/boot/vmlinuz-6.1.0-9-amd64", "")
                .file("/boot/vmlinuz-6.1.0-31-amd64", "");
        },
        fails: |tree| {
            tree.running()
                .file("/proc/sys/kernel/osrelease", "6.1.0-9-amd64\n")
                .file("/boot/vmlinuz-6.1.0-9-amd64", "")
                .file("/boot/vmlinuz-6.1.0-31-amd64", "");
        },
    }
}

fn reboot_pending(facts: &Facts) -> Judged {
    let kernels = facts.kernels.as_ref()?;
    let mut faults = Vec::new();
    if let Some(newer) = kernels.newer() {
        faults.push(Fault::new(
            "kernel",
            format!("{} runs, {newer} is installed", kernels.running),
        ));
    }
    if let Some(packages) = &kernels.reboot_asked {
        let mut fault = Fault::new("reboot-required", "/run/reboot-required is there");
        if !packages.is_empty() {
            fault = fault.and(format!("asked for by {}", packages.join(", ")));
        }
        faults.push(fault);
    }
    if faults.is_empty() && kernels.newest().is_none() {
        return Err(NotJudged::NotApplicable(
            "no kernel of the running one's kind is installed".to_owned(),
        ));
    }
    Ok(Verdict::from_faults(faults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_package_may_ask_for_a_reboot() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/sys/kernel/osrelease", "6.8.0-1021-aws\n")
            .file("/run/reboot-required", "*** System restart required ***\n")
            .file("/run/reboot-required.pkgs", "libc6\nlibc6\ndbus\n");
        let Ok(Verdict::Fail(faults)) = reboot_pending(&tree.facts()) else {
            panic!("a reboot is asked for");
        };
        assert_eq!(faults[0].evidence[1], "asked for by dbus, libc6");
    }

    #[test]
    fn a_container_has_no_kernel_of_its_own() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/sys/kernel/osrelease", "6.8.0-1021-aws\n");
        assert!(matches!(
            reboot_pending(&tree.facts()),
            Err(NotJudged::NotApplicable(_))
        ));
    }
}
