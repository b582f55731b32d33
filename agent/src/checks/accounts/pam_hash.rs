use super::hashes::is_weak;
use super::pam_quality::changing;
use crate::checks::{Judged, NotJudged, Ref, Verdict};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// `pam_unix` hashes new passwords with SHA-2, bcrypt or yescrypt: by an argument, or by
    /// `ENCRYPT_METHOD` in `/etc/login.defs` where it has none. Hashes that exist are HT-ACC-008's.
    ///
    /// ## Why it matters
    /// With neither it takes DES, of which eight characters count and which is guessed in hours; MD5
    /// and `bigcrypt` are not much better.
    ///
    /// ## Remediation
    /// Give `pam_unix` the argument `yescrypt` (or `sha512`) in the password stack:
    /// `/etc/pam.d/common-password`, or on Red Hat's systems through `authselect`.
    pub(crate) WEAK_PAM_HASH {
        id: "HT-ACC-014",
        title: "PAM hashes new passwords with a weak scheme",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.3.3.4.3"),
            Ref::amazon_linux_2023("4.5.4"),
            Ref::independent("5.3.4"),
            Ref::Cwe(916),
            Ref::Manual("pam_unix(8)"),
        ],
        judge: weak_pam_hash,
        passes: |tree| {
            tree.file("/etc/pam.d/login", "")
                .file("/etc/pam.d/passwd", "password required pam_unix.so obscure yescrypt\n");
        },
        fails: |tree| {
            tree.file("/etc/pam.d/login", "")
                .file("/etc/pam.d/passwd", "password required pam_unix.so md5 shadow\n");
        },
    }
}

const GOOD: [&str; 5] = ["yescrypt", "gost_yescrypt", "blowfish", "sha512", "sha256"];

fn weak_pam_hash(facts: &Facts) -> Judged {
    let (service, rules) = changing(facts)?;
    let Some(rule) = rules.iter().find(|rule| rule.module == "pam_unix") else {
        return Err(NotJudged::NotApplicable(format!(
            "PAM's password stack of {service} has no pam_unix"
        )));
    };
    if GOOD.iter().any(|good| rule.has(good)) {
        return Ok(Verdict::Pass);
    }
    if let Some(weak) = ["md5", "bigcrypt"].into_iter().find(|weak| rule.has(weak)) {
        return Ok(Verdict::fail(format!("{}: pam_unix {weak}", rule.source)));
    }
    let login_defs = &facts.password_policy.as_ref()?.login_defs;
    let method = match login_defs {
        Ok(pairs) => pairs.get("ENCRYPT_METHOD"),
        Err(Gap::Absent(why) | Gap::Unknown(why)) => {
            return Err(NotJudged::Unknown(why.clone()));
        }
    };
    Ok(match method {
        Some(method) if !is_weak(&method.value) => Verdict::Pass,
        Some(method) => Verdict::fail(format!(
            "{}: pam_unix names no scheme, and ENCRYPT_METHOD is {} ({})",
            rule.source, method.value, method.source
        )),
        None => Verdict::fail(format!(
            "{}: pam_unix names no scheme, and no ENCRYPT_METHOD is set",
            rule.source
        )),
    })
}
