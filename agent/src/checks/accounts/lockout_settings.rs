use hardtarget_report::Severity;

use super::lockout;
use super::pam_quality_settings::lookup;
use crate::checks::{Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::pam::Rule;

check! {
    /// ## What it checks
    /// Where `pam_faillock` locks accounts, it does so after at most 5 failed attempts (`deny`), for
    /// at least a quarter of an hour (`unlock_time`), and for root too (`even_deny_root`). Arguments
    /// in PAM's files count before `/etc/security/faillock.conf`. That there is a lock at all is
    /// HT-ACC-004's.
    ///
    /// ## Why it matters
    /// With `deny = 0` nothing is ever locked, and a short or generous lock slows guessing little.
    /// pam_faillock's own ten minutes, and that root is left out, are a remark only: a lock also lets
    /// others lock people out.
    ///
    /// ## Remediation
    /// Put `deny = 5`, `unlock_time = 900` and `even_deny_root` into `/etc/security/faillock.conf`.
    pub(crate) LAX_LOCKOUT {
        id: "HT-ACC-015",
        title: "Accounts are locked late or for a short time only",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.3.3.1.1"),
            Ref::debian_12("5.3.3.1.2"),
            Ref::debian_12("5.3.3.1.3"),
            Ref::amazon_linux_2023("4.5.2"),
            Ref::independent("5.3.2"),
            Ref::Cwe(307),
            Ref::Manual("faillock.conf(5)"),
        ],
        judge: lax_lockout,
        passes: |tree| {
            tree.file("/etc/pam.d/login", "auth required pam_faillock.so preauth deny=4\n")
                .file("/etc/security/faillock.conf", "unlock_time = never\neven_deny_root\n");
        },
        fails: |tree| {
            tree.file("/etc/pam.d/login", "auth required pam_faillock.so preauth\n")
                .file("/etc/security/faillock.conf", "deny = 0\n");
        },
    }
}

fn lax_lockout(facts: &Facts) -> Judged {
    let pam = facts.pam.as_ref()?;
    let rule = lockout::stacks(pam)
        .values()
        .flat_map(|stack| &stack.rules)
        .find(|rule| rule.module == "pam_faillock");
    let Some(rule) = rule else {
        return Err(NotJudged::NotApplicable(
            "PAM does not lock accounts with pam_faillock".to_owned(),
        ));
    };
    let file = facts.password_policy.as_ref()?.faillock.as_ref()?;
    let get = |name: &str| lookup(rule, file, name);
    Ok(Verdict::in_one(lines(rule, &get)))
}

fn lines(
    rule: &Rule,
    get: &dyn Fn(&str) -> Option<(String, String)>,
) -> impl Iterator<Item = (Severity, String)> {
    // "unlock_time=n: … The default is 600 (10 minutes). … 0 or never: the user must be unlocked by
    // hand."
    let number = |name: &str, default: u64| {
        let (value, source) = get(name).unwrap_or_else(|| (String::new(), "default".to_owned()));
        (value.parse().unwrap_or(default), value, source)
    };
    let (deny, _, from) = number("deny", 3);
    let deny = (deny == 0 || deny > 5).then(|| {
        (
            Severity::Low,
            format!("deny is {deny} ({from}), good is 1 to 5"),
        )
    });
    let (time, value, from) = number("unlock_time", 600);
    let time = (time != 0 && time < 900 && value != "never").then(|| {
        (
            Severity::Info,
            format!("unlock_time is {time} ({from}), good is 900 or more"),
        )
    });
    let root = get("even_deny_root").is_none() && get("root_unlock_time").is_none();
    let root = root.then(|| {
        (
            Severity::Info,
            format!("{}: even_deny_root is not set", rule.source),
        )
    });
    [deny, time, root].into_iter().flatten()
}
