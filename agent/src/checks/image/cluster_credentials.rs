use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// A kubeconfig (`~/.kube`, `/etc/kubernetes/*.conf`, that of k3s) holds a token, password or client key;
    /// `~/.vault-token` holds a token; or `~/.terraform.d/credentials.tfrc.json` or `~/.terraformrc` does. A
    /// kubeconfig that names files or a program to ask (`exec`) passes.
    ///
    /// ## Why it matters
    /// Whoever can read the image can act in the cluster, the infrastructure or the store of secrets with
    /// the rights of whoever logged in.
    ///
    /// ## Remediation
    /// Delete the file, revoke the token or client certificate, and let instances log in with an identity of
    /// their own, e.g. `aws eks get-token`.
    pub(crate) LEFT_CLUSTER_TOKEN {
        id: "HT-IMG-022",
        title: "Kubernetes, Terraform or Vault credentials were left in the image",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(312), Ref::Cwe(522)],
        judge: judge,
        passes: |tree| { tree.file("/root/.kube/config", "users:\n- name: a\n  user:\n    exec:\n      command: aws\n"); },
        fails: |tree| { tree.file("/root/.kube/config", "users:\n- name: a\n  user:\n    token: x\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(
        facts,
        Kind::Cluster,
        "holds a token, password or client key",
    )
}
