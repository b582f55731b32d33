use hardtarget_report::Severity::{self, High, Low, Medium};

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The kernel's command line switches no protection off: SELinux, AppArmor, audit,
    /// randomised addresses, non-executable memory, SMEP and SMAP, signatures of modules, and it
    /// starts no shell in place of init. Mitigations of processor vulnerabilities are looked at by
    /// HT-KRN-004 on a running machine, and here for an unpacked root, whose boot loader's files
    /// and `/etc/default/grub` count.
    ///
    /// ## Why it matters
    /// A word added for a test stays in the image, and every instance of it runs without the
    /// protection that its other settings promise.
    ///
    /// ## Remediation
    /// Remove the word from `GRUB_CMDLINE_LINUX` in `/etc/default/grub` and run `update-grub`, or
    /// `grubby --update-kernel=ALL --remove-args=WORD`.
    pub(crate) WEAK_COMMAND_LINE {
        id: "HT-BOOT-004",
        title: "The kernel's command line switches a protection off",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.3.1.2"),
            Ref::ubuntu_2204("1.3.1.2"),
            Ref::amazon_linux_2023("1.6.1.2"),
            Ref::Cwe(1188),
            Ref::Page(
                "Linux kernel documentation: command line",
                "https://docs.kernel.org/admin-guide/kernel-parameters.html",
            ),
        ],
        judge: weak_command_line,
        passes: |tree| {
            tree.file("/boot/grub/grub.cfg", "linux /vmlinuz root=/dev/sda1 init=/usr/lib/systemd/systemd\n");
        },
        fails: |tree| { tree.file("/boot/grub/grub.cfg", "linux /vmlinuz root=/dev/sda1 selinux=0\n"); },
    }
}

const WORDS: [(&str, Severity, &str); 20] = [
    ("apparmor=0", Medium, "AppArmor is off"),
    ("audit=0", Low, "nothing is audited"),
    ("enforcing=0", Medium, "SELinux only warns"),
    (
        "iomem=relaxed",
        Medium,
        "programs of root reach the memory of devices in use",
    ),
    ("lsm=", Medium, "no security module is on"),
    ("module.sig_enforce=0", Low, "modules need no signature"),
    ("noexec=off", Medium, "data can be run"),
    ("nokaslr", Low, "the kernel lies where everyone expects it"),
    ("nopku", Low, "protection keys are off"),
    (
        "norandmaps",
        Medium,
        "programs lie where everyone expects them",
    ),
    (
        "nosmap",
        Medium,
        "the kernel reads what users prepared for it",
    ),
    (
        "nosmep",
        Medium,
        "the kernel runs what users prepared for it",
    ),
    ("rd.break", High, "the start stops at a shell of root"),
    ("rw.break", High, "the start stops at a shell of root"),
    ("security=none", Medium, "no security module is on"),
    ("selinux=0", Medium, "SELinux is off"),
    (
        "systemd.debug-shell",
        High,
        "a terminal has a shell of root",
    ),
    (
        "systemd.debug-shell=1",
        High,
        "a terminal has a shell of root",
    ),
    (
        "systemd.debug_shell",
        High,
        "a terminal has a shell of root",
    ),
    (
        "vsyscall=native",
        Low,
        "a page at a known address can be used in exploits",
    ),
];

/// What `init=` and `rdinit=` may be.
fn is_init(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    matches!(name, "systemd" | "openrc-init" | "runit-init" | "preinit") || name.contains("init")
}

fn weak_command_line(facts: &Facts) -> Judged {
    let words = super::kernel_words(facts)?;
    let mut faults: Vec<Fault> = Vec::new();
    for (word, source) in words {
        let known = WORDS.iter().find(|(name, ..)| *name == word);
        let (severity, means) = match (known, word.split_once('=')) {
            (Some((_, severity, means)), _) => (*severity, *means),
            (_, Some(("init" | "rdinit", program))) if !is_init(program) => {
                (High, "this runs as root in place of init")
            }
            _ if !facts.running && crate::checks::kernel::cpu::OFF.contains(&word) => {
                (Medium, "a processor vulnerability is not mitigated")
            }
            _ => continue,
        };
        if !faults.iter().any(|fault| fault.subject == word) {
            let fault = Fault::new(word, format!("{source} has {word}"));
            faults.push(fault.and(means).severity(severity));
        }
    }
    Ok(Verdict::from_faults(faults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn the_running_kernel_counts_and_its_mitigations_are_another_checks() {
        let mut tree = Tree::new();
        tree.running()
            .file("/boot/grub/grub.cfg", "linux /vmlinuz selinux=0\n")
            .file(
                "/proc/cmdline",
                "ro mitigations=off init=/bin/bash audit=1\n",
            );
        let Ok(Verdict::Fail(faults)) = weak_command_line(&tree.facts()) else {
            panic!("no fault");
        };
        let subjects: Vec<&str> = faults.iter().map(|fault| fault.subject.as_str()).collect();
        assert_eq!(subjects, ["init=/bin/bash"]);
    }
}
