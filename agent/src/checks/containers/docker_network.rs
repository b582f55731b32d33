use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// dockerd takes orders over TCP (`hosts` in `/etc/docker/daemon.json`, `-H tcp://…` in its unit or
    /// `/etc/default/docker`, `ListenStream=` in `docker.socket`) only where `tlsverify` is on too. On
    /// loopback alone it is of high severity.
    ///
    /// ## Why it matters
    /// Who can connect starts a container with the machine's disk mounted: that is root, without a
    /// password. Such ports are found and used within hours.
    ///
    /// ## Remediation
    /// Remove the address and use `ssh://` from clients, or set `"tlsverify": true` with `tlscacert`,
    /// `tlscert` and `tlskey`.
    pub(crate) OPEN_DOCKER {
        id: "HT-CTR-001",
        title: "Docker takes orders over TCP without checking who sends them",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(306),
            Ref::Page("Docker: Protect the daemon socket", "https://docs.docker.com/engine/security/protect-access/"),
        ],
        judge: open_docker,
        passes: |tree| {
            tree.file("/usr/bin/dockerd", "")
                .file("/etc/docker/daemon.json", r#"{"hosts": ["tcp://0.0.0.0:2376"], "tlsverify": true}"#);
        },
        fails: |tree| {
            tree.file("/usr/bin/dockerd", "")
                .file("/etc/docker/daemon.json", r#"{"hosts": ["fd://", "tcp://0.0.0.0:2375"]}"#);
        },
    }
}

fn open_docker(facts: &Facts) -> Judged {
    let docker = facts.docker.as_ref()?;
    if docker.is_on("tlsverify") {
        return Ok(Verdict::Pass);
    }
    Ok(Verdict::from_faults(
        docker
            .all("host")
            .filter_map(|host| Some((host.value.strip_prefix("tcp://")?, host)))
            .map(|(address, host)| {
                let fault = Fault::new(
                    &host.value,
                    format!(
                        "{} has {}, tlsverify is not on",
                        host.source.display(),
                        host.value
                    ),
                );
                let loopback = ["127.", "localhost", "[::1]"]
                    .iter()
                    .any(|start| address.starts_with(start));
                if loopback {
                    fault.severity(Severity::High)
                } else {
                    fault
                }
            }),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn on_loopback_it_is_open_to_local_users_only() {
        let mut tree = Tree::new();
        tree.file("/usr/bin/dockerd", "").file(
            "/etc/default/docker",
            "DOCKER_OPTS=\"-H tcp://127.0.0.1:2375\"\n",
        );
        let Ok(Verdict::Fail(faults)) = open_docker(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].severity, Some(Severity::High));
    }
}
