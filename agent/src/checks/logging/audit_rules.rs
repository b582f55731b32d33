use self::Need::{Call, Run, Write};
use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::audit::rules::Rules;
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// auditd's rules (`/etc/audit/rules.d`, or `audit.rules`) record what an inquiry asks for: who
    /// changed accounts, sudo's rules, the clock, host names, SELinux or AppArmor, permissions and
    /// owners, who mounted, deleted or was refused a file, loaded a kernel module, logged in, and
    /// ran a set-user-id program. One finding a topic; where no rule records anything, one in all.
    ///
    /// ## Why it matters
    /// auditd without rules writes little more than logins. What was not recorded cannot be found
    /// out later.
    ///
    /// ## Remediation
    /// Copy the rules that fit from `/usr/share/audit/sample-rules` (with Debian
    /// `/usr/share/doc/auditd/examples/rules`) to `/etc/audit/rules.d`, remove `-a task,never`, and
    /// run `augenrules --load`.
    pub(crate) MISSING_AUDIT_RULES {
        id: "HT-LOG-011",
        title: "auditd's rules leave out what an inquiry would ask for",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.2.3"),
            Ref::ubuntu_2204("6.3.3"),
            Ref::amazon_linux_2023("5.2.3"),
            Ref::independent("4.1"),
            Ref::Cwe(778),
            Ref::Manual("audit.rules(7)"),
        ],
        same_as: [SameAs::Test("ACCT-9630")],
        judge: missing_audit_rules,
        passes: |tree| {
            tree.file("/usr/sbin/auditd", "").file("/etc/audit/rules.d/a.rules", GOOD);
        },
        fails: |tree| {
            tree.file("/usr/sbin/auditd", "").file("/etc/audit/rules.d/a.rules", "-D\n-a task,never\n");
        },
    }
}

/// For the fixture: rules for every topic.
#[cfg(test)]
const GOOD: &str = "-w /etc/ -p wa\n-w /var/log/ -p wa\n-w /run/ -p wa\n-w /usr/bin -p x\n\
    -a always,exit -F arch=b64 -C euid!=uid -S execve\n\
    -a always,exit -F arch=b64 -S adjtimex,settimeofday,clock_settime,sethostname,setdomainname\n\
    -a always,exit -F arch=b64 -S openat -F exit=-EACCES\n\
    -a always,exit -F arch=b64 -S openat -F exit=-EPERM\n\
    -a always,exit -F arch=b64 -S fchmodat,fchownat,setxattr,unlinkat,renameat2,mount\n\
    -a always,exit -F arch=b64 -S init_module,finit_module,delete_module\n";

/// Something that should be recorded.
#[derive(Debug)]
enum Need {
    /// Writing to one of these files; the others are its names elsewhere.
    Write(&'static [&'static str]),
    /// One of these calls, in a rule with a field that begins like this.
    Call(&'static [&'static str], &'static str),
    /// Running this program.
    Run(&'static str),
}

/// Topics, by the names that rules of others have as keys. Of calls, those are asked for that
/// every processor has: arm64 knows no `open`, `chmod` or `unlink`.
const TOPICS: [(&str, &[Need]); 15] = [
    (
        "MAC-policy",
        &[Write(&["/etc/selinux", "/etc/apparmor", "/etc/apparmor.d"])],
    ),
    (
        "access",
        &[
            Call(&["openat", "open"], "exit=-EACCES"),
            Call(&["openat", "open"], "exit=-EPERM"),
        ],
    ),
    (
        "delete",
        &[
            Call(&["unlinkat", "unlink"], ""),
            Call(&["renameat2", "renameat", "rename"], ""),
        ],
    ),
    (
        "identity",
        &[
            Write(&["/etc/passwd"]),
            Write(&["/etc/group"]),
            Write(&["/etc/shadow"]),
        ],
    ),
    (
        "kernel modules",
        &[
            Call(&["init_module"], ""),
            Call(&["finit_module"], ""),
            Call(&["delete_module"], ""),
        ],
    ),
    (
        "logins",
        &[Write(&[
            "/var/log/lastlog",
            "/run/faillock",
            "/var/log/faillog",
        ])],
    ),
    ("mounts", &[Call(&["mount"], "")]),
    (
        "network",
        &[
            Call(&["sethostname"], ""),
            Call(&["setdomainname"], ""),
            Write(&["/etc/hosts"]),
        ],
    ),
    ("perm_chng", &[Run("chcon"), Run("setfacl"), Run("chacl")]),
    (
        "perm_mod",
        &[
            Call(&["fchmodat", "chmod"], ""),
            Call(&["fchownat", "chown"], ""),
            Call(&["setxattr"], ""),
        ],
    ),
    (
        "scope",
        &[Write(&["/etc/sudoers"]), Write(&["/etc/sudoers.d"])],
    ),
    (
        "session",
        &[
            Write(&["/run/utmp"]),
            Write(&["/var/log/wtmp"]),
            Write(&["/var/log/btmp"]),
        ],
    ),
    (
        "time-change",
        &[
            Call(&["settimeofday", "adjtimex"], ""),
            Call(&["clock_settime"], ""),
            Write(&["/etc/localtime"]),
        ],
    ),
    ("user_emulation", &[Call(&["execve"], "euid!=uid")]),
    ("usermod", &[Run("usermod")]),
];

