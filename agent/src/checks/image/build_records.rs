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
