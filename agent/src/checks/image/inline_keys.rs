use hardtarget_report::Severity;

use super::secrets::{is_ours, secrets};
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::secrets::Kind;

check! {
    /// ## What it checks
    /// No file of configuration (where HT-IMG-030 looks) holds a private key in PEM without a
    /// passphrase, as profiles of OpenVPN and settings of applications do. Files named like keys are
    /// HT-IMG-003's.
    ///
    /// ## Why it matters
    /// Whoever can read the image has the key, and every instance poses as the same client or server.
    ///
    /// ## Remediation
    /// Revoke the key or its certificate; let each instance make or fetch one of its own.
    pub(crate) INLINE_PRIVATE_KEY {
        id: "HT-IMG-032",
        title: "A private key stands inside configuration",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(321), Ref::Cwe(312)],
        judge: judge,
        passes: |tree| { tree.file("/etc/openvpn/a.conf", "key /run/a.key\n"); },
        fails: |tree| {
            let key = crate::facts::private_keys::pem("PRIVATE KEY", &"A".repeat(64));
            tree.file("/etc/openvpn/a.conf", format!("<key>\n{key}</key>\n"));
        },
    }
}

fn judge(facts: &Facts) -> Judged {
    secrets(facts, &[(Kind::PrivateKey, Severity::High)], |path| {
        is_ours(facts, path)
    })
}
