use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// `~/.ssh/authorized_keys` of root, of users and in `/etc/skel` holds a key. For root it is
    /// critical; a file created after this boot is only noted.
    ///
    /// ## Why it matters
    /// Whoever has the private half of the key can log in to every instance of the image.
    ///
    /// ## Remediation
    /// As the last step of the build remove the `authorized_keys` of root and of every user.
    pub(crate) LEFT_AUTHORIZED_KEY {
        id: "HT-IMG-002",
        title: "Keys that may log in were left in the image",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(798), Ref::Manual("sshd(8)")],
        judge: judge,
        passes: |tree| { tree.file("/root/.ssh/authorized_keys", "# none\n"); },
        fails: |tree| { tree.file("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(facts, Kind::AuthorizedKeys, "holds a key that may log in")
}
