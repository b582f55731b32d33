use hardtarget_report::Severity;

use crate::checks::image::secrets::secrets;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::secrets::Kind;

check! {
    /// ## What it checks
    /// No unit or drop-in below `/etc/systemd` holds a password, token or key, be it in `Environment=` or
    /// on a command line; told from placeholders as in HT-IMG-030 and HT-IMG-031.
    ///
    /// ## Why it matters
    /// Everyone on the machine may ask systemd for a unit's environment and commands, whatever the mode of
    /// the file, and every process of the service inherits them.
    ///
    /// ## Remediation
    /// Change the secret and hand it over with `LoadCredential=` or `LoadCredentialEncrypted=`, or with
    /// an `EnvironmentFile=` of mode 0600 that is made at the first boot.
    pub(crate) UNIT_SECRET {
        id: "HT-SVC-040",
        title: "A systemd unit holds a secret",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(526), Ref::Cwe(798), Ref::Manual("systemd.exec(5)")],
        judge: judge,
        passes: |tree| {
            tree.file("/etc/systemd/system/a.service", "[Service]\nEnvironmentFile=/run/a.env\n");
        },
        fails: |tree| {
            tree.file("/etc/systemd/system/a.service", "[Service]\nEnvironment=DB_PASSWORD=tr0ub4dor7\n");
        },
    }
}

fn judge(facts: &Facts) -> Judged {
    let kinds = [
        (Kind::CloudKey, Severity::Critical),
        (Kind::Token, Severity::High),
        (Kind::WeakToken, Severity::Medium),
        (Kind::PrivateKey, Severity::High),
        (Kind::Password, Severity::High),
        (Kind::Assigned, Severity::High),
    ];
    secrets(facts, &kinds, |path| path.starts_with("/etc/systemd"))
}
