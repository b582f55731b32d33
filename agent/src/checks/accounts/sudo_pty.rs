use crate::checks::{Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sudo runs commands in a terminal of their own: `use_pty` is set, or sudo is 1.9.14 or newer,
    /// which does so by itself, and `!use_pty` is not set. Where sudo cannot be asked for its version
    /// this is unknown.
    ///
    /// ## Why it matters
    /// Without one a program that is run through sudo as a lesser user can type into the terminal of
    /// whoever called it, and one that goes on in the background keeps the terminal.
    ///
    /// ## Remediation
    /// Add `Defaults use_pty` with `visudo`.
    pub(crate) SUDO_WITHOUT_PTY {
        id: "HT-ACC-028",
        title: "sudo runs commands in the caller's terminal",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.2.2"),
            Ref::amazon_linux_2023("4.3.2"),
            Ref::Cwe(269),
            Ref::Manual("sudoers(5)"),
        ],
        judge: sudo_pty,
        passes: |tree| { tree.file("/etc/sudoers", "Defaults use_pty\n"); },
        fails: |tree| { tree.file("/etc/sudoers", "Defaults use_pty\nDefaults !use_pty\n"); },
    }
}

/// The first version that has `use_pty` on.
const ON_SINCE: [u32; 3] = [1, 9, 14];

fn sudo_pty(facts: &Facts) -> Judged {
    let sudoers = facts.sudoers.as_ref()?;
    match (sudoers.rules.for_all("use_pty"), sudoers.version) {
        (Some(set), _) if set.off => {
            Ok(Verdict::fail(format!("{}: Defaults !use_pty", set.source)))
        }
        (Some(_), _) => Ok(Verdict::Pass),
        (None, Some(version)) if version >= ON_SINCE => Ok(Verdict::Pass),
        (None, Some([a, b, c])) => Ok(Verdict::fail(format!(
            "/etc/sudoers: use_pty is not set, and sudo {a}.{b}.{c} has it off"
        ))),
        (None, None) => Err(NotJudged::Unknown(
            "use_pty is not set, and what holds then depends on sudo's version".to_owned(),
        )),
    }
}
