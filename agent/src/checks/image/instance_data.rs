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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Fault, NotJudged, Verdict};
    use crate::facts::tree::Tree;

    #[test]
    fn user_data_with_a_secret_is_worse_and_the_secret_is_not_told() {
        let mut tree = Tree::new();
        let path = "/var/lib/cloud/instances/i-1/user-data.txt";
        tree.file(path, "#cloud-config\npassword: hunter2\n");
        let fault = Fault::new(
            "/var/lib/cloud/instances/*/user-data.txt",
            format!("{path}: user data with words that secrets go by"),
        );
        assert_eq!(
            judge(&tree.facts()),
            Ok(Verdict::Fail(vec![fault.severity(Severity::High)]))
        );
    }

    #[test]
    fn a_directory_in_place_of_user_data_is_unknown() {
        let mut tree = Tree::new();
        tree.dir("/var/lib/cloud/instances/i-1/user-data.txt");
        assert!(matches!(judge(&tree.facts()), Err(NotJudged::Unknown(_))));
    }
}
