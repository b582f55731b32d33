use crate::checks::{Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::Facts;
use crate::facts::pam::Rule;

check! {
    /// ## What it checks
    /// PAM's stack for changing passwords has a module that looks at the new one: `pam_pwquality`,
    /// `pam_passwdqc` or `pam_cracklib`.
    ///
    /// ## Why it matters
    /// Without one `password1` is fine, and so is the name of the account. On a host where people
    /// have keys only, nobody chooses one; that is why it is low.
    ///
    /// ## Remediation
    /// Install `libpam-pwquality` (Debian, Ubuntu, SUSE: `pam_pwquality`); Red Hat's systems and
    /// Amazon Linux have it in their stacks.
    pub(crate) NO_QUALITY {
        id: "HT-ACC-011",
        title: "Users may choose any password",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.3.2.3"),
            Ref::amazon_linux_2023("4.5.1"),
            Ref::independent("5.3.1"),
            Ref::Cwe(521),
            Ref::Manual("pam_pwquality(8)"),
        ],
        same_as: [SameAs::Test("AUTH-9262")],
        judge: no_quality,
        passes: |tree| {
            tree.file("/etc/pam.d/login", "")
                .file("/etc/pam.d/passwd", "password requisite pam_pwquality.so\npassword required pam_unix.so\n");
        },
        fails: |tree| {
            tree.file("/etc/pam.d/login", "")
                .file("/etc/pam.d/passwd", "@include common-password\n")
                .file("/etc/pam.d/common-password", "password [success=1] pam_unix.so obscure\n");
        },
    }
}

/// What is asked when someone changes a password, and the service's name.
pub(super) fn changing(facts: &Facts) -> Result<(&'static str, Vec<&Rule>), NotJudged> {
    facts.pam.as_ref()?.changing()?.ok_or_else(|| {
        NotJudged::NotApplicable("PAM has no stack for changing passwords".to_owned())
    })
}

fn no_quality(facts: &Facts) -> Judged {
    let (service, rules) = changing(facts)?;
    let looks = rules.iter().any(|rule| {
        matches!(
            rule.module.as_str(),
            "pam_pwquality" | "pam_passwdqc" | "pam_cracklib"
        )
    });
    Ok(if looks {
        Verdict::Pass
    } else {
        Verdict::fail(format!(
            "PAM's password stack of {service} has no pam_pwquality, pam_passwdqc or pam_cracklib"
        ))
    })
}
