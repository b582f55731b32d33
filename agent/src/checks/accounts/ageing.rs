use hardtarget_report::Severity;

use super::limit::{self, Limit};
use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::accounts::Password;
use crate::facts::pairs::Pairs;
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// Passwords of new accounts expire within a year (`PASS_MAX_DAYS`), after a warning
    /// (`PASS_WARN_AGE`), cannot be changed twice in a day (`PASS_MIN_DAYS`, both in
    /// `/etc/login.defs`), and lock the account within 45 days after (`INACTIVE` in
    /// `/etc/default/useradd`); and those of accounts that have one now expire too.
    ///
    /// ## Why it matters
    /// A password that someone has learnt stays good for ever. Against that, people who must change
    /// passwords choose worse ones, and NIST advises against it (SP 800-63B, 5.1.1.2); no
    /// distribution lets them expire. So this is a remark, for those whose rules ask for it.
    ///
    /// ## Remediation
    /// Set `PASS_MAX_DAYS 365`, `PASS_MIN_DAYS 1` and `PASS_WARN_AGE 7`, run `useradd -D -f 30`, and
    /// for accounts that exist `chage --maxdays 365 NAME`. Or let people log in with keys only.
    pub(crate) ENDLESS_PASSWORDS {
        id: "HT-ACC-016",
        title: "Passwords never expire",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.1.1"),
            Ref::debian_12("5.4.1.5"),
            Ref::amazon_linux_2023("4.6.1"),
            Ref::independent("5.4.1.1"),
            Ref::independent("5.4.1.2"),
            Ref::independent("5.4.1.3"),
            Ref::independent("5.4.1.4"),
            Ref::Cwe(262),
            Ref::Manual("login.defs(5)"),
            Ref::Manual("shadow(5)"),
        ],
        same_as: [SameAs::For("AUTH-9286", &["new accounts"])],
        judge: ageing,
        passes: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
                .file("/etc/shadow", "joe:$y$j9T$a$b:20000:1:365:7:30::\n")
                .file("/etc/login.defs", "PASS_MAX_DAYS 365\nPASS_MIN_DAYS 1\nPASS_WARN_AGE 7\n")
                .file("/etc/default/useradd", "INACTIVE=30\n");
        },
        fails: |tree| {
            tree.file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
                .file("/etc/shadow", "joe:$y$j9T$a$b:20000:0:99999:7:::\n");
        },
    }
}

const fn limit(name: &'static str, default: i64, good: (i64, i64), words: &'static str) -> Limit {
    Limit {
        name,
        default,
        good,
        words,
        severity: Severity::Info,
    }
}

const LOGIN_DEFS: &[Limit] = &[
    limit("PASS_MAX_DAYS", -1, (1, 365), "1 to 365"),
    limit("PASS_MIN_DAYS", -1, (1, i64::MAX), "1 or more"),
    limit("PASS_WARN_AGE", -1, (7, i64::MAX), "7 or more"),
];

const USERADD: &[Limit] = &[limit("INACTIVE", -1, (0, 45), "0 to 45")];

fn ageing(facts: &Facts) -> Judged {
    let accounts = facts.accounts.as_ref()?;
    let policy = facts.password_policy.as_ref()?;
    let mut faults = Vec::new();
    for (limits, pairs) in [
        (LOGIN_DEFS, policy.login_defs.as_ref()?),
        (USERADD, policy.useradd.as_ref()?),
    ] {
        if let Verdict::Fail(found) = limit::judge(limits, &|name| value(pairs, name)) {
            faults.extend(found.into_iter().map(|fault| Fault {
                subject: "new accounts".to_owned(),
                ..fault
            }));
        }
    }
    // Both files speak of the same accounts.
    if let [first, second] = faults.as_mut_slice() {
        first.evidence.append(&mut second.evidence);
        faults.truncate(1);
    }
    for account in &accounts.list {
        if matches!(account.password, Some(Password::Hashed(_)))
            && account.expires_after.is_none_or(|days| days > 365)
        {
            faults.push(Fault::new(
                &account.name,
                format!("the password of {} never expires", account.name),
            ));
        }
    }
    match &accounts.shadow {
        Err(Gap::Absent(why) | Gap::Unknown(why)) if faults.is_empty() => {
            Err(NotJudged::Unknown(why.clone()))
        }
        _ => Ok(Verdict::from_faults(faults)),
    }
}

fn value(pairs: &Pairs, name: &str) -> Option<(String, String)> {
    let pair = pairs.get(name)?;
    Some((pair.value.clone(), pair.source.clone()))
}
