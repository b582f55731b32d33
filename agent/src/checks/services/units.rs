use crate::checks::{Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// systemd's units, their drop-ins and the programs that they run as root, with every directory
    /// and link on the way to them, can be changed by root alone. A group without members does not
    /// count.
    ///
    /// ## Why it matters
    /// systemd runs these as root at the next start. Whoever can write to one of them, or replace
    /// it in its directory, is root then.
    ///
    /// ## Remediation
    /// Run `chown root:root` and `chmod go-w` on what the evidence names. A program that an
    /// application's own user must update belongs into a unit with `User=`.
    pub(crate) WRITABLE_UNIT {
        id: "HT-SVC-001",
        title: "A systemd unit or its program can be changed by others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(732),
            Ref::Manual("systemd.unit(5)"),
            Ref::Page("MITRE ATT&CK T1543.002", "https://attack.mitre.org/techniques/T1543/002/"),
        ],
        judge: writable_unit,
        passes: |tree| {
            tree.file("/etc/systemd/system/app.service", "[Service]\nExecStart=/opt/app/run\n")
                .file("/opt/app/run", "");
        },
        fails: |tree| {
            tree.file("/etc/systemd/system/app.service", "[Service]\nExecStart=/opt/app/run\n")
                .file("/opt/app/run", "")
                .mode("/opt/app", 0o777);
        },
    }
}

fn writable_unit(facts: &Facts) -> Judged {
    super::judge(facts.units.as_ref()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Verdict;
    use crate::facts::tree::Tree;
    use hardtarget_report::Severity;

    #[test]
    fn a_program_of_another_user_is_high_and_one_open_to_everyone_critical() {
        let mut tree = Tree::new();
        tree.file(
            "/usr/lib/systemd/system/a.service",
            "[Service]\nExecStart=/opt/a\n",
        )
        .file("/opt/a", "")
        .owner("/opt/a", 1000, 1000);
        let Ok(Verdict::Fail(faults)) = writable_unit(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(
            (faults[0].subject.as_str(), faults[0].severity),
            ("/opt/a", None)
        );
        tree.mode("/opt/a", 0o777);
        let Ok(Verdict::Fail(faults)) = writable_unit(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].severity, Some(Severity::Critical));
        assert!(faults[0].evidence[1].contains("a.service names it"));
    }
}
