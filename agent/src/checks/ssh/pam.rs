use hardtarget_report::Severity;

use super::settings::{self, Setting};
use crate::checks::{Judged, NotJudged, Ref};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// `UsePAM` is `yes` where PAM is installed. Alpine's sshd is built without PAM; there this does
    /// not apply.
    ///
    /// ## Why it matters
    /// Logins over SSH then pass by all that PAM does: accounts that have expired or are locked get
    /// in with their keys, and limits, access rules and audit records do not hold for them.
    ///
    /// ## Remediation
    /// Set `UsePAM yes` in `/etc/ssh/sshd_config` and reload sshd.
    pub(crate) WITHOUT_PAM {
        id: "HT-SSH-016",
        title: "SSH lets users in without asking PAM",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.22"),
            Ref::amazon_linux_2023("4.2.6"),
            Ref::independent("5.2.20"),
            Ref::Cwe(284),
            Ref::Manual("sshd_config(5)"),
        ],
        judge: without_pam,
        passes: |tree| { tree.sshd("UsePAM yes\n").file("/etc/pam.d/sshd", ""); },
        fails: |tree| { tree.sshd("UsePAM no\n").file("/etc/pam.d/sshd", ""); },
    }
}

const SETTINGS: &[Setting] = &[Setting {
    name: "UsePAM",
    subject: "",
    bad: |value| value != "yes",
    severity: Severity::Medium,
    means: "PAM is installed and has no say",
}];

fn without_pam(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    match &facts.pam {
        Ok(pam) if !pam.logins.contains_key("sshd") => Err(NotJudged::NotApplicable(
            "PAM has no service for sshd".to_owned(),
        )),
        Err(Gap::Absent(why)) => Err(NotJudged::NotApplicable(why.clone())),
        _ => settings::judge(sshd, SETTINGS),
    }
}
