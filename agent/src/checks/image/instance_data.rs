use hardtarget_report::Severity;

use super::leftovers::leftovers;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::leftovers::Kind;

check! {
    /// ## What it checks
    /// cloud-init's directory `/var/lib/cloud` holds user data, vendor data or metadata of an instance: on
    /// a running machine that of another instance, or older than this boot. User data with words that
    /// secrets go by is worse, and what identifies the instance alone is hardly bad.
    ///
    /// ## Why it matters
    /// User data often holds passwords, tokens and keys of the build, which every instance of the image
    /// then carries. cloud-init may also take the new instance for the old one.
    ///
    /// ## Remediation
    /// As the last step of the build run `cloud-init clean --logs --seed`, or
    /// `rm -rf /var/lib/cloud/instances /var/lib/cloud/instance /var/lib/cloud/data`.
    pub(crate) LEFT_INSTANCE_DATA {
        id: "HT-IMG-013",
        title: "User data of an earlier instance was left in the image",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(538), Ref::Page("cloud-init: Instance-data", "https://docs.cloud-init.io/en/latest/explanation/instancedata.html")],
        judge: judge,
        passes: |tree| { tree.file("/var/lib/cloud/instances/i-1/user-data.txt", ""); },
        fails: |tree| { tree.file("/var/lib/cloud/instances/i-1/user-data.txt", "#!/bin/sh\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    leftovers(
        facts,
        &[
            (Kind::UserData, Severity::Medium),
            (Kind::SecretUserData, Severity::High),
            (Kind::InstanceData, Severity::Low),
        ],
    )
}
