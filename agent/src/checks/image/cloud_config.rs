use hardtarget_report::Severity;

use super::leftovers::leftovers;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::leftovers::Kind;

check! {
    /// ## What it checks
    /// `/etc/cloud/cloud.cfg` and `/etc/cloud/cloud.cfg.d/*.cfg` set a password (`password`, `passwd`,
    /// `plain_text_passwd`, `hashed_passwd`, a list under `chpasswd`), or keep an account's password
    /// unlocked with `lock_passwd: false`, which is less bad.
    ///
    /// ## Why it matters
    /// cloud-init gives that password to an account of every instance. Whoever reads the image knows it,
    /// or can guess it from the hash.
    ///
    /// ## Remediation
    /// Remove the setting and give `lock_passwd: true`; let users log in with keys.
    pub(crate) CLOUD_CONFIG_PASSWORD {
        id: "HT-IMG-014",
        title: "cloud-init's configuration sets a password",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::AwsSharedAmi,
            Ref::Cwe(798),
            Ref::Page("cloud-init: Module reference", "https://docs.cloud-init.io/en/latest/reference/modules.html"),
        ],
        judge: judge,
        passes: |tree| { tree.file("/etc/cloud/cloud.cfg", "chpasswd:\n  expire: false\n"); },
        fails: |tree| { tree.file("/etc/cloud/cloud.cfg.d/99_a.cfg", "password: x\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    leftovers(
        facts,
        &[
            (Kind::CloudConfigPassword, Severity::High),
            (Kind::CloudConfigUnlocked, Severity::Medium),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::NotJudged;
    use crate::facts::tree::Tree;

    #[test]
    fn evidence_names_line_and_key_but_not_the_password() {
        let mut tree = Tree::new();
        tree.file("/etc/cloud/cloud.cfg", b"# \xff\npassword: hunter2\n");
        let judged = format!("{:?}", judge(&tree.facts()));
        assert!(judged.contains("line 2: password"), "{judged}");
        assert!(!judged.contains("hunter2"), "{judged}");
    }

    #[test]
    fn a_directory_in_place_of_the_configuration_is_unknown() {
        let mut tree = Tree::new();
        tree.dir("/etc/cloud/cloud.cfg");
        assert!(matches!(judge(&tree.facts()), Err(NotJudged::Unknown(_))));
    }
}
