//! What the kernel's audit is told to record, auditctl(8) and audit.rules(7).

/// All rules, in the order in which they are loaded.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    all: Vec<Rule>,
    /// Whether `-e 2` locks them until the next boot.
    pub(crate) immutable: bool,
    /// Whether a rule keeps all tasks from being audited (`-a never,task`), as the stock rules of
    /// RHEL and Amazon Linux do.
    pub(crate) never_tasks: bool,
}

/// One rule that records something.
#[derive(Debug, Default)]
struct Rule {
    /// Of `-S`; those of 32-bit programs only are left out.
    syscalls: Vec<String>,
    /// Of `-w`, `-F path=` and `-F dir=`.
    paths: Vec<String>,
    /// Of `-p` and `-F perm=`; all of them where none are named.
    permissions: String,
    /// Of `-F` and `-C`, as they are written.
    fields: Vec<String>,
}

impl Rules {
    /// Whether nothing is recorded beyond what auditd records by itself.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether an access (`w`, `x`, …) to a file, or to what lies below a directory, is recorded.
    pub(crate) fn watches(&self, path: &str, access: char) -> bool {
        self.all.iter().any(|rule| {
            (rule.permissions.is_empty() || rule.permissions.contains(access))
                && rule.paths.iter().any(|watched| covers(watched, path))
        })
    }

    /// Whether a system call is recorded by a rule one of whose fields begins like this (nothing
    /// where any rule will do).
    pub(crate) fn records(&self, syscall: &str, field: &str) -> bool {
        self.all.iter().any(|rule| {
            rule.syscalls
                .iter()
                .any(|named| named == syscall || named == "all")
                && (field.is_empty() || rule.fields.iter().any(|it| it.starts_with(field)))
        })
    }

    /// Adds the rules of one file. `-D`, which deletes the kernel's rules, is passed over: augenrules(8)
    /// moves it to the top, wherever it stands.
    pub(crate) fn read(&mut self, text: &str) {
        for line in text.lines().map(str::trim) {
            if !line.starts_with('#') {
                self.line(line);
            }
        }
    }

    fn line(&mut self, line: &str) {
        let mut rule = Rule::default();
        let (mut never, mut is_32_bit, mut records) = (false, false, false);
        let mut words = line.split_whitespace().map(unquoted);
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_default();
            match word {
                "-e" => self.immutable = value() == "2",
                "-a" | "-A" => {
                    let list = value();
                    let has = |word| list.split(',').any(|it| it == word);
                    never = has("never");
                    records = has("exit");
                    self.never_tasks |= never && has("task");
                }
                "-w" => {
                    rule.paths.push(value().to_owned());
                    records = true;
                }
                "-p" => value().clone_into(&mut rule.permissions),
                "-S" => rule.syscalls.extend(value().split(',').map(str::to_owned)),
                "-F" | "-C" => {
                    let field = value();
                    match field.split_once('=') {
                        Some(("path" | "dir", path)) => rule.paths.push(path.to_owned()),
                        Some(("perm", access)) => access.clone_into(&mut rule.permissions),
                        Some(("arch", arch)) => is_32_bit = matches!(arch, "b32" | "i386"),
                        _ => rule.fields.push(field.to_owned()),
                    }
                }
                _ => {}
            }
        }
        if records && !never && !(is_32_bit && rule.paths.is_empty()) {
            self.all.push(rule);
        }
    }
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}

/// Whether a watch on one path records what happens at another: the same, or one below it.
fn covers(watched: &str, path: &str) -> bool {
    let (watched, path) = (plain(watched), plain(path));
    path.strip_prefix(watched)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path without what is a link on most systems: `/usr/bin` and `/bin` are one, `/var/run` and
/// `/run` are.
fn plain(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let short = path
        .strip_prefix("/usr")
        .or_else(|| path.strip_prefix("/var"));
    match short {
        Some(short)
            if ["/bin/", "/sbin/", "/run/"]
                .iter()
                .any(|it| short.starts_with(it)) =>
        {
            short
        }
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rules_of_all_kinds_are_read() {
        let mut rules = Rules::default();
        rules.read(
            "# -w /no -p wa\n-D\n-b 8192\n-w /etc/sudoers.d/ -p wa -k scope\n\
             -a always,exit -F arch=b64 -S adjtimex,settimeofday -k time\n\
             -a always,exit -F arch=b32 -S stime -k time\n\
             -a exit,always -F arch=b64 -S openat -F exit=-EACCES -F auid>=1000 -F auid!=unset\n\
             -a always,exit -F path=/usr/bin/su -F perm=x -F auid>=1000 -F key=\"priv\"\n\
             -a never,exit -F path=/usr/bin/noise\n-e 2\n",
        );
        assert!(rules.immutable && !rules.never_tasks && !rules.is_empty());
        assert!(rules.watches("/etc/sudoers.d", 'w') && rules.watches("/etc/sudoers.d/x", 'w'));
        assert!(!rules.watches("/etc/sudoers", 'w') && !rules.watches("/etc/sudoers.d", 'x'));
        assert!(rules.watches("/bin/su", 'x') && !rules.watches("/usr/bin/noise", 'x'));
        assert!(rules.records("settimeofday", "") && !rules.records("stime", ""));
        assert!(rules.records("openat", "exit=-EACCES") && !rules.records("openat", "exit=-EPERM"));
    }

    #[test]
    fn stock_rules_of_red_hat_record_nothing() {
        let mut rules = Rules::default();
        rules.read("-D\n-a task,never\n");
        assert!(rules.is_empty() && rules.never_tasks && !rules.immutable);
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "((-[awSFCpeD] |always,exit|path=|/|\n)|\\PC)*") {
            Rules::default().read(&text);
            covers(&text, &text);
        }
    }
}
