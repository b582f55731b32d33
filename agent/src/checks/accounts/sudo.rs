use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sudo asks everyone but root for a password: no rule in `/etc/sudoers` and what it includes
    /// says `NOPASSWD`, and no `Defaults` says `!authenticate` or `exempt_group`. Of several rules
    /// for one user and command the last counts, as it does for sudo.
    ///
    /// ## Why it matters
    /// Whatever runs as that user, a stolen key or one flaw in a service, is root at once. Cloud
    /// images give this to their default user; the evidence says where cloud-init made the rule at
    /// this boot.
    ///
    /// ## Remediation
    /// Remove `NOPASSWD` with `visudo`, or name the few commands that need it. For cloud-init set
    /// `sudo: false` for the default user in `/etc/cloud/cloud.cfg.d`.
    pub(crate) FREE_SUDO {
        id: "HT-ACC-001",
        title: "sudo works without a password",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.2.4"),
            Ref::debian_12("5.2.5"),
            Ref::amazon_linux_2023("4.3.4"),
            Ref::Cwe(306),
            Ref::Cwe(250),
            Ref::Manual("sudoers(5)"),
        ],
        judge: sudo,
        passes: |tree| { tree.file("/etc/sudoers", "root ALL=(ALL) NOPASSWD: ALL\n%sudo ALL=(ALL) ALL\n"); },
        fails: |tree| {
            tree.file("/etc/sudoers", "@includedir /etc/sudoers.d\n")
                .file("/etc/sudoers.d/joe", "joe ALL=(ALL) NOPASSWD:ALL\n");
        },
    }
}

/// How many members of a group the evidence names.
const MAX_MEMBERS: usize = 10;

fn sudo(facts: &Facts) -> Judged {
    let sudoers = facts.sudoers.as_ref()?;
    let mut faults: Vec<Fault> = Vec::new();
    for rule in &sudoers.rules.free {
        let all = rule.commands.iter().any(|command| command == "ALL");
        let since_boot = sudoers
            .changed
            .get(&rule.source)
            .is_some_and(|changed| facts.made_since_boot(*changed));
        for user in rule.users.iter().filter(|user| !is_root(user)) {
            let severity = match (all && is_as_root(&rule.run_as), user == "ALL") {
                (true, true) => Severity::Critical,
                (true, false) => Severity::High,
                (false, _) => Severity::Medium,
            };
            let mut line = format!(
                "{}: {user} may run {}{} without a password",
                rule.source,
                rule.commands.join(", "),
                as_whom(&rule.run_as)
            );
            if since_boot {
                line.push_str(" (made since this boot, not in the image)");
            }
            let (severity, note) = of_group(facts, user, severity);
            line.push_str(&note);
            match faults.iter_mut().find(|fault| fault.subject == *user) {
                Some(fault) => {
                    fault.evidence.push(line);
                    fault.severity = fault.severity.min(Some(severity));
                }
                None => faults.push(Fault::new(user, line).severity(severity)),
            }
        }
    }
    for (whom, source) in &sudoers.rules.unauthenticated {
        let user = whom.strip_prefix(':').unwrap_or(whom);
        if !is_root(user) {
            faults.push(Fault::new(
                format!("Defaults{whom} !authenticate"),
                format!("{source}: Defaults{whom} !authenticate"),
            ));
        }
    }
    if let Some((group, source)) = &sudoers.rules.exempt {
        let (severity, note) = of_group(facts, &format!("%{group}"), Severity::High);
        faults.push(
            Fault::new(
                format!("Defaults exempt_group={group}"),
                format!("{source}: Defaults exempt_group={group}{note}"),
            )
            .severity(severity),
        );
    }
    Ok(Verdict::from_faults(faults))
}

/// Whether a list of users that commands may run as has root in it.
fn is_as_root(run_as: &str) -> bool {
    let mut users = run_as.split(',').map(str::trim);
    // What an alias stands for is not looked up; it may be root.
    users.any(|user| matches!(user, "ALL" | "root" | "#0") || is_alias(user))
}