fn missing_audit_rules(facts: &Facts) -> Judged {
    let rules = &facts.audit.as_ref()?.rules;
    if rules.never_tasks || rules.is_empty() {
        let why = if rules.never_tasks {
            "`-a task,never` keeps all programs from being audited"
        } else {
            "no rule records anything"
        };
        return Ok(Verdict::fail(why));
    }
    let mut faults: Vec<Fault> = TOPICS
        .iter()
        .filter_map(|(topic, needs)| {
            let missing: Vec<String> = needs
                .iter()
                .filter_map(|need| lacks(facts, rules, need))
                .collect();
            (!missing.is_empty())
                .then(|| Fault::new(*topic, format!("no rule records {}", missing.join(", "))))
        })
        .collect();
    faults.extend(privileged(facts, rules));
    Ok(Verdict::from_faults(faults))
}

/// What a rule should record and none does, in words.
fn lacks(facts: &Facts, rules: &Rules, need: &Need) -> Option<String> {
    match need {
        Write(paths) => {
            let first = (*paths.first()?).to_owned();
            (!paths.iter().any(|path| rules.watches(path, 'w'))).then_some(first)
        }
        Call(names, field) => {
            let known = names.iter().any(|name| {
                rules.records(name, field)
                    || (*field == "euid!=uid" && rules.records(name, "uid!=euid"))
            });
            let with = if field.is_empty() { "" } else { " with " };
            (!known).then(|| format!("{}{with}{field}", names.first().unwrap_or(&"")))
        }
        // What is not installed needs no rule.
        Run(name) => {
            let path = facts.programs.as_ref().ok()?.get(name)?.to_string_lossy();
            (!rules.watches(&path, 'x')).then(|| path.into_owned())
        }
    }
}

/// The set-id programs that no rule is about.
fn privileged(facts: &Facts, rules: &Rules) -> Option<Fault> {
    let walk = facts.walk.as_ref().map_err(|_: &Gap| ()).ok()?;
    let programs = walk.set_id.iter().map(|entry| entry.path.to_string_lossy());
    let missing: Vec<_> = programs.filter(|path| !rules.watches(path, 'x')).collect();
    let first = missing.first()?;
    Some(Fault::new(
        "privileged",
        format!(
            "no rule records the running of {} set-id programs, {first} first",
            missing.len()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_topic_that_is_covered_in_part_says_what_is_missing() {
        let mut tree = Tree::new();
        tree.file("/usr/sbin/auditd", "")
            .file("/etc/audit/rules.d/z.rules", "-D\n")
            .file(
                "/etc/audit/rules.d/a.rules",
                GOOD.replace("clock_settime,", "")
                    .replace("-w /usr/bin -p x\n", ""),
            )
            .file("/usr/bin/su", "")
            .mode("/usr/bin/su", 0o4755);
        let Ok(Verdict::Fail(faults)) = missing_audit_rules(&tree.facts()) else {
            panic!("no fault");
        };
        let lines: Vec<&str> = faults.iter().map(|it| it.evidence[0].as_str()).collect();
        assert_eq!(
            lines,
            [
                "no rule records clock_settime",
                "no rule records the running of 1 set-id programs, /usr/bin/su first"
            ]
        );
    }
}
