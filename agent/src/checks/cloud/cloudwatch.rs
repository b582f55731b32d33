use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The CloudWatch agent's `common-config.toml` names no stored credentials
    /// (`shared_credential_profile`, `shared_credential_file`).
    ///
    /// ## Why it matters
    /// Such credentials are a long-lived key that every instance and everyone with the image has. An
    /// instance's role gives short-lived ones instead.
    ///
    /// ## Remediation
    /// Comment the lines out, delete the key, and attach `CloudWatchAgentServerPolicy` to the instances'
    /// role.
    pub(crate) CLOUDWATCH_KEY {
        id: "HT-CLD-004",
        title: "The CloudWatch agent uses a stored key instead of a role",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(522),
            Ref::Page(
                "AWS: Common configuration of the CloudWatch agent",
                "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Agent-commandline-fleet.html",
            ),
        ],
        judge: judge,
        passes: |tree| {
            tree.file("/opt/aws/amazon-cloudwatch-agent/etc/common-config.toml", "# [credentials]\n");
        },
        fails: |tree| {
            tree.file(
                "/opt/aws/amazon-cloudwatch-agent/etc/common-config.toml",
                "[credentials]\n  shared_credential_profile = \"AmazonCloudWatchAgent\"\n",
            );
        },
    }
}

fn judge(facts: &Facts) -> Judged {
    let agents = facts.cloud_agents.as_ref()?;
    Ok(Verdict::from_faults(
        agents
            .cloudwatch_credentials
            .as_ref()?
            .iter()
            .map(|(path, line, key)| {
                Fault::new(*key, format!("{}, line {line}: {key}", path.display()))
            }),
    ))
}
