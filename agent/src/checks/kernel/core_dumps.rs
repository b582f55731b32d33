use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::Facts;
use crate::facts::sysctl::Setting;

check! {
    /// ## What it checks
    /// Privileged programs leave no core dump that users can read (`fs.suid_dumpable` is not 1),
    /// and other programs leave none beside their data: either `kernel.core_pattern` hands dumps to
    /// a program, or limits.conf has `* hard core 0`.
    ///
    /// ## Why it matters
    /// A core dump holds what the program had in memory: keys, passwords, customers' data. A dump
    /// of a set-user-id program that its caller can read gives away what it alone may know.
    ///
    /// ## Remediation
    /// Set `fs.suid_dumpable = 0` in `/etc/sysctl.d`, and `* hard core 0` in
    /// `/etc/security/limits.d/core.conf`; with systemd also `Storage=none` in
    /// `/etc/systemd/coredump.conf`.
    pub(crate) CORE_DUMPS {
        id: "HT-KRN-007",
        title: "Core dumps may leak what programs hold in memory",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.5.3"),
            Ref::Cwe(528),
            Ref::Manual("core(5)"),
            Ref::Manual("limits.conf(5)"),
        ],
        same_as: [SameAs::About("KRNL-5820", "If not required, consider explicit disabling of core dump in /etc/security/limits.conf file"),
            SameAs::About("KRNL-5820", "Determine if all binaries need to be able to core dump"), SameAs::Lines("KRNL-6000")],
        judge: core_dumps,
        passes: |tree| {
            tree.file("/etc/sysctl.d/a.conf", "fs.suid_dumpable=0\n")
                .file("/etc/security/limits.conf", "* hard core 0\n");
        },
        fails: |tree| { tree.file("/etc/sysctl.d/a.conf", "fs.suid_dumpable = 1\n"); },
    }
}

fn core_dumps(facts: &Facts) -> Judged {
    let sysctl = facts.sysctl.as_ref()?;
    let limit = facts.core_limit.as_ref()?;
    let mut faults = Vec::new();
    let mut unknown = None;
    match sysctl.get("fs.suid_dumpable") {
        Setting::Is { value, source } if value == "1" => faults.push(
            Fault::new(
                "fs.suid_dumpable",
                format!("fs.suid_dumpable is 1 (from {source})"),
            )
            .severity(Severity::Medium),
        ),
        Setting::Unknown(why) => unknown = Some(why),
        _ => {}
    }
    if limit.is_none() {
        match sysctl.get("kernel.core_pattern") {
            Setting::Is { value, source } if !value.is_empty() && !value.starts_with('|') => {
                faults.push(
                    Fault::new(
                        "kernel.core_pattern",
                        format!(
                            "dumps go to files: kernel.core_pattern is {value} (from {source})"
                        ),
                    )
                    .and("no file of limits.conf(5) has `* hard core 0`"),
                );
            }
            Setting::Unknown(why) => unknown = Some(why),
            _ => {}
        }
    }
    match unknown {
        Some(why) if faults.is_empty() => Err(NotJudged::Unknown(why.clone())),
        _ => Ok(Verdict::from_faults(faults)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn files_are_fine_where_no_program_may_dump() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/sys/kernel/core_pattern", "core\n")
            .file("/proc/sys/fs/suid_dumpable", "0\n");
        assert!(matches!(core_dumps(&tree.facts()), Ok(Verdict::Fail(_))));
        tree.file("/etc/security/limits.conf", "* hard core 0\n");
        assert_eq!(core_dumps(&tree.facts()), Ok(Verdict::Pass));
    }

    #[test]
    fn dumps_that_a_program_takes_are_fine() {
        let mut tree = Tree::new();
        tree.running()
            .file(
                "/proc/sys/kernel/core_pattern",
                "|/usr/lib/systemd/systemd-coredump %P\n",
            )
            .file("/proc/sys/fs/suid_dumpable", "2\n");
        assert_eq!(core_dumps(&tree.facts()), Ok(Verdict::Pass));
    }
}
