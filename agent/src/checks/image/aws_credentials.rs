use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// `~/.aws/credentials`, `~/.aws/config`, `~/.boto` or `~/.s3cfg` holds a secret access key. Files
    /// that only name roles pass.
    ///
    /// ## Why it matters
    /// Whoever can read the image can act in the AWS account that the key belongs to.
    ///
    /// ## Remediation
    /// Delete the file, revoke the key and give instances an instance role instead.
    pub(crate) LEFT_AWS_KEY {
        id: "HT-IMG-004",
        title: "AWS credentials were left in the image",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(312), Ref::Cwe(522)],
        judge: judge,
        passes: |tree| { tree.file("/root/.aws/config", "[default]\nregion = eu-west-1\n"); },
        fails: |tree| { tree.file("/root/.aws/credentials", "[default]\naws_secret_access_key = x\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(facts, Kind::AwsKey, "holds a secret access key of AWS")
}
