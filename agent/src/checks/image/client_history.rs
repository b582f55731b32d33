use hardtarget_report::Severity;

use super::leftovers::leftovers;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::leftovers::Kind;

check! {
    /// ## What it checks
    /// A history of vim, less, MySQL, MariaDB, PostgreSQL, SQLite, Redis, Python or Node.js with entries
    /// in it, last changed before this boot, in a home directory.
    ///
    /// ## Why it matters
    /// Such histories tell what was edited and searched for, and often hold passwords that were set from
    /// a database client.
    ///
    /// ## Remediation
    /// As the last step of the build remove the files, e.g. `rm -f /root/.viminfo /root/.mysql_history`.
    pub(crate) LEFT_CLIENT_HISTORY {
        id: "HT-IMG-012",
        title: "A history of an editor or database client was left in the image",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(532)],
        judge: judge,
        passes: |tree| { tree.file("/root/.lesshst", ".less-history-file:\n.search\n").link("/root/.psql_history", "/dev/null"); },
        fails: |tree| { tree.file("/root/.mysql_history", b"set password = \xff;\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    leftovers(facts, &[(Kind::ClientHistory, Severity::Low)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{NotJudged, Verdict};
    use crate::facts::tree::Tree;

    #[test]
    fn a_directory_in_place_of_a_history_is_unknown() {
        let mut tree = Tree::new();
        tree.dir("/root/.viminfo");
        assert!(matches!(judge(&tree.facts()), Err(NotJudged::Unknown(_))));
    }

    #[test]
    fn a_fifo_in_place_of_a_history_is_unknown() {
        let mut tree = Tree::new();
        tree.dir("/root");
        let path = tree.path().join("root/.python_history");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(matches!(judge(&tree.facts()), Err(NotJudged::Unknown(_))));
    }

    #[test]
    fn what_was_typed_since_boot_is_no_part_of_the_image() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/stat", "btime 1000000000\n")
            .file("/root/.psql_history", "select 1;\n");
        assert_eq!(judge(&tree.facts()), Ok(Verdict::Pass));
    }
}
