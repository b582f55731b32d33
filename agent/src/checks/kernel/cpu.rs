use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The kernel reports none of the processor's vulnerabilities as `Vulnerable`
    /// (`/sys/devices/system/cpu/vulnerabilities`), and its command line turns no mitigation off.
    ///
    /// ## Why it matters
    /// Programs, containers and guests on the same processor can read memory that is not theirs:
    /// keys and passwords of others.
    ///
    /// ## Remediation
    /// Remove `mitigations=off` and its like from the kernel's command line, and install the current
    /// kernel. Where the kernel says that microcode is missing: in a cloud only the provider can
    /// give it, so compare with another instance type; elsewhere install the microcode package.
    pub(crate) VULNERABLE_CPU {
        id: "HT-KRN-004",
        title: "A processor vulnerability is not mitigated",
        severity: Medium,
        scope: Running,
        since: "0.1.0",
        references: [
            Ref::Cwe(1303),
            Ref::Page(
                "Linux kernel documentation: hardware vulnerabilities",
                "https://docs.kernel.org/admin-guide/hw-vuln/index.html",
            ),
        ],
        judge: vulnerable_cpu,
        passes: |tree| {
            tree.running()
                .file("/sys/devices/system/cpu/vulnerabilities/meltdown", "Mitigation: PTI\n")
                .file("/sys/devices/system/cpu/vulnerabilities/srbds", "Not affected\n");
        },
        fails: |tree| {
            tree.running().file(
                "/sys/devices/system/cpu/vulnerabilities/mds",
                "Vulnerable: Clear CPU buffers attempted, no microcode\n",
            );
        },
    }
}

/// Words on the kernel's command line that turn mitigations off, kernel-parameters.
pub(in crate::checks) const OFF: &[&str] = &[
    "l1tf=off",
    "mds=off",
    "mitigations=off",
    "mmio_stale_data=off",
    "nopti",
    "nospec_store_bypass_disable",
    "nospectre_v1",
    "nospectre_v2",
    "pti=off",
    "retbleed=off",
    "spec_store_bypass_disable=off",
    "spectre_v2=off",
    "tsx_async_abort=off",
];

fn vulnerable_cpu(facts: &Facts) -> Judged {
    let mut faults: Vec<Fault> = facts
        .lockdown
        .iter()
        .flat_map(|lockdown| &lockdown.command_line)
        .filter(|word| OFF.contains(&word.as_str()))
        .map(|word| Fault::new(word.as_str(), format!("/proc/cmdline has {word}")))
        .collect();
    match &facts.cpu {
        Ok(states) => faults.extend(
            states
                .iter()
                .filter(|(_, state)| state.starts_with("Vulnerable"))
                .map(|(name, state)| Fault::new(name.as_str(), format!("{name}: {state}"))),
        ),
        Err(gap) if faults.is_empty() => return Err(NotJudged::from(gap)),
        Err(_) => {}
    }
    Ok(Verdict::from_faults(faults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_mitigation_turned_off_by_hand_is_named() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/cmdline", "root=/dev/sda1 mitigations=off quiet\n");
        assert_eq!(
            vulnerable_cpu(&tree.facts()),
            Ok(Verdict::Fail(vec![Fault::new(
                "mitigations=off",
                "/proc/cmdline has mitigations=off"
            )]))
        );
    }
}
