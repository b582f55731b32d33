use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The kubelet's configuration (`/var/lib/kubelet/config.yaml`,
    /// `/etc/kubernetes/kubelet/kubelet-config.json` and the like) neither lets strangers in
    /// (`authentication.anonymous.enabled: true`), nor allows everything to everyone
    /// (`authorization.mode: AlwaysAllow`), nor opens the port that asks nobody (`readOnlyPort`, of medium
    /// severity).
    ///
    /// ## Why it matters
    /// Who can reach port 10250 of such a node runs commands in all its containers; port 10255 tells
    /// everyone what runs there, with its environment.
    ///
    /// ## Remediation
    /// Set `authentication.anonymous.enabled: false`, `authorization.mode: Webhook` and
    /// `readOnlyPort: 0`.
    pub(crate) OPEN_KUBELET {
        id: "HT-CTR-006",
        title: "The kubelet answers those it does not know",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(306),
            Ref::Page(
                "Kubernetes: Kubelet authentication and authorization",
                "https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/",
            ),
        ],
        judge: open_kubelet,
        passes: |tree| {
            tree.file("/var/lib/kubelet/config.yaml", "authentication:\n  anonymous:\n    enabled: false\n");
        },
        fails: |tree| {
            tree.file("/var/lib/kubelet/config.yaml", "authentication:\n  anonymous:\n    enabled: true\n");
        },
    }
}

fn open_kubelet(facts: &Facts) -> Judged {
    let files = facts.kubelet.as_ref()?;
    Ok(Verdict::from_faults(files.iter().flat_map(|file| {
        file.values.iter().filter_map(|(name, value)| {
            let severity = severity(name, value)?;
            let fault = Fault::new(name, format!("{}: {name} is {value}", file.path.display()));
            Some(fault.severity(severity))
        })
    })))
}

/// How bad a setting is, if it is.
fn severity(name: &str, value: &str) -> Option<Severity> {
    match (name, value) {
        ("authentication.anonymous.enabled", "true") | ("authorization.mode", "AlwaysAllow") => {
            Some(Severity::Critical)
        }
        ("readOnlyPort", port) if port != "0" => Some(Severity::Medium),
        _ => None,
    }
}
