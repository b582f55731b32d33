use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// A machine that was booted by UEFI has Secure Boot on, and its kernel is in lockdown mode
    /// (`integrity` or `confidentiality`). A machine booted by BIOS can have neither and is passed
    /// over.
    ///
    /// ## Why it matters
    /// Whoever becomes root can otherwise change the boot loader, the kernel or its memory, and
    /// stay there unseen across updates.
    ///
    /// ## Remediation
    /// Register the image with UEFI boot mode and Secure Boot keys (on EC2: `--boot-mode uefi` and
    /// `--uefi-data`), with a signed boot loader and kernel; most distributions then turn lockdown
    /// on by themselves, or add `lockdown=integrity` to the kernel's command line.
    pub(crate) NO_LOCKDOWN {
        id: "HT-KRN-005",
        title: "Secure Boot or kernel lockdown is off",
        severity: Low,
        scope: Running,
        since: "0.1.0",
        references: [
            Ref::Cwe(1326),
            Ref::Manual("kernel_lockdown(7)"),
            Ref::Page(
                "AWS: UEFI Secure Boot for EC2 instances",
                "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/uefi-secure-boot.html",
            ),
        ],
        judge: no_lockdown,
        passes: |tree| { uefi_machine(tree, 1, "none [integrity] confidentiality\n"); },
        fails: |tree| { uefi_machine(tree, 0, "[none] integrity confidentiality\n"); },
    }
}

#[cfg(test)]
fn uefi_machine(tree: &mut crate::facts::tree::Tree, state: u8, lockdown: &str) {
    tree.running()
        .file("/proc/cmdline", "quiet\n")
        .file(
            "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
            [6, 0, 0, 0, state],
        )
        .file("/sys/kernel/security/lockdown", lockdown);
}

fn no_lockdown(facts: &Facts) -> Judged {
    let lockdown = facts.lockdown.as_ref()?;
    if !lockdown.uefi {
        return Err(NotJudged::NotApplicable(
            "the machine was booted by BIOS".to_owned(),
        ));
    }
    let mut faults = Vec::new();
    if lockdown.secure_boot == Some(false) {
        faults.push(Fault::new(
            "secure boot",
            "the UEFI variable SecureBoot is 0",
        ));
    }
    if lockdown.mode.as_deref() == Some("none") {
        faults.push(
            Fault::new("lockdown", "/sys/kernel/security/lockdown says none")
                .severity(Severity::Info),
        );
    }
    match (lockdown.secure_boot, &lockdown.mode) {
        _ if !faults.is_empty() => Ok(Verdict::Fail(faults)),
        (Some(_), Some(_)) => Ok(Verdict::Pass),
        (None, _) => Err(NotJudged::Unknown(
            "the UEFI variable SecureBoot cannot be read".to_owned(),
        )),
        (_, None) => Err(NotJudged::Unknown(
            "/sys/kernel/security/lockdown cannot be read".to_owned(),
        )),
    }
}
