use crate::checks::{Fault, Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The directories of root's `PATH`, as `/etc/environment`, `/etc/login.defs`, `/etc/profile`,
    /// `/etc/sudoers` and root's own shell files set it, are absolute and can be changed by root
    /// alone; one that is missing must not be for others to make.
    ///
    /// ## Why it matters
    /// Root types `ls` and runs what lies first in the path. An empty or relative entry means the
    /// directory that root happens to be in.
    ///
    /// ## Remediation
    /// Remove the entry from the file named, or run `chown root:root` and `chmod go-w` on the
    /// directory.
    pub(crate) OPEN_SEARCH_PATH {
        id: "HT-SVC-003",
        title: "A directory in root's PATH is relative or open to others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.2.5"),
            Ref::amazon_linux_2023("6.2.8"),
            Ref::independent("6.2.6"),
            Ref::Cwe(426),
            Ref::Cwe(427),
        ],
        judge: open_search_path,
        passes: |tree| { tree.file("/etc/environment", "PATH=/usr/bin:/opt/bin\n").dir("/opt/bin"); },
        fails: |tree| { tree.file("/root/.bashrc", "export PATH=$PATH:.\n"); },
    }
}

fn open_search_path(facts: &Facts) -> Judged {
    let path = facts.search_path.as_ref()?;
    let relative = path.relative.iter().map(|(entry, file)| {
        let shown = if entry.is_empty() {
            "an empty entry"
        } else {
            entry.as_str()
        };
        Fault::new(shown, format!("{} puts {shown} into PATH", file.display()))
    });
    let faults = relative
        .chain(path.directories.exposed.iter().map(super::fault))
        .collect();
    super::verdict(&path.directories, faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Verdict;
    use crate::facts::tree::Tree;

    #[test]
    fn a_directory_of_another_user_is_a_fault() {
        let mut tree = Tree::new();
        tree.dir("/usr/local/bin")
            .owner("/usr/local/bin", 1000, 1000);
        let Ok(Verdict::Fail(faults)) = open_search_path(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].subject, "/usr/local/bin");
    }
}
