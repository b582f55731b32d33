use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// dockerd is set to keep containers apart from the machine and from each other, in
    /// `/etc/docker/daemon.json` or on its command line: `userns-remap`, `no-new-privileges: true`,
    /// `icc: false`; and, for information, `live-restore: true`, so that an upgrade of Docker
    /// need not wait for the containers' end.
    ///
    /// ## Why it matters
    /// Without these, root in a container has root's number on the machine, a set-user-id program in an
    /// image gives its user new rights, and every container on the default network reaches every
    /// other.
    ///
    /// ## Remediation
    /// Set them in `/etc/docker/daemon.json` and test the containers: some need `--userns=host` or a
    /// network of their own.
    pub(crate) LAX_DOCKER {
        id: "HT-CTR-005",
        title: "Docker leaves containers less apart than it could",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(653),
            Ref::Page("Docker: Isolate containers with a user namespace", "https://docs.docker.com/engine/security/userns-remap/"),
        ],
        judge: lax_docker,
        passes: |tree| {
            tree.file("/usr/bin/dockerd", "").file(
                "/etc/docker/daemon.json",
                r#"{"userns-remap": "default", "no-new-privileges": true, "icc": false, "live-restore": true}"#,
            );
        },
        fails: |tree| { tree.file("/usr/bin/dockerd", ""); },
    }
}

fn lax_docker(facts: &Facts) -> Judged {
    let docker = facts.docker.as_ref()?;
    let remapped = docker
        .value("userns-remap")
        .is_some_and(|value| !value.is_empty());
    let rules = [
        (
            "icc",
            docker.value("icc") == Some("false"),
            "is not false",
            Severity::Low,
        ),
        (
            "live-restore",
            docker.is_on("live-restore"),
            "is not on",
            Severity::Info,
        ),
        (
            "no-new-privileges",
            docker.is_on("no-new-privileges"),
            "is not on",
            Severity::Low,
        ),
        ("userns-remap", remapped, "is not set", Severity::Low),
    ];
    Ok(Verdict::from_faults(
        rules
            .into_iter()
            .filter(|(_, good, ..)| !good)
            .map(|(name, _, how, severity)| {
                Fault::new(name, format!("{name} {how}")).severity(severity)
            }),
    ))
}
