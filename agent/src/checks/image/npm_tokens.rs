use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// `~/.npmrc`, `~/.yarnrc.yml` or npm's global `npmrc` holds `_authToken`, `_auth`, `_password` or
    /// `npmAuthToken`. A reference to the environment (`${NPM_TOKEN}`) passes.
    ///
    /// ## Why it matters
    /// Whoever can read the image can read private packages, and with most tokens publish under your name.
    ///
    /// ## Remediation
    /// Revoke the token, and hand it to the build through the environment: `_authToken=${NPM_TOKEN}`.
    pub(crate) LEFT_NPM_TOKEN {
        id: "HT-IMG-008",
        title: "A token of npm or yarn was left in the image",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(312), Ref::Cwe(522)],
        judge: judge,
        passes: |tree| { tree.file("/root/.npmrc", "//r.example.com/:_authToken=${NPM_TOKEN}\n"); },
        fails: |tree| { tree.file("/root/.npmrc", "//r.example.com/:_authToken=x\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(
        facts,
        Kind::Npm,
        "holds a token or password for a registry of packages",
    )
}
