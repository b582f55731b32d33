use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::accounts::Accounts;
use crate::facts::dot_files::DotFile;

check! {
    /// ## What it checks
    /// Files and directories in the homes of root and of people whose names begin with a dot belong
    /// to them and cannot be written to by others. A group that only the owner is in does not count.
    /// Root's start-up files are HT-SVC-004's.
    ///
    /// ## Why it matters
    /// Whoever can write to `.bashrc`, `.ssh` or their like acts as the owner at the next login. What
    /// other files give depends on the program that reads them; they are low.
    ///
    /// ## Remediation
    /// `chown NAME` and `chmod go-w` the file.
    pub(crate) OPEN_DOT_FILE {
        id: "HT-ACC-032",
        title: "Settings in a home directory can be changed by others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.10"),
            Ref::amazon_linux_2023("6.2.11"),
            Ref::independent("6.2.10"),
            Ref::Cwe(732),
        ],
        judge: dot_files,
        passes: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n").file("/root/.vimrc", "");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
                .file("/root/.vimrc", "")
                .mode("/root/.vimrc", 0o666);
        },
    }
}

/// What runs, or lets in, at the next login or use.
const RUN: [&str; 21] = [
    ".bash_login",
    ".bash_logout",
    ".bash_profile",
    ".bashrc",
    ".config",
    ".cshrc",
    ".emacs",
    ".forward",
    ".gitconfig",
    ".kshrc",
    ".local",
    ".login",
    ".profile",
    ".rhosts",
    ".shosts",
    ".ssh",
    ".tcshrc",
    ".vimrc",
    ".zprofile",
    ".zshenv",
    ".zshrc",
];

/// Those of root that HT-SVC-004 looks at.
const OF_START_UP: [&str; 6] = [
    ".bash_login",
    ".bash_profile",
    ".bashrc",
    ".profile",
    ".zshenv",
    ".zshrc",
];

fn dot_files(facts: &Facts) -> Judged {
    let found = facts.dot_files.as_ref()?;
    let accounts = facts.accounts.as_ref()?;
    let mut faults = Vec::new();
    for file in &found.list {
        let elsewhere = file.of_uid == 0 && OF_START_UP.contains(&file.name.as_str());
        if elsewhere || !is_open(file, accounts) {
            continue;
        }
        let fault = Fault::at(&file.stat.path, file.stat.line());
        faults.push(if RUN.contains(&file.name.as_str()) {
            fault
        } else {
            fault.severity(Severity::Low)
        });
    }
    verdict(faults, &found.unknown)
}

/// Finding no fault means nothing if not everything could be looked at.
pub(super) fn verdict(faults: Vec<Fault>, unknown: &[String]) -> Judged {
    match unknown.first() {
        Some(why) if faults.is_empty() => Err(NotJudged::Unknown(why.clone())),
        _ => Ok(Verdict::from_faults(faults)),
    }
}

fn is_open(file: &DotFile, accounts: &Accounts) -> bool {
    let stat = &file.stat;
    let foreign = stat.uid != file.of_uid && stat.uid != 0;
    let by_group = stat.mode & 0o020 != 0 && stat.gid != 0 && {
        let group = format!("#{}", stat.gid);
        let others = |members: Vec<&str>| members.iter().any(|member| *member != file.of);
        accounts.members(&group).is_some_and(others)
    };
    foreign || by_group || stat.mode & 0o002 != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_group_of_ones_own_does_not_count() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/passwd",
            "joe:x:1000:1000::/home/joe:/bin/sh\nann:x:1001:100::/home/ann:/bin/sh\nbob:x:1002:100::/home/bob:/bin/sh\n",
        )
        .file("/etc/group", "joe:x:1000:\nusers:x:100:\n")
        .dir("/home/bob");
        for (name, uid, gid) in [("joe", 1000, 1000), ("ann", 1001, 100)] {
            let file = format!("/home/{name}/.bashrc");
            tree.file(&file, "")
                .mode(&file, 0o664)
                .owner(&file, uid, gid);
        }
        let Ok(Verdict::Fail(faults)) = dot_files(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].subject, "/home/ann/.bashrc");
        assert_eq!(faults[0].severity, None);
    }
}
