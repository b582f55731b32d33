use crate::checks::{Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The kernel refuses modules without a valid signature
    /// (`/sys/module/module/parameters/sig_enforce`, or lockdown, or loading is disabled
    /// altogether).
    ///
    /// ## Why it matters
    /// A kernel module is the place where a rootkit hides from everything that runs above it. With
    /// signatures enforced, being root is not enough to load one.
    ///
    /// ## Remediation
    /// Add `module.sig_enforce=1` to the kernel's command line, once every module you build
    /// yourself (DKMS) is signed with an enrolled key; Secure Boot with lockdown does the same.
    pub(crate) UNSIGNED_MODULES {
        id: "HT-KRN-008",
        title: "The kernel accepts modules without a signature",
        severity: Low,
        scope: Running,
        since: "0.1.0",
        references: [
            Ref::Cwe(347),
            Ref::Page(
                "Linux kernel documentation: module signing",
                "https://docs.kernel.org/admin-guide/module-signing.html",
            ),
        ],
        judge: unsigned_modules,
        passes: |tree| {
            tree.running()
                .file("/proc/cmdline", "quiet\n")
                .file("/proc/modules", "")
                .file("/sys/module/module/parameters/sig_enforce", "Y\n");
        },
        fails: |tree| {
            tree.running()
                .file("/proc/cmdline", "quiet\n")
                .file("/proc/modules", "")
                .file("/sys/module/module/parameters/sig_enforce", "N\n");
        },
    }
}

fn unsigned_modules(facts: &Facts) -> Judged {
    let lockdown = facts.lockdown.as_ref()?;
    if !lockdown.has_modules {
        return Err(NotJudged::NotApplicable(
            "this kernel loads no modules".to_owned(),
        ));
    }
    let locked = lockdown.mode.as_deref().is_some_and(|mode| mode != "none");
    let disabled = facts
        .sysctl
        .as_ref()
        .is_ok_and(|sysctl| sysctl.number("kernel.modules_disabled") == Some(1));
    Ok(match lockdown.module_signatures {
        _ if locked || disabled => Verdict::Pass,
        Some(true) => Verdict::Pass,
        Some(false) => Verdict::fail("/sys/module/module/parameters/sig_enforce is N"),
        None => Verdict::fail("this kernel was built without module signatures"),
    })
}
