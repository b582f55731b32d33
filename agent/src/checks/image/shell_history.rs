use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// A history of bash, zsh, ksh or ash with commands in it, in a home directory. One created after
    /// this boot is only noted.
    ///
    /// ## Why it matters
    /// Histories tell how the image was built, and often hold passwords that were typed as arguments.
    ///
    /// ## Remediation
    /// As the last step of the build remove the histories, e.g. `rm -f /root/.bash_history`.
    pub(crate) LEFT_SHELL_HISTORY {
        id: "HT-IMG-011",
        title: "A shell history was left in the image",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(532)],
        judge: judge,
        passes: |tree| { tree.file("/root/.bash_history", ""); },
        fails: |tree| { tree.file("/root/.bash_history", "ls\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(
        facts,
        Kind::ShellHistory,
        "holds commands that somebody typed",
    )
}
