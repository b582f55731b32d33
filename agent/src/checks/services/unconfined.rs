use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Services that were made for this image (units that are files in `/etc/systemd/system`) and keep
    /// running as root have something taken from them: `User=`, `DynamicUser=`, `ProtectSystem=`,
    /// `NoNewPrivileges=`, `CapabilityBoundingSet=`, `SystemCallFilter=` or another setting of
    /// systemd.exec(5) of that kind.
    ///
    /// ## Why it matters
    /// Whoever breaks into such a service has the whole machine. Packages of distributions confine
    /// theirs; those of one's own are mostly forgotten.
    ///
    /// ## Remediation
    /// Start with `User=`, `NoNewPrivileges=yes`, `ProtectSystem=strict`, `ProtectHome=yes` and
    /// `PrivateTmp=yes`; `systemd-analyze security NAME` shows what is left.
    pub(crate) UNCONFINED_SERVICE {
        id: "HT-SVC-041",
        title: "A service of one's own runs as root without any sandbox",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(250), Ref::Manual("systemd.exec(5)"), Ref::Manual("systemd-analyze(1)")],
        judge: unconfined,
        passes: |tree| {
            tree.file("/usr/lib/systemd/systemd", "")
                .file("/etc/systemd/system/a.service", "[Service]\nUser=a\nExecStart=/opt/a\n");
        },
        fails: |tree| {
            tree.file("/usr/lib/systemd/systemd", "")
                .file("/etc/systemd/system/a.service", "[Service]\nExecStart=/opt/a\n");
        },
    }
}

fn unconfined(facts: &Facts) -> Judged {
    let units = facts.local_units.as_ref()?;
    Ok(Verdict::from_faults(
        units
            .of_root
            .iter()
            .filter(|service| !service.confined)
            .map(|service| Fault::at(&service.path, "runs as root, no setting confines it")),
    ))
}
