use std::path::Path;

use hardtarget_report::Severity;

use super::{SYSTEM, TEMPORARY, is_in, walked};
use crate::checks::{Fault, Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Every directory that everyone may write to has the sticky bit. Directories inside another
    /// that only its owner can enter do not count.
    ///
    /// ## Why it matters
    /// Without the sticky bit, who may write to a directory may also remove and replace the files
    /// of others in it: root's scripts and a service's sockets included.
    ///
    /// ## Remediation
    /// Run `chmod o-w DIRECTORY`; where everyone must put files there, `chmod +t DIRECTORY`.
    pub(crate) UNSTICKY_DIRECTORY {
        id: "HT-FS-003",
        title: "A directory open to everyone lacks the sticky bit",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.1.11"),
            Ref::Cwe(732),
            Ref::Cwe(379),
            Ref::Manual("inode(7)"),
        ],
        same_as: [SameAs::Each("FILE-6362"), SameAs::Each("FILE-6363")],
        judge: unsticky_directory,
        passes: |tree| { tree.dir("/tmp").mode("/tmp", 0o1777); },
        fails: |tree| { tree.dir("/srv/drop").mode("/srv/drop", 0o777); },
    }
}

fn unsticky_directory(facts: &Facts) -> Judged {
    let walk = facts.walk.as_ref()?;
    let faults = walk
        .unsticky_directories
        .iter()
        .filter(|entry| is_shared(&entry.path) || !is_in(&entry.path, &TEMPORARY))
        .map(|entry| {
            let severity = if is_shared(&entry.path) || is_in(&entry.path, &SYSTEM) {
                Severity::High
            } else {
                Severity::Medium
            };
            Fault::at(&entry.path, entry.permissions()).severity(severity)
        })
        .collect();
    walked(walk, faults)
}

/// Directories that all users and services share.
fn is_shared(path: &Path) -> bool {
    ["/tmp", "/var/tmp", "/dev/shm", "/run/lock"]
        .iter()
        .any(|shared| path == Path::new(shared))
}
