use std::path::Path;

use hardtarget_report::Severity;

use super::secrets::secrets;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::secrets::Kind;

check! {
    /// ## What it checks
    /// No line of `/etc/fstab` has a password among its options (`password=`, `pass=`) or in an address.
    ///
    /// ## Why it matters
    /// Everyone on the machine may read `/etc/fstab`, and with the image everyone who has it: the password
    /// opens the file server to them.
    ///
    /// ## Remediation
    /// Change the password. Use `credentials=FILE` with a file of mode 0600 that is made at the first
    /// boot.
    pub(crate) MOUNT_PASSWORD {
        id: "HT-IMG-033",
        title: "A password of a file server stands in /etc/fstab",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(260), Ref::Cwe(522), Ref::Manual("mount.cifs(8)")],
        judge: judge,
        passes: |tree| { tree.file("/etc/fstab", "//nas/a /mnt cifs credentials=/etc/cifs 0 0\n"); },
        fails: |tree| { tree.file("/etc/fstab", "//nas/a /mnt cifs username=a,password=b 0 0\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    secrets(facts, &[(Kind::Password, Severity::High)], |path| {
        path == Path::new("/etc/fstab")
    })
}
