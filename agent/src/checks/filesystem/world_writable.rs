use std::path::Path;

use hardtarget_report::Severity;

use super::{SYSTEM, TEMPORARY, is_in, walked};
use crate::checks::{Fault, Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No regular file outside the temporary directories may be written to by everyone. Files in
    /// directories that only their owner can enter do not count.
    ///
    /// ## Why it matters
    /// Any user, and any service that was broken into, can change such a file: a program that root
    /// runs, a configuration that root trusts, or data that others believe.
    ///
    /// ## Remediation
    /// Run `chmod o-w FILE`, and find out what created it so: mostly a careless `chmod -R 777` or a
    /// umask of 0 in the build.
    pub(crate) WORLD_WRITABLE_FILE {
        id: "HT-FS-002",
        title: "A file can be written to by everyone",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [Ref::debian_12("7.1.11"), Ref::Cwe(732), Ref::Manual("chmod(1)")],
        judge: world_writable_file,
        passes: |tree| {
            tree.file("/etc/app.conf", "")
                .file("/tmp/scratch", "")
                .mode("/tmp/scratch", 0o666)
                .file("/root/private/x", "")
                .mode("/root/private/x", 0o666)
                .mode("/root/private", 0o700);
        },
        fails: |tree| { tree.file("/etc/app.conf", "").mode("/etc/app.conf", 0o666); },
    }
}

/// Files that give the machine to whoever can write to them.
const DECISIVE: &[&str] = &[
    "/etc/crontab",
    "/etc/group",
    "/etc/gshadow",
    "/etc/ld.so.preload",
    "/etc/passwd",
    "/etc/profile",
    "/etc/shadow",
    "/etc/sudoers",
];

fn world_writable_file(facts: &Facts) -> Judged {
    let walk = facts.walk.as_ref()?;
    let faults = walk
        .world_writable_files
        .iter()
        .filter(|entry| !is_in(&entry.path, &TEMPORARY))
        .map(|entry| {
            Fault::at(&entry.path, entry.permissions()).severity(severity(&entry.path, entry.mode))
        })
        .collect();
    walked(walk, faults)
}

fn severity(path: &Path, mode: u32) -> Severity {
    if DECISIVE.iter().any(|file| path == Path::new(file)) || path.starts_with("/etc/sudoers.d") {
        Severity::Critical
    } else if mode & 0o111 != 0 || is_in(path, &SYSTEM) {
        Severity::High
    } else {
        Severity::Medium
    }
}
