use hardtarget_report::Severity;

use crate::checks::{Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;
use crate::facts::shell_settings::umask;

check! {
    /// ## What it checks
    /// New files are for their owner and at most to be read by his group: `UMASK` in
    /// `/etc/login.defs`, and every `umask` in `/etc/profile`, `/etc/profile.d`, the common start-up
    /// files of shells and root's own, is 027 or stricter. One that lets everyone write is worse.
    ///
    /// ## Why it matters
    /// With 022 everyone can read what people and root write, logs, dumps and scripts with passwords
    /// among them; with 000 everyone can change it. All distributions ship 022, so that is a remark.
    ///
    /// ## Remediation
    /// Set `UMASK 027` in `/etc/login.defs` and put `umask 027` into a file of `/etc/profile.d` that
    /// comes last.
    pub(crate) LAX_UMASK {
        id: "HT-ACC-018",
        title: "New files are open to others",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.4.3.3"),
            Ref::debian_12("5.4.2.6"),
            Ref::amazon_linux_2023("4.6.5"),
            Ref::independent("5.4.4"),
            Ref::Cwe(276),
            Ref::Manual("login.defs(5)"),
        ],
        same_as: [SameAs::Test("AUTH-9328")],
        judge: lax_umask,
        passes: |tree| {
            tree.file("/etc/login.defs", "UMASK 027\n").file("/etc/profile", "umask 077\n");
        },
        fails: |tree| { tree.file("/etc/login.defs", "UMASK 027\n").file("/etc/profile", "umask 000\n"); },
    }
}

/// What a good mask takes away: writing from the group, everything from others.
const CLOSED: u32 = 0o027;

fn lax_umask(facts: &Facts) -> Judged {
    let shells = facts.shell_settings.as_ref()?;
    let login_defs = facts.password_policy.as_ref()?.login_defs.as_ref()?;
    let by_login = login_defs
        .get("UMASK")
        .and_then(|pair| Some((umask(&pair.value)?, pair.source.clone())));
    let mut masks: Vec<(u32, String)> = shells.umasks.clone();
    masks.extend(by_login);
    if masks.is_empty() {
        masks.push((0o022, "the system's default".to_owned()));
    }
    masks.dedup();
    Ok(Verdict::in_one(masks.into_iter().filter_map(
        |(mask, source)| {
            let severity = if mask & 0o002 == 0 {
                Severity::Medium
            } else if mask & CLOSED != CLOSED {
                Severity::Info
            } else {
                return None;
            };
            Some((
                severity,
                format!("umask is {mask:03o} ({source}), good is 027"),
            ))
        },
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn what_distributions_ship_is_a_remark() {
        let mut tree = Tree::new();
        tree.file("/etc/login.defs", "UMASK 022\n")
            .file("/etc/profile", "");
        let Ok(Verdict::Fail(faults)) = lax_umask(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].severity, Some(Severity::Info));
        assert_eq!(faults.len(), 1);
    }
}
