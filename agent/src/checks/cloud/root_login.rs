use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::cloud_init::Value;

check! {
    /// ## What it checks
    /// cloud-init's configuration keeps the instance's key from root: the last `disable_root` of
    /// `/etc/cloud/cloud.cfg` and `/etc/cloud/cloud.cfg.d/*.cfg` is not false.
    ///
    /// ## Why it matters
    /// Otherwise whoever has the key logs in as root directly, and no log tells who it was.
    ///
    /// ## Remediation
    /// Set `disable_root: true`; the default user has sudo.
    pub(crate) ROOT_KEY_AT_BOOT {
        id: "HT-CLD-002",
        title: "cloud-init gives root the instance's SSH key",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::AwsSharedAmi,
            Ref::Cwe(250),
            Ref::Page("cloud-init: SSH", "https://docs.cloud-init.io/en/latest/reference/modules.html#ssh"),
        ],
        judge: judge,
        passes: |tree| { tree.file("/etc/cloud/cloud.cfg", "disable_root: true\n"); },
        fails: |tree| { tree.file("/etc/cloud/cloud.cfg", "disable_root: 0\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    super::cloud_init(facts, "disable_root", Value::is_false)
}
