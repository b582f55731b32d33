use super::walked;
use crate::checks::{Fault, Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Every file and directory has an owner and a group that exist in `/etc/passwd` and
    /// `/etc/group`. Of a whole tree only the top is named. Ids of containers (`/etc/subuid`) and of
    /// systemd's dynamic users count as known, and so do all from 1000 on where accounts come from
    /// a directory service.
    ///
    /// ## Why it matters
    /// The next account that is made may get this very number, and with it the files: often an
    /// archive unpacked as root during the build, with the ids of whoever packed it.
    ///
    /// ## Remediation
    /// Run `chown root:root` on them, or remove them; unpack archives with `tar --no-same-owner`.
    pub(crate) UNOWNED_FILE {
        id: "HT-FS-006",
        title: "A file belongs to a user or group that does not exist",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::debian_12("7.1.12"), Ref::Cwe(282)],
        judge: unowned_file,
        passes: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
                .file("/etc/group", "root:x:0:\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
                .file("/etc/group", "root:x:0:\n")
                .file("/opt/app/bin/app", "")
                .owner("/opt/app", 4711, 4711);
        },
    }
}

fn unowned_file(facts: &Facts) -> Judged {
    let walk = facts.walk.as_ref()?;
    let faults = walk
        .unowned
        .iter()
        .filter(|entry| !super::is_in(&entry.path, &super::TEMPORARY))
        .map(|entry| {
            let fault = Fault::at(&entry.path, entry.permissions());
            if super::is_in(
                &entry.path,
                &["/etc", "/usr", "/bin", "/sbin", "/lib", "/boot"],
            ) {
                fault.severity(hardtarget_report::Severity::Medium)
            } else {
                fault
            }
        })
        .collect();
    walked(walk, faults)
}
