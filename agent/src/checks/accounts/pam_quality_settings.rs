use hardtarget_report::Severity;

use super::limit::{self, Limit};
use super::pam_quality::changing;
use crate::checks::{Judged, NotJudged, Ref};
use crate::facts::Facts;
use crate::facts::pairs::Pairs;
use crate::facts::pam::Rule;

check! {
    /// ## What it checks
    /// `pam_pwquality` asks for 14 characters (`minlen`), looks into its dictionary (`dictcheck`),
    /// refuses what it finds weak (`enforcing`), root's passwords too (`enforce_for_root`), asks for
    /// two characters that differ from the old one (`difok`) and allows no long runs (`maxrepeat`,
    /// `maxsequence`). Arguments in PAM's files count before `/etc/security/pwquality.conf`.
    ///
    /// ## Why it matters
    /// Length is what makes guessing slow; 8 characters, as most distributions ship it, take hours
    /// once a hash is known. The rules about kinds of characters are not looked at: they help little.
    ///
    /// ## Remediation
    /// Put `minlen = 14`, `difok = 2`, `maxrepeat = 3`, `maxsequence = 3` and `enforce_for_root` into
    /// `/etc/security/pwquality.conf`; remove `dictcheck = 0` and `enforcing = 0`.
    pub(crate) LAX_QUALITY {
        id: "HT-ACC-012",
        title: "Weak passwords pass the check of new ones",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.3.3.2"),
            Ref::amazon_linux_2023("4.5.1"),
            Ref::independent("5.3.1"),
            Ref::Cwe(521),
            Ref::Manual("pam_pwquality(8)"),
            Ref::Manual("pwquality.conf(5)"),
        ],
        judge: lax_quality,
        passes: |tree| {
            tree.file("/etc/pam.d/login", "")
                .file("/etc/pam.d/passwd", "password requisite pam_pwquality.so minlen=14\n")
                .file(
                    "/etc/security/pwquality.conf",
                    "minlen = 8\ndifok = 2\nmaxrepeat = 3\nmaxsequence = 3\nenforce_for_root\n",
                );
        },
        fails: |tree| {
            tree.file("/etc/pam.d/login", "")
                .file("/etc/pam.d/passwd", "password requisite pam_pwquality.so\n");
        },
    }
}

const LIMITS: &[Limit] = &[
    Limit {
        name: "minlen",
        default: 8,
        good: (14, i64::MAX),
        words: "14 or more",
        severity: Severity::Low,
    },
    Limit {
        name: "dictcheck",
        default: 1,
        good: (1, 1),
        words: "1",
        severity: Severity::Low,
    },
    Limit {
        name: "enforcing",
        default: 1,
        good: (1, 1),
        words: "1",
        severity: Severity::Medium,
    },
    Limit {
        name: "difok",
        default: 1,
        good: (2, i64::MAX),
        words: "2 or more",
        severity: Severity::Info,
    },
    Limit {
        name: "maxrepeat",
        default: 0,
        good: (1, 3),
        words: "1 to 3",
        severity: Severity::Info,
    },
    Limit {
        name: "maxsequence",
        default: 0,
        good: (1, 3),
        words: "1 to 3",
        severity: Severity::Info,
    },
    // A word without a value: 0 where it is not there.
    Limit {
        name: "enforce_for_root",
        default: 0,
        good: (1, 1),
        words: "to set it",
        severity: Severity::Info,
    },
];

/// A setting of a module: its argument counts before its file. A word without a value is 1.
pub(super) fn lookup(rule: &Rule, file: &Pairs, name: &str) -> Option<(String, String)> {
    let found = |value: &str, source: &str| {
        let value = if value.is_empty() { "1" } else { value };
        Some((value.to_owned(), source.to_owned()))
    };
    if let Some(value) = rule.value(name) {
        return found(value, &rule.source);
    }
    if rule.has(name) {
        return found("", &rule.source);
    }
    let pair = file.get(name)?;
    found(&pair.value, &pair.source)
}

fn lax_quality(facts: &Facts) -> Judged {
    let (service, rules) = changing(facts)?;
    let Some(rule) = rules.iter().find(|rule| rule.module == "pam_pwquality") else {
        return Err(NotJudged::NotApplicable(format!(
            "PAM's password stack of {service} has no pam_pwquality"
        )));
    };
    let file = facts.password_policy.as_ref()?.pwquality.as_ref()?;
    Ok(limit::judge(LIMITS, &|name| lookup(rule, file, name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Verdict;
    use crate::facts::tree::Tree;

    #[test]
    fn a_check_that_refuses_nothing_is_medium() {
        let mut tree = Tree::new();
        tree.file("/etc/pam.d/login", "")
            .file(
                "/etc/pam.d/system-auth",
                "password requisite pam_pwquality.so\n",
            )
            .file("/etc/security/pwquality.conf", "enforcing = 0\n");
        let Ok(Verdict::Fail(faults)) = lax_quality(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].severity, Some(Severity::Medium));
    }
}
