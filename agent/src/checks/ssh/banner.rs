use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sshd shows a text before it asks who is there: `Banner` names a file that has text in it.
    ///
    /// ## Why it matters
    /// In some countries whoever breaks in can be held to it more easily if a text told him that he
    /// may not. It keeps nobody out, and no distribution ships one, so this is a remark.
    ///
    /// ## Remediation
    /// Write the text into `/etc/issue.net`, set `Banner /etc/issue.net` in `/etc/ssh/sshd_config`
    /// and reload sshd.
    pub(crate) NO_BANNER {
        id: "HT-SSH-011",
        title: "SSH shows no warning before the login",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.5"),
            Ref::amazon_linux_2023("4.2.15"),
            Ref::independent("5.2.19"),
            Ref::Manual("sshd_config(5)"),
        ],
        judge: banner,
        passes: |tree| { tree.sshd("Banner /etc/issue.net\n").file("/etc/issue.net", "For members only.\n"); },
        fails: |tree| { tree.sshd("Banner /etc/issue.net\n").file("/etc/issue.net", "\n"); },
    }
}

fn banner(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    let setting = sshd.effective("banner")?.line("Banner");
    Ok(match sshd.banner {
        Some(true) => Verdict::Pass,
        Some(false) => Verdict::fail(format!("{setting}: the file is missing or empty")),
        None => Verdict::fail(setting),
    })
}
