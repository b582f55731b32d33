use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// `~/.azure` holds tokens of a login (`accessTokens.json`, `msal_token_cache.*`) or the secret of a service
    /// principal (`service_principal_entries*`).
    ///
    /// ## Why it matters
    /// Whoever can read the image can act in the Azure subscriptions that the login belongs to.
    ///
    /// ## Remediation
    /// Run `az account clear` and delete `~/.azure` as the last step of the build, then revoke the login or
    /// replace the secret of the service principal.
    pub(crate) LEFT_AZURE_TOKEN {
        id: "HT-IMG-006",
        title: "Azure credentials were left in the image",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(312), Ref::Cwe(522)],
        judge: judge,
        passes: |tree| { tree.file("/root/.azure/accessTokens.json", "[]"); },
        fails: |tree| { tree.file("/root/.azure/msal_token_cache.json", r#"{"RefreshToken": {"a": {"secret": "x"}}}"#); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(facts, Kind::Azure, "holds a token or secret of Azure")
}
