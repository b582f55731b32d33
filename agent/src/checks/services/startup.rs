use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// What root runs or loads at start, at login and when the network changes can be changed by
    /// root alone: `rc.local`, init scripts, `profile.d`, root's shell files, the linker's
    /// `ld.so.preload` and `ld.so.conf` with what they name, PAM's and udev's rules, network hooks,
    /// cloud-init's scripts of every boot.
    ///
    /// ## Why it matters
    /// A line added there runs as root at the next start or login.
    ///
    /// ## Remediation
    /// Run `chown root:root` and `chmod go-w` on what the evidence names.
    pub(crate) WRITABLE_STARTUP_SCRIPT {
        id: "HT-SVC-004",
        title: "A start-up or login script of root can be changed by others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(732),
            Ref::Manual("ld.so(8)"),
            Ref::Page("MITRE ATT&CK T1037", "https://attack.mitre.org/techniques/T1037/"),
        ],
        same_as: [SameAs::Test("BOOT-5184"), SameAs::Test("BOOT-5263")],
        judge: writable_startup_script,
        passes: |tree| { tree.file("/etc/profile.d/app.sh", ""); },
        fails: |tree| { tree.file("/etc/profile.d/app.sh", "").mode("/etc/profile.d/app.sh", 0o666); },
    }
}

fn writable_startup_script(facts: &Facts) -> Judged {
    super::judge(facts.startup.as_ref()?)
}
