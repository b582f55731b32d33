use super::dot_files::verdict;
use crate::checks::{Fault, Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Files with passwords or tokens in the homes of root and of people, `.netrc`, `.pgpass`,
    /// `.my.cnf`, `.aws/credentials` and their like, cannot be read by everyone. That they were left
    /// in the image at all is said by the checks of the area IMG.
    ///
    /// ## Why it matters
    /// Every account of the machine, a service that was broken into among them, can read the
    /// password and use it elsewhere.
    ///
    /// ## Remediation
    /// `chmod 600` the file, `chmod 700` the home directory, and change the password.
    pub(crate) READABLE_SECRET {
        id: "HT-ACC-034",
        title: "Everyone can read a file with passwords in a home",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.2.10"),
            Ref::amazon_linux_2023("6.2.11"),
            Ref::independent("6.2.13"),
            Ref::Cwe(732),
            Ref::Cwe(522),
        ],
        judge: readable_secrets,
        passes: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/home/joe:/bin/sh\n")
                .file("/home/joe/.netrc", "")
                .mode("/home/joe/.netrc", 0o600);
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/home/joe:/bin/sh\n").file("/home/joe/.netrc", "");
        },
    }
}

fn readable_secrets(facts: &Facts) -> Judged {
    let found = facts.dot_files.as_ref()?;
    let faults = found
        .readable
        .iter()
        .map(|stat| Fault::at(&stat.path, stat.line()));
    verdict(faults.collect(), &found.unknown)
}
