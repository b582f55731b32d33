use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// A home directory holds credentials of `gcloud` or gsutil (`~/.config/gcloud`, `~/.boto`), or the
    /// key file of a service account (`*.json` in the home or a directory in it). Files for workload
    /// identity federation, which hold no key, pass.
    ///
    /// ## Why it matters
    /// Whoever can read the image can act in the Google Cloud projects that the key belongs to.
    ///
    /// ## Remediation
    /// Delete the file and revoke the key or the login (`gcloud auth revoke`). Give machines outside Google
    /// Cloud workload identity federation instead of a key.
    pub(crate) LEFT_GCP_KEY {
        id: "HT-IMG-005",
        title: "Google Cloud credentials were left in the image",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(312), Ref::Cwe(522)],
        judge: judge,
        passes: |tree| { tree.file("/root/.config/gcloud/application_default_credentials.json", r#"{"type": "external_account"}"#); },
        fails: |tree| { tree.file("/root/key.json", r#"{"type": "service_account", "private_key": "x"}"#); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(
        facts,
        Kind::GoogleCloud,
        "holds a key or token of Google Cloud",
    )
}
