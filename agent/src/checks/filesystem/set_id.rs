use std::path::Path;

use hardtarget_report::Severity;

use super::known_programs::{OPEN_DOORS, USUAL};
use super::walked;
use crate::checks::{Fault, Judged, Ref};
use crate::facts::Facts;
use crate::facts::owned_files::Origin;
use crate::facts::walk::Entry;

check! {
    /// ## What it checks
    /// Every set-user-id and set-group-id program belongs to a package that ships it so. Where the
    /// package database knows no modes (dpkg), a packaged program must also be one of those that
    /// distributions are known to ship with the bit.
    ///
    /// ## Why it matters
    /// Whoever runs a set-user-id program acts as its owner, mostly root. One that an administrator
    /// or an intruder added was never reviewed for that; a shell or interpreter with the bit is
    /// root for everyone.
    ///
    /// ## Remediation
    /// Take the bits away with `chmod ug-s FILE`, or remove the file. If a program needs one
    /// privilege, give it a capability (setcap(8)) or a sudo rule instead.
    pub(crate) FOREIGN_SET_ID {
        id: "HT-FS-001",
        title: "A set-id program is not one of the distribution's own",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.1.13"),
            Ref::Cwe(250),
            Ref::Cwe(732),
            Ref::Manual("inode(7)"),
        ],
        judge: foreign_set_id,
        passes: |tree| {
            tree.file("/usr/bin/su", "")
                .mode("/usr/bin/su", 0o4755)
                .file("/var/lib/dpkg/info/util-linux.list", "/bin/su\n");
        },
        fails: |tree| {
            tree.file("/usr/local/bin/backup", "")
                .mode("/usr/local/bin/backup", 0o4755)
                .file("/var/lib/dpkg/info/util-linux.list", "/bin/su\n");
        },
    }
}

fn foreign_set_id(facts: &Facts) -> Judged {
    let walk = facts.walk.as_ref()?;
    let mut faults = Vec::new();
    for entry in &walk.set_id {
        // Without the group's execute bit, set-group-id means locking, not privilege.
        let set_uid = entry.mode & 0o4000 != 0;
        let set_gid = entry.mode & 0o2010 == 0o2010;
        if !set_uid && !set_gid {
            continue;
        }
        let (standing, said) = standing(facts, &entry.path);
        let writable = entry.mode & 0o0002 != 0 || (entry.mode & 0o0020 != 0 && entry.gid != 0);
        if standing == Standing::Usual && !writable {
            continue;
        }
        let mut fault = Fault::at(&entry.path, format!("{}; {said}", entry.permissions()))
            .severity(severity(entry, set_uid, writable, standing));
        if writable {
            fault = fault.and("others than its owner may write to it");
        }
        faults.push(fault);
    }
    walked(walk, faults)
}

/// How a set-id program stands to the distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is shipped so.
    Usual,
    /// It is shipped with a set-id bit by nobody we know of.
    Packaged,
    /// It was not shipped, or nobody can say so.
    Foreign,
}

fn standing(facts: &Facts, path: &Path) -> (Standing, &'static str) {
    let usual = is_usual(path);
    match &facts.owned_files {
        Ok(owned) => match owned.origin(path) {
            Some(Origin::PackagedSetId) => (Standing::Usual, "its package ships it so"),
            Some(Origin::Packaged) if usual => (Standing::Usual, "its package ships it"),
            Some(Origin::Packaged) => (
                Standing::Packaged,
                "it belongs to a package, but is not usually set-id",
            ),
            Some(Origin::PackagedPlain) => {
                (Standing::Foreign, "its package ships it without the bit")
            }
            None => (Standing::Foreign, "it belongs to no package"),
        },
        Err(_) if usual && is_in_system_directory(path) => (
            Standing::Usual,
            "it has the name and place of one that distributions ship",
        ),
        Err(_) => (Standing::Foreign, "no package database could be asked"),
    }
}

fn severity(entry: &Entry, set_uid: bool, writable: bool, standing: Standing) -> Severity {
    let root = set_uid && entry.uid == 0;
    if writable || (root && is_open_door(&entry.path)) {
        Severity::Critical
    } else if root && standing == Standing::Foreign {
        Severity::High
    } else {
        Severity::Medium
    }
}

fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("")
}

fn is_usual(path: &Path) -> bool {
    USUAL.contains(&name(path))
}

fn is_in_system_directory(path: &Path) -> bool {
    super::is_in(
        path,
        &[
            "/usr/bin",
            "/usr/sbin",
            "/usr/lib",
            "/usr/libexec",
            "/bin",
            "/sbin",
            "/lib",
        ],
    )
}

/// `python3.11` is as good as `python`.
fn is_open_door(path: &Path) -> bool {
    let stem = name(path).trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    OPEN_DOORS.contains(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Verdict;
    use crate::facts::tree::Tree;

    fn severities(tree: &mut Tree) -> Vec<(String, Severity)> {
        match foreign_set_id(&tree.facts()) {
            Ok(Verdict::Fail(faults)) => faults
                .into_iter()
                .map(|fault| (fault.subject, fault.severity.unwrap()))
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn severity_follows_what_the_program_gives_away() {
        let mut tree = Tree::new();
        tree.file(
            "/var/lib/dpkg/info/x.list",
            "/usr/bin/python3.11\n/usr/bin/passwd\n/usr/bin/rare\n",
        );
        for (path, mode) in [
            ("/opt/tool", 0o4755),
            ("/opt/grouped", 0o2755),
            ("/opt/locking", 0o2644),
            ("/usr/bin/python3.11", 0o4755),
            ("/usr/bin/passwd", 0o4755),
            ("/usr/bin/rare", 0o4755),
            ("/srv/open", 0o4757),
        ] {
            tree.file(path, "").mode(path, mode);
        }
        let expected: Vec<(String, Severity)> = [
            ("/opt/grouped", Severity::Medium),
            ("/opt/tool", Severity::High),
            ("/srv/open", Severity::Critical),
            ("/usr/bin/python3.11", Severity::Critical),
            ("/usr/bin/rare", Severity::Medium),
        ]
        .map(|(path, severity)| (path.to_owned(), severity))
        .into();
        assert_eq!(severities(&mut tree), expected);
    }

    #[test]
    fn a_usual_name_in_an_unusual_place_does_not_help() {
        let mut tree = Tree::new();
        tree.file("/home/a/su", "").mode("/home/a/su", 0o4755);
        assert_eq!(
            severities(&mut tree),
            [("/home/a/su".to_owned(), Severity::High)]
        );
    }
}
