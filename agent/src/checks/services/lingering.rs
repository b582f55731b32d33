use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No user lingers (`loginctl enable-linger`): nobody's own services start at boot without them.
    ///
    /// ## Why it matters
    /// What a lingering user puts into `~/.config/systemd/user` runs on every instance from the boot on,
    /// where no one looks for services. Rootless containers need it: then this is for information
    /// only.
    ///
    /// ## Remediation
    /// `loginctl disable-linger NAME`; run services of the machine from `/etc/systemd/system` with
    /// `User=`.
    pub(crate) LINGERING_USER {
        id: "HT-SVC-043",
        title: "A user's own services start at boot",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Manual("loginctl(1)"),
            Ref::Page("MITRE ATT&CK T1543.002", "https://attack.mitre.org/techniques/T1543/002/"),
        ],
        judge: lingering,
        passes: |tree| { tree.file("/usr/lib/systemd/systemd", ""); },
        fails: |tree| {
            tree.file("/usr/lib/systemd/systemd", "").file("/var/lib/systemd/linger/joe", "");
        },
    }
}

fn lingering(facts: &Facts) -> Judged {
    let units = facts.local_units.as_ref()?;
    Ok(Verdict::from_faults(units.lingering.iter().map(|user| {
        Fault::new(user, format!("/var/lib/systemd/linger/{user} is there"))
    })))
}
