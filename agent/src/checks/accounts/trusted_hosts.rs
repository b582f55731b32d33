use hardtarget_report::Severity;

use super::dot_files::verdict;
use crate::checks::{Fault, Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No file says that users of other hosts are to be believed: `/etc/hosts.equiv`,
    /// `shosts.equiv`, and `.rhosts` or `.shosts` in the homes of root and of people. A `+`, which
    /// means every host or every user, is worse.
    ///
    /// ## Why it matters
    /// rsh and, with `HostbasedAuthentication`, sshd let these in without a password. Without such a
    /// service the file is only waiting for one.
    ///
    /// ## Remediation
    /// Remove the file; let people log in with SSH keys of their own.
    pub(crate) TRUSTED_HOST {
        id: "HT-ACC-033",
        title: "A file lets users of other hosts in without a password",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.10"),
            Ref::amazon_linux_2023("6.2.11"),
            Ref::independent("6.2.14"),
            Ref::Cwe(290),
            Ref::Manual("hosts.equiv(5)"),
        ],
        judge: trusted_hosts,
        passes: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n").file("/etc/hosts.equiv", "# none\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n").file("/root/.rhosts", "build.example root\n");
        },
    }
}

fn trusted_hosts(facts: &Facts) -> Judged {
    let found = facts.dot_files.as_ref()?;
    let faults = found.trusting.iter().map(|(path, everyone)| {
        if *everyone {
            let line = format!("{path} trusts every host or every user (+)");
            Fault::new(path, line).severity(Severity::High)
        } else {
            Fault::new(path, format!("{path} trusts users of other hosts"))
        }
    });
    verdict(faults.collect(), &found.unknown)
}
