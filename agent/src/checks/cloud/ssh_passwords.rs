use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::cloud_init::Value;

check! {
    /// ## What it checks
    /// cloud-init's configuration does not switch on passwords for SSH: the last `ssh_pwauth` of
    /// `/etc/cloud/cloud.cfg` and `/etc/cloud/cloud.cfg.d/*.cfg` is not true. What sshd does now is
    /// HT-SSH-002's.
    ///
    /// ## Why it matters
    /// At the first boot cloud-init writes `PasswordAuthentication yes` over what the image has: every
    /// instance lets the world guess passwords.
    ///
    /// ## Remediation
    /// Set `ssh_pwauth: false`, and let users log in with keys, EC2 Instance Connect or Session Manager.
    pub(crate) SSH_PASSWORDS_AT_BOOT {
        id: "HT-CLD-001",
        title: "cloud-init switches on passwords for SSH",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::AwsSharedAmi,
            Ref::Cwe(307),
            Ref::Page("cloud-init: Set Passwords", "https://docs.cloud-init.io/en/latest/reference/modules.html#set-passwords"),
        ],
        judge: judge,
        passes: |tree| { tree.file("/etc/cloud/cloud.cfg", "ssh_pwauth: false\n"); },
        fails: |tree| { tree.file("/etc/cloud/cloud.cfg.d/99.cfg", "ssh_pwauth: yes\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    super::cloud_init(facts, "ssh_pwauth", Value::is_true)
}
