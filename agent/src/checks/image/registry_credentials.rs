use super::left_in_homes::left_in_homes;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

check! {
    /// ## What it checks
    /// `~/.docker/config.json`, `~/.dockercfg`, `~/.config/containers/auth.json` or
    /// `/var/lib/kubelet/config.json` holds a login. Files that only name a credential helper (`credsStore`)
    /// pass.
    ///
    /// ## Why it matters
    /// Whoever can read the image can pull private container images, and often push changed ones.
    ///
    /// ## Remediation
    /// Run `docker logout` or `podman logout --all` as the last step of the build, revoke the password or
    /// token, and use a credential helper instead, e.g. that of Amazon ECR.
    pub(crate) LEFT_REGISTRY_PASSWORD {
        id: "HT-IMG-007",
        title: "Passwords of a container registry were left in the image",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::AwsSharedAmi,
            Ref::Cwe(312),
            Ref::Cwe(522),
            Ref::Manual("containers-auth.json(5)"),
        ],
        judge: judge,
        passes: |tree| { tree.file("/root/.docker/config.json", r#"{"auths": {"a": {}}, "credsStore": "ecr-login"}"#); },
        fails: |tree| { tree.file("/root/.docker/config.json", r#"{"auths": {"a": {"auth": "eDp4"}}}"#); },
    }
}

fn judge(facts: &Facts) -> Judged {
    left_in_homes(
        facts,
        Kind::Registry,
        "holds a login to a container registry",
    )
}
