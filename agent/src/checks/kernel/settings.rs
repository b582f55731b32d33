use hardtarget_report::Severity;

use super::rules::{self, Good, Rule};
use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The kernel's settings against exploitation: address space randomisation, who may trace
    /// processes, load BPF programs, read kernel addresses and the kernel log, and follow links or
    /// open FIFOs that others planted in `/tmp`. On a running machine `/proc/sys` counts; of an
    /// unpacked root, what `sysctl.d` sets.
    ///
    /// ## Why it matters
    /// None of these lets anyone in. Each takes away a step that exploits of local bugs rely on, so
    /// that a service that was broken into stays a service and does not become root.
    ///
    /// ## Remediation
    /// Put the values named as good into a file such as `/etc/sysctl.d/60-hardening.conf`, a
    /// `KEY = VALUE` a line, and run `sysctl --system`.
    pub(crate) LAX_KERNEL_SETTINGS {
        id: "HT-KRN-001",
        title: "A kernel setting leaves exploitation easy",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.5.1"),
            Ref::debian_12("1.5.2"),
            Ref::Cwe(1188),
            Ref::Manual("sysctl.d(5)"),
            Ref::Page(
                "Linux kernel documentation: sysctl/kernel",
                "https://docs.kernel.org/admin-guide/sysctl/kernel.html",
            ),
            Ref::Page(
                "Linux kernel documentation: sysctl/fs",
                "https://docs.kernel.org/admin-guide/sysctl/fs.html",
            ),
        ],
        same_as: [SameAs::Lines("KRNL-6000")],
        judge: lax_kernel_settings,
        passes: |tree| { rules::good_machine(tree, RULES); },
        fails: |tree| {
            rules::good_machine(tree, RULES);
            tree.file("/proc/sys/kernel/randomize_va_space", "0\n");
        },
    }
}

const RULES: &[Rule] = &[
    Rule {
        name: "dev.tty.ldisc_autoload",
        keys: &["dev.tty.ldisc_autoload"],
        good: Good::Is(0),
        severity: Severity::Low,
        means: "any user can make the kernel load old terminal drivers",
    },
    Rule {
        name: "fs.protected_fifos",
        keys: &["fs.protected_fifos"],
        good: Good::AtLeast(1),
        severity: Severity::Low,
        means: "a program can be tricked into writing to a FIFO that another user planted in /tmp",
    },
    Rule {
        name: "fs.protected_hardlinks",
        keys: &["fs.protected_hardlinks"],
        good: Good::Is(1),
        severity: Severity::Medium,
        means: "users can make hard links to files that are not theirs, set-user-id programs included",
    },
    Rule {
        name: "fs.protected_regular",
        keys: &["fs.protected_regular"],
        good: Good::AtLeast(1),
        severity: Severity::Low,
        means: "a program can be tricked into writing to a file that another user planted in /tmp",
    },
    Rule {
        name: "fs.protected_symlinks",
        keys: &["fs.protected_symlinks"],
        good: Good::Is(1),
        severity: Severity::Medium,
        means: "a program that writes to /tmp can be led to any file by a symbolic link",
    },
    Rule {
        name: "kernel.dmesg_restrict",
        keys: &["kernel.dmesg_restrict"],
        good: Good::Is(1),
        severity: Severity::Low,
        means: "every user reads the kernel log, addresses in it included",
    },
    Rule {
        name: "kernel.kexec_load_disabled",
        keys: &["kernel.kexec_load_disabled"],
        good: Good::Is(1),
        severity: Severity::Low,
        means: "root can replace the running kernel by another",
    },
    Rule {
        name: "kernel.kptr_restrict",
        keys: &["kernel.kptr_restrict"],
        good: Good::AtLeast(1),
        severity: Severity::Low,
        means: "kernel addresses are shown to programs",
    },
    Rule {
        name: "kernel.perf_event_paranoid",
        keys: &["kernel.perf_event_paranoid"],
        good: Good::AtLeast(2),
        severity: Severity::Low,
        means: "every user may measure the kernel",
    },
    Rule {
        name: "kernel.randomize_va_space",
        keys: &["kernel.randomize_va_space"],
        good: Good::Is(2),
        severity: Severity::Medium,
        means: "addresses in programs can be foretold",
    },
    Rule {
        name: "kernel.unprivileged_bpf_disabled",
        keys: &["kernel.unprivileged_bpf_disabled"],
        good: Good::AtLeast(1),
        severity: Severity::Medium,
        means: "every user may load BPF programs into the kernel",
    },
    Rule {
        name: "kernel.yama.ptrace_scope",
        keys: &["kernel.yama.ptrace_scope"],
        good: Good::AtLeast(1),
        severity: Severity::Low,
        means: "a program can read the memory of all others of its user",
    },
    Rule {
        name: "net.core.bpf_jit_harden",
        keys: &["net.core.bpf_jit_harden"],
        good: Good::AtLeast(1),
        severity: Severity::Low,
        means: "BPF programs of users are compiled without hardening",
    },
    Rule {
        name: "vm.mmap_min_addr",
        keys: &["vm.mmap_min_addr"],
        good: Good::AtLeast(4096),
        severity: Severity::Medium,
        means: "programs can map the zero page, which makes null pointers in the kernel usable",
    },
    Rule {
        name: "vm.unprivileged_userfaultfd",
        keys: &["vm.unprivileged_userfaultfd"],
        good: Good::Is(0),
        severity: Severity::Low,
        means: "every user can hold up the kernel in the middle of a copy",
    },
];

fn lax_kernel_settings(facts: &Facts) -> Judged {
    let sysctl = facts.sysctl.as_ref()?;
    // Hardening 1 concerns the programs of users only.
    let users_load_bpf = sysctl
        .number("kernel.unprivileged_bpf_disabled")
        .unwrap_or(0)
        == 0;
    rules::judge(
        facts,
        RULES
            .iter()
            .filter(move |rule| users_load_bpf || rule.name != "net.core.bpf_jit_harden"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{NotJudged, Verdict};
    use crate::facts::tree::Tree;

    #[test]
    fn an_unpacked_root_is_judged_by_its_files_and_is_unknown_without() {
        let mut tree = Tree::new();
        tree.file("/etc/sysctl.d/10.conf", "fs.protected_symlinks = 1\n");
        assert!(matches!(
            lax_kernel_settings(&tree.facts()),
            Err(NotJudged::Unknown(_))
        ));
        tree.file("/etc/sysctl.d/20.conf", "fs.protected_symlinks = 0\n");
        let Ok(Verdict::Fail(faults)) = lax_kernel_settings(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].subject, "fs.protected_symlinks");
        assert!(faults[0].evidence[0].contains("/etc/sysctl.d/20.conf"));
        assert_eq!(faults[0].severity, Some(Severity::Medium));
    }
}
