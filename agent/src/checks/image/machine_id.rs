use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// `/etc/machine-id` is missing, empty or `uninitialized` in an image, or was made after this
    /// boot.
    ///
    /// ## Why it matters
    /// Every instance of the image would have the same identity: DHCP leases, journals and
    /// everything derived from the machine id collide, and application ids derived from it can be
    /// foretold.
    ///
    /// ## Remediation
    /// As the last step of the build run `truncate -s 0 /etc/machine-id` and remove
    /// `/var/lib/dbus/machine-id`; systemd makes a new one at first boot.
    pub(crate) BAKED_MACHINE_ID {
        id: "HT-IMG-015",
        title: "A machine id is baked into the image",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Manual("machine-id(5)")],
        judge: baked_machine_id,
        passes: |tree| { tree.file("/etc/machine-id", "uninitialized\n"); },
        fails: |tree| { tree.file("/etc/machine-id", "0123456789abcdef0123456789abcdef\n"); },
    }
}

fn baked_machine_id(facts: &Facts) -> Judged {
    let machine_id = facts.machine_id.as_ref()?;
    if machine_id.value.len() != 32 || facts.made_since_boot(machine_id.changed) {
        return Ok(Verdict::Pass);
    }
    Ok(Verdict::fail("/etc/machine-id holds an id"))
}
