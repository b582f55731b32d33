use super::pam_quality::changing;
use super::pam_quality_settings::lookup;
use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// PAM remembers at least the last 5 passwords of an account and refuses them: `pam_pwhistory`
    /// (10 unless told otherwise), or `pam_unix` with `remember=5`.
    ///
    /// ## Why it matters
    /// Whoever must change a password that became known can take the same one again. Few
    /// distributions remember any, and it only matters where people have passwords, so this is a
    /// remark.
    ///
    /// ## Remediation
    /// Add `password required pam_pwhistory.so remember=5 use_authtok` before `pam_unix`: on Debian
    /// and Ubuntu with `pam-auth-update`, on Red Hat's systems with
    /// `authselect enable-feature with-pwhistory`.
    pub(crate) NO_HISTORY {
        id: "HT-ACC-013",
        title: "An old password can be taken again",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.3.2.4"),
            Ref::debian_12("5.3.3.3.1"),
            Ref::amazon_linux_2023("4.5.3"),
            Ref::independent("5.3.3"),
            Ref::Cwe(262),
            Ref::Manual("pam_pwhistory(8)"),
        ],
        judge: no_history,
        passes: |tree| {
            tree.file("/etc/pam.d/login", "").file(
                "/etc/pam.d/passwd",
                "password required pam_pwhistory.so use_authtok\npassword required pam_unix.so\n",
            );
        },
        fails: |tree| {
            tree.file("/etc/pam.d/login", "")
                .file("/etc/pam.d/passwd", "password required pam_unix.so remember=2\n");
        },
    }
}

/// How many passwords `pam_pwhistory` remembers unless told otherwise.
const DEFAULT: u32 = 10;

fn no_history(facts: &Facts) -> Judged {
    let (service, rules) = changing(facts)?;
    let file = facts.password_policy.as_ref()?.pwhistory.as_ref()?;
    let mut most = 0;
    for rule in rules {
        let remembered = match rule.module.as_str() {
            "pam_pwhistory" => lookup(rule, file, "remember")
                .and_then(|(value, _)| value.parse().ok())
                .unwrap_or(DEFAULT),
            "pam_unix" => rule
                .value("remember")
                .and_then(|value| value.parse().ok())
                .unwrap_or(0),
            _ => 0,
        };
        most = most.max(remembered);
    }
    Ok(if most >= 5 {
        Verdict::Pass
    } else {
        Verdict::fail(format!(
            "PAM's password stack of {service} remembers {most} passwords, good is 5 or more"
        ))
    })
}
