use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// `ctrl-alt-del.target` is masked, so that the three keys at the console do nothing.
    ///
    /// ## Why it matters
    /// Whoever reaches the console, that of a host of virtual machines included, can restart the
    /// machine without logging in. On EC2 its serial console sends no such keys: for information only.
    ///
    /// ## Remediation
    /// `systemctl mask ctrl-alt-del.target`.
    pub(crate) CONTROL_KEYS {
        id: "HT-SVC-042",
        title: "Ctrl-Alt-Del at the console restarts the machine",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(306), Ref::Manual("systemd.special(7)")],
        judge: control_keys,
        passes: |tree| {
            tree.file("/usr/lib/systemd/systemd", "")
                .link("/etc/systemd/system/ctrl-alt-del.target", "/dev/null");
        },
        fails: |tree| { tree.file("/usr/lib/systemd/systemd", ""); },
    }
}

fn control_keys(facts: &Facts) -> Judged {
    Ok(if facts.local_units.as_ref()?.reboots_on_keys {
        Verdict::fail("ctrl-alt-del.target is not masked in /etc/systemd/system")
    } else {
        Verdict::Pass
    })
}
