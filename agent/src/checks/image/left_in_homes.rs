//! How files left in home directories are judged.

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Verdict};
use crate::facts::Facts;
use crate::facts::home_files::{Kind, Left};

/// A fault for each file of this kind; unknown if there is none but some could not be read.
pub(super) fn left_in_homes(facts: &Facts, kind: Kind, evidence: &str) -> Judged {
    let files = facts.home_files.as_ref()?;
    let faults: Vec<Fault> = files
        .left
        .iter()
        .filter(|left| left.kind == kind)
        .map(|left| fault(facts, left, evidence))
        .collect();
    let unread: Vec<&str> = files
        .unread
        .iter()
        .filter(|(of, _)| *of == kind)
        .map(|(_, why)| why.as_str())
        .collect();
    match unread.first() {
        Some(first) if faults.is_empty() => Err(NotJudged::Unknown(format!(
            "{} files could not be looked at; the first: {first}",
            unread.len()
        ))),
        _ => Ok(Verdict::from_faults(faults)),
    }
}

/// A file that was born after this boot weighs less: most likely it is no part of the image. It
/// is told all the same, as editors replace files that were, and as images are made from machines
/// that run.
fn fault(facts: &Facts, left: &Left, evidence: &str) -> Fault {
    let fault = Fault::at(&left.path, evidence);
    if left.born.is_some_and(|born| facts.made_since_boot(born)) {
        return fault
            .and("created after this boot, so most likely no part of the image")
            .severity(match left.kind {
                Kind::AuthorizedKeys | Kind::ShellHistory => Severity::Info,
                _ => Severity::Low,
            });
    }
    if left.kind == Kind::AuthorizedKeys && left.of_root {
        return fault.severity(Severity::Critical);
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use jiff::Timestamp;

    fn severity(born: Option<i64>) -> Option<Severity> {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/stat", "btime 1000\n")
            .file("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n");
        let mut facts = tree.facts();
        facts.home_files.as_mut().unwrap().left[0].born =
            born.map(|second| Timestamp::from_second(second).unwrap());
        match left_in_homes(&facts, Kind::AuthorizedKeys, "there") {
            Ok(Verdict::Fail(faults)) => faults[0].severity,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_a_birth_after_boot_speaks_for_a_file() {
        assert_eq!(severity(Some(999)), Some(Severity::Critical));
        assert_eq!(severity(None), Some(Severity::Critical));
        assert_eq!(severity(Some(1000)), Some(Severity::Info));
    }

    #[test]
    fn a_fault_is_told_even_if_another_file_could_not_be_read() {
        let mut tree = Tree::new();
        tree.dir("/root/.netrc");
        let judged = left_in_homes(&tree.facts(), Kind::GitOrNetrc, "there");
        assert!(matches!(judged, Err(NotJudged::Unknown(_))));
        tree.file("/root/.git-credentials", "https://me:x@example.com\n");
        let judged = left_in_homes(&tree.facts(), Kind::GitOrNetrc, "there");
        assert!(matches!(judged, Ok(Verdict::Fail(_))));
    }
}
