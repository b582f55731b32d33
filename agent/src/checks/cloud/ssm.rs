use crate::checks::{Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// The agent of AWS Systems Manager starts at boot: on Amazon Linux, and wherever it is installed.
    ///
    /// ## Why it matters
    /// With it, instances can be patched, asked and logged in to without an open SSH port or shared
    /// keys. Where an image is not meant to be managed so, this is for information only.
    ///
    /// ## Remediation
    /// Install `amazon-ssm-agent` and `systemctl enable` it, and give the instances a role with
    /// `AmazonSSMManagedInstanceCore`.
    pub(crate) NO_SSM_AGENT {
        id: "HT-CLD-005",
        title: "The agent of Systems Manager does not start on instances",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Page("AWS: Working with SSM Agent", "https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent.html"),
        ],
        judge: judge,
        passes: |tree| {
            tree.file("/sbin/init", "")
                .file("/usr/bin/amazon-ssm-agent", "")
                .link("/etc/systemd/system/multi-user.target.wants/amazon-ssm-agent.service", "/x");
        },
        fails: |tree| { tree.file("/sbin/init", "").file("/usr/bin/amazon-ssm-agent", ""); },
    }
}

/// The unit of the package and that of the snap.
const UNITS: [&str; 2] = ["amazon-ssm-agent", "snap.amazon-ssm-agent.amazon-ssm-agent"];

fn judge(facts: &Facts) -> Judged {
    let agents = facts.cloud_agents.as_ref()?;
    let services = facts.services.as_ref()?;
    let amazon = facts.os.as_ref().is_ok_and(|os| os.id() == Some("amzn"));
    if UNITS.iter().any(|unit| services.is_enabled(unit)) {
        Ok(Verdict::Pass)
    } else if agents.has_ssm {
        Ok(Verdict::fail(
            "amazon-ssm-agent is installed, but not enabled",
        ))
    } else if amazon {
        Ok(Verdict::fail("amazon-ssm-agent is not installed"))
    } else {
        Err(NotJudged::NotApplicable(
            "the SSM agent is not installed".to_owned(),
        ))
    }
}
