use hardtarget_report::Severity;

use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// `/etc/issue` and `/etc/issue.net`, shown before a login, tell neither the system's name nor
    /// its release, kernel or machine (`\s`, `\r`, `\v`, `\m`, `\S`).
    ///
    /// ## Why it matters
    /// Whoever has not logged in need not know which flaws to try. Versions can mostly be told by
    /// other means, and every distribution ships its name there, so this is a remark.
    ///
    /// ## Remediation
    /// Write a text of your own into both files.
    pub(crate) TELLING_GREETING {
        id: "HT-SVC-012",
        title: "The greeting before a login tells what the system is",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.6.2"),
            Ref::debian_12("1.6.3"),
            Ref::amazon_linux_2023("1.7.2"),
            Ref::amazon_linux_2023("1.7.3"),
            Ref::independent("1.7.1.2"),
            Ref::independent("1.7.1.3"),
            Ref::Cwe(200),
            Ref::Manual("issue(5)"),
        ],
        judge: telling_greeting,
        passes: |tree| { tree.file("/etc/issue", "For members only.\n"); },
        fails: |tree| { tree.file("/etc/issue.net", "Kernel \\r\n"); },
    }
}

fn telling_greeting(facts: &Facts) -> Judged {
    let telling = &facts.greetings.as_ref()?.telling;
    Ok(Verdict::in_one(telling.iter().map(|(path, words)| {
        (Severity::Info, format!("{path}: {}", words.join(", ")))
    })))
}
