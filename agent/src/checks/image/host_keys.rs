use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Private keys `/etc/ssh/ssh_host_*_key` that were not made after this boot.
    ///
    /// ## Why it matters
    /// Every instance has the same host key. Whoever holds the image can pose as any of them.
    ///
    /// ## Remediation
    /// As the last step of the build run `rm -f /etc/ssh/ssh_host_*_key*`; cloud-init or the
    /// distribution makes new ones at first boot.
    pub(crate) BAKED_HOST_KEY {
        id: "HT-IMG-001",
        title: "A private SSH host key is baked into the image",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(321), Ref::Manual("sshd(8)")],
        judge: judge,
        passes: |tree| { tree.file("/etc/ssh/ssh_host_rsa_key.pub", "ssh-rsa A\n"); },
        fails: |tree| { tree.file("/etc/ssh/ssh_host_rsa_key", "key\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    let keys = facts.host_keys.as_ref()?;
    Ok(Verdict::from_faults(
        keys.iter()
            .filter(|key| !facts.made_since_boot(key.written))
            .map(|key| Fault::at(&key.path, "a private host key is there")),
    ))
}
