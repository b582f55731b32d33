use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No script in the image (cron, systemd units, `/usr/local/bin`, `/opt`, `/root`,
    /// `/etc/profile.d`, cloud-init's scripts) asks EC2's instance metadata service at
    /// 169.254.169.254 without a token, as IMDSv1 allows.
    ///
    /// ## Why it matters
    /// As long as one script needs IMDSv1, it has to stay on; and then any program on the instance
    /// that can be made to fetch an address (server-side request forgery) gives an attacker the
    /// credentials of the instance's role.
    ///
    /// ## Remediation
    /// Get a token first: `TOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token -H
    /// "X-aws-ec2-metadata-token-ttl-seconds: 60")`, and send it as `X-aws-ec2-metadata-token`; or
    /// use `ec2-metadata` or an AWS SDK. Then register the image with `--imds-support v2.0`.
    pub(crate) IMDSV1 {
        id: "HT-UPK-004",
        title: "A script needs instance metadata without a token",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(918),
            Ref::Page(
                "Amazon EC2: Use the Instance Metadata Service",
                "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
            ),
        ],
        judge: imdsv1,
        passes: |tree| {
            tree.file("/usr/local/bin/id", "T=$(curl -X PUT http://169.254.169.254/latest/api/token)\ncurl -H \"X-aws-ec2-metadata-token: $T\" http://169.254.169.254/latest/meta-data/\n");
        },
        fails: |tree| {
            tree.file("/usr/local/bin/id", "curl http://169.254.169.254/latest/meta-data/instance-id\n");
        },
    }
}

fn imdsv1(facts: &Facts) -> Judged {
    let calls = facts.metadata_calls.as_ref()?;
    if calls.without_token.is_empty() && calls.cut {
        return Err(NotJudged::Unknown(
            "there are more files below /opt and /usr/local than are looked at".to_owned(),
        ));
    }
    Ok(Verdict::from_faults(calls.without_token.iter().map(
        |(path, line)| {
            Fault::at(
                path,
                format!("line {line} asks 169.254.169.254, and no line brings a token"),
            )
        },
    )))
}
