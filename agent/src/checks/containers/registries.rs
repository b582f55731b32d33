use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// Docker, podman, CRI-O and containerd check the certificate of every registry that they take images
    /// from: no `insecure-registries` in `/etc/docker/daemon.json` or on dockerd's command line, no
    /// `insecure = true` in `/etc/containers/registries.conf`, no `skip_verify` in containerd's
    /// `certs.d`, no `insecure_skip_verify` in its `config.toml`. Registries on loopback do not count.
    ///
    /// ## Why it matters
    /// Who sits on the way to the registry answers in its place, and the machine runs the images of
    /// the attacker and hands over the password of the registry.
    ///
    /// ## Remediation
    /// Give the registry a certificate, and the machines its authority: `/etc/docker/certs.d/HOST/ca.crt`,
    /// `/etc/containers/certs.d/HOST/ca.crt`.
    pub(crate) INSECURE_REGISTRY {
        id: "HT-CTR-004",
        title: "Container images are taken from a registry without checking it",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(295),
            Ref::Manual("containers-registries.conf(5)"),
            Ref::Page("dockerd: insecure registries", "https://docs.docker.com/reference/cli/dockerd/#insecure-registries"),
        ],
        judge: insecure_registry,
        passes: |tree| {
            tree.file("/etc/containers/registries.conf", "[[registry]]\nlocation = \"r.example.com\"\n");
        },
        fails: |tree| {
            tree.file("/etc/containers/registries.conf", "[[registry]]\nlocation = \"r.example.com\"\ninsecure = true\n");
        },
    }
}

fn insecure_registry(facts: &Facts) -> Judged {
    let mut faults = Vec::new();
    let mut unknown = None;
    let mut there = false;
    match &facts.docker {
        Ok(docker) => {
            there = true;
            faults.extend(docker.all("insecure-registry").map(|registry| {
                Fault::new(
                    &registry.value,
                    format!(
                        "{} has insecure-registry {}",
                        registry.source.display(),
                        registry.value
                    ),
                )
            }));
        }
        Err(Gap::Unknown(why)) => unknown = Some(why.clone()),
        Err(Gap::Absent(_)) => {}
    }
    match &facts.registries {
        Ok(registries) => {
            there = true;
            faults.extend(registries.iter().map(|one| {
                let path = one.path.display();
                let subject = if one.registry.is_empty() {
                    path.to_string()
                } else {
                    one.registry.clone()
                };
                Fault::new(
                    subject,
                    format!("{path}, line {}: no check of the certificate", one.line),
                )
            }));
        }
        Err(Gap::Unknown(why)) => unknown = Some(why.clone()),
        Err(Gap::Absent(_)) => {}
    }
    faults.retain(|fault| !is_loopback(&fault.subject));
    match unknown {
        Some(why) if faults.is_empty() => Err(NotJudged::Unknown(why)),
        None if !there => Err(NotJudged::NotApplicable(
            "no container engine is set up".to_owned(),
        )),
        _ => Ok(Verdict::from_faults(faults)),
    }
}

fn is_loopback(registry: &str) -> bool {
    let host = registry.rsplit("://").next().unwrap_or(registry);
    ["localhost", "127.", "[::1]", "::1"]
        .iter()
        .any(|start| host.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn loopback_needs_no_certificate() {
        let mut tree = Tree::new();
        tree.file("/usr/bin/dockerd", "").file(
            "/etc/docker/daemon.json",
            r#"{"insecure-registries": ["127.0.0.0/8", "localhost:5000"]}"#,
        );
        assert_eq!(insecure_registry(&tree.facts()), Ok(Verdict::Pass));
    }
}
