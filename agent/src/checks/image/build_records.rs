use hardtarget_report::Severity;

use super::leftovers::leftovers;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::leftovers::Kind;

check! {
    /// ## What it checks
    /// `wtmp`, `btmp` and `lastlog` hold logins, and logs such as `auth.log`, `secure`, `syslog` and the
    /// journal hold entries, from before this boot.
    ///
    /// ## Why it matters
    /// They tell names, addresses and times of those who built the image, sometimes secrets that a program
    /// logged, and mix with the records of each instance.
    ///
    /// ## Remediation
    /// As the last step of the build empty the records (`truncate -s 0 /var/log/wtmp /var/log/btmp
    /// /var/log/lastlog`) and remove the logs and `/var/log/journal/*`.
    pub(crate) LEFT_BUILD_RECORD {
        id: "HT-IMG-017",
        title: "Logs or records of logins were left in the image",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(532), Ref::Manual("wtmp(5)")],
        judge: judge,
        passes: |tree| { tree.file("/var/log/wtmp", "").file("/var/log/lastlog", b"\0\0\0\0"); },
        fails: |tree| { tree.file("/var/log/wtmp", b"\x07root"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    leftovers(
        facts,
        &[
            (Kind::LoginRecord, Severity::Low),
            (Kind::Log, Severity::Info),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{NotJudged, Verdict};
    use crate::facts::tree::Tree;

    #[test]
    fn the_journals_of_a_machine_are_one_fault_whatever_its_id() {
        let mut tree = Tree::new();
        tree.file("/var/log/journal/0123/system.journal", "x")
            .file("/var/log/journal/0123/user-1000.journal", "x")
            .file("/var/log/journal/4567/system.journal", "x");
        let Ok(Verdict::Fail(faults)) = judge(&tree.facts()) else {
            panic!("the journals were not found");
        };
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].subject, "/var/log/journal");
        assert_eq!(faults[0].severity, Some(Severity::Info));
        assert_eq!(faults[0].evidence.len(), 3);
    }

    #[test]
    fn the_last_login_of_a_person_is_found_far_into_lastlog() {
        let mut tree = Tree::new();
        let mut lastlog = vec![0; 292 * 1000];
        tree.file("/var/log/lastlog", &lastlog);
        assert_eq!(judge(&tree.facts()), Ok(Verdict::Pass));
        lastlog.extend([1; 292]);
        tree.file("/var/log/lastlog", &lastlog);
        assert!(matches!(judge(&tree.facts()), Ok(Verdict::Fail(_))));
    }

    #[test]
    fn a_directory_in_place_of_a_record_is_unknown() {
        let mut tree = Tree::new();
        tree.dir("/var/log/wtmp");
        assert!(matches!(judge(&tree.facts()), Err(NotJudged::Unknown(_))));
    }
}
