use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// `~/.git-credentials` or `~/.netrc` holds a password, git's configuration (`~/.gitconfig`,
    /// `/etc/gitconfig`) a URL with one or a header that logs in, `~/.config/gh/hosts.yml` a token, or
    /// `/etc/apt/auth.conf` a password for a package source.
    ///
    /// ## Why it matters
    /// Whoever can read the image can log in to the servers named there, often those with the source
    /// code.
    ///
    /// ## Remediation
    /// Delete the file and revoke the password or token.
    pub(crate) LEFT_GIT_PASSWORD {
        id: "HT-IMG-010",
        title: "Passwords of git or netrc were left in the image",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::AwsSharedAmi,
            Ref::debian_12("7.2.10"),
            Ref::amazon_linux_2023("6.2.11"),
            Ref::Cwe(312),
            Ref::Cwe(522),
        ],
        judge: judge,
        passes: |tree| { tree.file("/root/.netrc", "machine example.com login me\n"); },
        fails: |tree| { tree.file("/root/.git-credentials", "https://me:x@example.com\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(facts, Kind::GitOrNetrc, "holds a password")
}
