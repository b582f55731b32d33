use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sudo gives commands a clean environment: no `Defaults` says `!env_reset` or `setenv`, and
    /// `env_keep` and `env_check` keep no variable that makes a program load or run something
    /// (`LD_PRELOAD`, `PYTHONPATH`, `BASH_ENV` and the like).
    ///
    /// ## Why it matters
    /// A user who may run one harmless command as root sets such a variable and runs any. Where he
    /// may run everything anyway it gives nothing more, so with `setenv` it is less bad.
    ///
    /// ## Remediation
    /// Remove the parameter with `visudo`.
    pub(crate) SUDO_ENVIRONMENT {
        id: "HT-ACC-031",
        title: "sudo hands the caller's environment to root's programs",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(454),
            Ref::Manual("sudoers(5)"),
            Ref::Page("MITRE ATT&CK T1574.006", "https://attack.mitre.org/techniques/T1574/006/"),
        ],
        judge: sudo_environment,
        passes: |tree| { tree.file("/etc/sudoers", "Defaults env_reset\nDefaults env_keep += \"LANG EDITOR\"\n"); },
        fails: |tree| { tree.file("/etc/sudoers", "Defaults env_keep += \"LANG LD_PRELOAD\"\n"); },
    }
}

/// Variables that make a shell, the linker or an interpreter load or run something.
const LOADING: [&str; 16] = [
    "BASH_ENV",
    "ENV",
    "GCONV_PATH",
    "JAVA_TOOL_OPTIONS",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "NODE_OPTIONS",
    "PERL5LIB",
    "PERL5OPT",
    "PERLLIB",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "RUBYLIB",
    "RUBYOPT",
];

fn sudo_environment(facts: &Facts) -> Judged {
    let rules = &facts.sudoers.as_ref()?.rules;
    let mut faults: Vec<Fault> = Vec::new();
    for set in &rules.defaults {
        let subject = format!("Defaults{} {}", set.whom, set.name);
        let bad = match set.name.as_str() {
            "env_reset" if set.off => Some((Severity::High, "!env_reset".to_owned())),
            "setenv" if !set.off => Some((Severity::Medium, "setenv".to_owned())),
            "env_reset" | "setenv" => None,
            "env_keep" | "env_check" => {
                let kept: Vec<&str> = set.value.split_whitespace().filter(|v| loads(v)).collect();
                // What is added leaves the list as it was.
                if set.change == '+' && kept.is_empty() {
                    continue;
                }
                // Only some are taken away: what is left cannot be told.
                if set.change == '-' {
                    continue;
                }
                (!kept.is_empty())
                    .then(|| (Severity::High, format!("{} {}", set.name, kept.join(" "))))
            }
            _ => continue,
        };
        // Of two lines for the same users the later counts.
        faults.retain(|fault| fault.subject != subject);
        if let Some((severity, what)) = bad {
            let line = format!("{}: Defaults{} {what}", set.source, set.whom);
            faults.push(Fault::new(subject, line).severity(severity));
        }
    }
    Ok(Verdict::from_faults(faults))
}

/// Whether a name, which may be a pattern (`LD_*`) or have a value, is one of those.
fn loads(name: &str) -> bool {
    let name = name.split('=').next().unwrap_or_default();
    match name.strip_suffix('*') {
        Some(start) => LOADING.iter().any(|known| known.starts_with(start)),
        None => LOADING.contains(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn the_later_line_counts() {
        for (text, found) in [
            ("Defaults !env_reset\nDefaults env_reset\n", 0),
            (
                "Defaults env_keep = \"LD_*\"\nDefaults env_keep = LANG\n",
                0,
            ),
            (
                "Defaults env_keep += PYTHONPATH\nDefaults env_keep += LANG\n",
                1,
            ),
            ("Defaults !env_reset, setenv\n", 2),
            ("Defaults env_check += \"TZ\"\n", 0),
        ] {
            let mut tree = Tree::new();
            tree.file("/etc/sudoers", text);
            let count = match sudo_environment(&tree.facts()) {
                Ok(Verdict::Fail(faults)) => faults.len(),
                _ => 0,
            };
            assert_eq!(count, found, "{text}");
        }
    }
}
