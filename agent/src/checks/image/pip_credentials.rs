use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// `~/.pypirc` holds a password, or `pip.conf` (also `/etc/pip.conf`), `uv.toml` or poetry's `auth.toml` a
    /// password, a token or an index whose URL has one.
    ///
    /// ## Why it matters
    /// Whoever can read the image can read private packages, or publish releases under your name.
    ///
    /// ## Remediation
    /// Delete the file, revoke the password or token, and hand it to the build through the environment
    /// (`PIP_INDEX_URL`).
    pub(crate) LEFT_PYTHON_PASSWORD {
        id: "HT-IMG-009",
        title: "Passwords for a Python package index were left in the image",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(312), Ref::Cwe(522)],
        judge: judge,
        passes: |tree| { tree.file("/etc/pip.conf", "[global]\nindex-url = https://pypi.org/simple\n"); },
        fails: |tree| { tree.file("/root/.pypirc", "[pypi]\nusername = __token__\npassword = x\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(
        facts,
        Kind::Python,
        "holds a password or token for a package index",
    )
}
