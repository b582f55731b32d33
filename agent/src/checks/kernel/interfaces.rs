use hardtarget_report::Severity;

use super::rules::{self, Good, Rule};
use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;
use crate::facts::sysctl::Sysctl;

check! {
    /// ## What it checks
    /// Users without privileges cannot make user namespaces of their own, use io_uring or listen
    /// on ports below 1024, and the keyboard's SysRq keys cannot do everything.
    ///
    /// ## Why it matters
    /// Each of them opens much of the kernel to every user, and most ways from a user to root of
    /// the last years went through user namespaces or io_uring. Containers without root and the
    /// sandboxes of browsers need the former, hence for information only.
    ///
    /// ## Remediation
    /// `user.max_user_namespaces = 0` (Debian: `kernel.unprivileged_userns_clone = 0`),
    /// `kernel.io_uring_disabled = 2` and `kernel.sysrq = 0` in a file of `/etc/sysctl.d`, where
    /// nothing on the machine needs them.
    pub(crate) OPEN_KERNEL_INTERFACES {
        id: "HT-KRN-011",
        title: "Every user may use kernel interfaces that few programs need",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(1125),
            Ref::Manual("user_namespaces(7)"),
            Ref::Page(
                "Linux kernel documentation: sysctl/kernel",
                "https://docs.kernel.org/admin-guide/sysctl/kernel.html",
            ),
        ],
        same_as: [SameAs::Lines("KRNL-6000")],
        judge: open_kernel_interfaces,
        passes: |tree| {
            rules::good_machine(tree, RULES);
            tree.file("/proc/sys/user/max_user_namespaces", "0\n");
        },
        fails: |tree| {
            rules::good_machine(tree, RULES);
            tree.file("/proc/sys/kernel/io_uring_disabled", "0\n");
        },
    }
}

const RULES: &[Rule] = &[
    Rule {
        name: "kernel.io_uring_disabled",
        keys: &["kernel.io_uring_disabled"],
        good: Good::AtLeast(1),
        severity: Severity::Info,
        means: "every user may use io_uring",
    },
    Rule {
        name: "net.ipv4.ip_unprivileged_port_start",
        keys: &["net.ipv4.ip_unprivileged_port_start"],
        good: Good::AtLeast(1024),
        severity: Severity::Info,
        means: "a user's program can take the place of a service that stopped",
    },
];

fn open_kernel_interfaces(facts: &Facts) -> Judged {
    let sysctl = facts.sysctl.as_ref()?;
    let mut faults: Vec<Fault> = user_namespaces(sysctl).into_iter().collect();
    if sysctl.number("kernel.sysrq") == Some(1) {
        let fault = Fault::new("kernel.sysrq", "kernel.sysrq is 1: all keys are on");
        faults.push(fault.severity(Severity::Low));
    }
    match rules::judge(facts, RULES.iter()) {
        Ok(Verdict::Fail(more)) => faults.extend(more),
        other if faults.is_empty() => return other,
        _ => {}
    }
    Ok(Verdict::Fail(faults))
}

/// Any of three settings closes them; the first is everywhere, the others with Debian and Ubuntu.
fn user_namespaces(sysctl: &Sysctl) -> Option<Fault> {
    let max = sysctl.number("user.max_user_namespaces")?;
    let closed = max == 0
        || sysctl.number("kernel.unprivileged_userns_clone") == Some(0)
        || sysctl.number("kernel.apparmor_restrict_unprivileged_userns") == Some(1);
    (!closed).then(|| {
        Fault::new(
            "user namespaces",
            "user.max_user_namespaces is not 0, and no other setting keeps users from making them",
        )
    })
}
