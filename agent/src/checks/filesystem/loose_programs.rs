use super::walked;
use crate::checks::{Fault, Judged, Ref};
use crate::facts::Facts;
use crate::facts::owned_files::Origin;

check! {
    /// ## What it checks
    /// Files in the directories of programs, libraries and kernels (`/usr/bin`, `/usr/lib`,
    /// `/usr/local/sbin`, `/boot`, …) belong to root, and no other group may write to them. Set-id
    /// programs that a package ships for another owner do not count; files open to everyone are
    /// HT-FS-002's.
    ///
    /// ## Why it matters
    /// Root and every service run these files. Whoever owns one of them decides what root does
    /// next.
    ///
    /// ## Remediation
    /// Run `chown root:root FILE` and `chmod g-w FILE`; install programs of single users below
    /// their home directories or `/opt`.
    pub(crate) LOOSE_PROGRAM {
        id: "HT-FS-007",
        title: "A program or library can be changed by others than root",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(732), Ref::Cwe(282)],
        judge: loose_program,
        passes: |tree| { tree.file("/usr/bin/tool", "").mode("/usr/bin/tool", 0o755); },
        fails: |tree| {
            tree.file("/usr/bin/tool", "").owner("/usr/bin/tool", 1000, 1000);
        },
    }
}

fn loose_program(facts: &Facts) -> Judged {
    let walk = facts.walk.as_ref()?;
    let shipped_so = |path| {
        facts.owned_files.as_ref().is_ok_and(|owned| {
            matches!(
                owned.origin(path),
                Some(Origin::Packaged | Origin::PackagedSetId)
            )
        })
    };
    let faults = walk
        .loose_programs
        .iter()
        .filter(|entry| entry.mode & 0o6000 == 0 || !shipped_so(&entry.path))
        .map(|entry| Fault::at(&entry.path, entry.permissions()))
        .collect();
    walked(walk, faults)
}