fn is_alias(user: &str) -> bool {
    user.starts_with(|c: char| c.is_ascii_uppercase())
        && !user.contains(|c: char| c.is_ascii_lowercase())
}

fn as_whom(run_as: &str) -> String {
    match run_as {
        "" => " as themselves, with another group,".to_owned(),
        "root" | "ALL" => String::new(),
        other => format!(" as {other}"),
    }
}

/// A rule for a group that nobody is in opens nothing until somebody is put there. A group that
/// `/etc/group` lacks may come from a directory.
fn of_group(facts: &Facts, user: &str, severity: Severity) -> (Severity, String) {
    let members = user
        .strip_prefix('%')
        .zip(facts.accounts.as_ref().ok())
        .map(|(group, accounts)| (group, accounts.members(group)));
    match members {
        Some((group, Some(members))) if members.is_empty() => {
            (Severity::Low, format!("; no account is in {group}"))
        }
        Some((group, Some(members))) => {
            let shown = members.get(..MAX_MEMBERS.min(members.len()));
            let more = if members.len() > MAX_MEMBERS {
                ", …"
            } else {
                ""
            };
            let shown = shown.unwrap_or_default().join(", ");
            (severity, format!("; in {group}: {shown}{more}"))
        }
        _ => (severity, String::new()),
    }
}

fn is_root(user: &str) -> bool {
    matches!(user, "root" | "#0" | "%root" | "%#0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_list_of_commands_is_less_bad_than_all() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/sudoers",
            "a ALL=NOPASSWD: /bin/x\na ALL=NOPASSWD: ALL\nb ALL=NOPASSWD: /bin/x\n",
        );
        let Ok(Verdict::Fail(faults)) = sudo(&tree.facts()) else {
            panic!("no fault");
        };
        let found: Vec<_> = faults
            .iter()
            .map(|f| (f.subject.as_str(), f.severity))
            .collect();
        assert_eq!(
            found,
            [("a", Some(Severity::High)), ("b", Some(Severity::Medium))]
        );
    }

    #[test]
    fn another_user_than_root_is_less_bad() {
        let mut tree = Tree::new();
        tree.file("/etc/sudoers", "joe ALL=(postgres) NOPASSWD: ALL\n");
        let Ok(Verdict::Fail(faults)) = sudo(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].severity, Some(Severity::Medium));
        assert_eq!(
            faults[0].evidence,
            ["/etc/sudoers: joe may run ALL as postgres without a password"]
        );
    }

    #[test]
    fn an_exempt_group_counts() {
        let mut tree = Tree::new();
        tree.file("/etc/sudoers", "Defaults exempt_group = admin\n");
        assert!(matches!(sudo(&tree.facts()), Ok(Verdict::Fail(_))));
    }

    #[test]
    fn a_group_without_members_is_less_bad() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/sudoers",
            "%wheel ALL=(ALL) NOPASSWD: ALL\n%admin ALL=(ALL) NOPASSWD: ALL\n",
        )
        .file("/etc/passwd", "joe:x:1000:1000::/:/bin/sh\n")
        .file("/etc/group", "wheel:x:10:\nadmin:x:11:joe\n");
        let Ok(Verdict::Fail(faults)) = sudo(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].severity, Some(Severity::Low));
        assert!(faults[0].evidence[0].ends_with("; no account is in wheel"));
        assert_eq!(faults[1].severity, Some(Severity::High));
        assert!(faults[1].evidence[0].ends_with("; in admin: joe"));
    }

    #[test]
    fn backups_in_the_directory_do_not_count() {
        let mut tree = Tree::new();
        tree.file("/etc/sudoers", "#includedir /etc/sudoers.d\n")
            .file("/etc/sudoers.d/joe.bak", "joe ALL=NOPASSWD:ALL\n")
            .file("/etc/sudoers.d/joe~", "joe ALL=NOPASSWD:ALL\n");
        assert_eq!(sudo(&tree.facts()), Ok(Verdict::Pass));
    }
}
