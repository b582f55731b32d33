use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Only root can write to `/etc/motd`, `/etc/issue` and `/etc/issue.net`.
    ///
    /// ## Why it matters
    /// Whoever can write there tells everyone who logs in what he likes: to type the password once
    /// more, or to run a command.
    ///
    /// ## Remediation
    /// `chown root:root` and `chmod 644` the file.
    pub(crate) OPEN_GREETING {
        id: "HT-SVC-013",
        title: "The text shown at a login can be changed by others",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.6.4"),
            Ref::debian_12("1.6.5"),
            Ref::debian_12("1.6.6"),
            Ref::amazon_linux_2023("1.7.4"),
            Ref::amazon_linux_2023("1.7.5"),
            Ref::amazon_linux_2023("1.7.6"),
            Ref::independent("1.7.1.4"),
            Ref::independent("1.7.1.5"),
            Ref::independent("1.7.1.6"),
            Ref::Cwe(732),
        ],
        judge: open_greeting,
        passes: |tree| { tree.file("/etc/motd", ""); },
        fails: |tree| { tree.file("/etc/motd", "").mode("/etc/motd", 0o664).owner("/etc/motd", 0, 1000); },
    }
}

fn open_greeting(facts: &Facts) -> Judged {
    let files = &facts.greetings.as_ref()?.files;
    let open: Vec<Fault> = files
        .iter()
        .filter(|stat| stat.written_by_others())
        .map(|stat| Fault::at(&stat.path, stat.line()))
        .collect();
    Ok(Verdict::from_faults(open))
}
