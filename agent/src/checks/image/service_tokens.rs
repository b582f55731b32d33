use hardtarget_report::Severity;

use super::secrets::{is_ours, secrets};
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::secrets::Kind;

check! {
    /// ## What it checks
    /// No file of configuration (by name and ending, below `/etc`, `/opt`, `/srv`, `/app`, `/root`,
    /// `/home`, `/var/www`, `/var/spool/cron`, `/usr/local/etc` and `/usr/local/bin`; up to 256 KiB) holds a
    /// secret that is known by its form:
    ///
    /// - critical: an access key of AWS (`AKIA…`, `ASIA…`) with its secret within four lines, the key of
    ///   a service account of Google Cloud, an account key of Azure Storage;
    /// - high: tokens of GitHub, GitLab, Slack, Stripe, SendGrid, npm, PyPI, DigitalOcean, HashiCorp
    ///   Vault, Docker Hub, Databricks, Anthropic and OpenAI, by the beginning and length that each
    ///   gives them;
    /// - medium: JSON Web Tokens, which may have expired, and API keys of Google (`AIza…`), which may be
    ///   public by design.
    ///
    /// Commented-out lines count. Repeated characters and words such as `EXAMPLE` do not. Directories of
    /// packages (`node_modules`, `site-packages`, `vendor`), tests, documentation and files named
    /// `example`, `sample` or `template` are left out.
    ///
    /// ## Why it matters
    /// Whoever can read the image can act for the account that the token belongs to, from anywhere.
    ///
    /// ## Remediation
    /// Revoke the token: it is known to all who had the image. Let instances fetch secrets at start, from
    /// AWS Secrets Manager or Parameter Store by their instance role.
    pub(crate) LEFT_SERVICE_TOKEN {
        id: "HT-IMG-030",
        title: "A cloud key or service token stands in configuration",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::AwsSharedAmi,
            Ref::Cwe(798),
            Ref::Cwe(312),
            Ref::Page("AWS: IAM identifiers", "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"),
        ],
        judge: judge,
        passes: |tree| { tree.file("/srv/app/.env", "GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"); },
        fails: |tree| {
            let token = ["ghp_", "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"].concat();
            tree.file("/srv/app/.env", format!("GITHUB_TOKEN={token}\n"));
        },
    }
}

fn judge(facts: &Facts) -> Judged {
    secrets(
        facts,
        &[
            (Kind::CloudKey, Severity::Critical),
            (Kind::Token, Severity::High),
            (Kind::WeakToken, Severity::Medium),
        ],
        |path| is_ours(facts, path),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Verdict;
    use crate::facts::tree::Tree;

    #[test]
    fn the_worst_of_a_file_decides_and_no_secret_is_told() {
        let secret = "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3";
        let token = ["ghp_", "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"].concat();
        let mut tree = Tree::new();
        tree.file(
            "/etc/app.conf",
            format!("a={token}\nid=AKIAQ3EGRTXZ5VBN7MKL\nkey={secret}\n"),
        );
        let Ok(Verdict::Fail(faults)) = judge(&tree.facts()) else {
            panic!("no fault");
        };
        assert_eq!(faults[0].severity, Some(Severity::Critical));
        assert_eq!(faults[0].subject, "/etc/app.conf");
        let told = faults[0].evidence.join("\n");
        assert!(
            told.contains("line 1: a personal access token of GitHub"),
            "{told}"
        );
        assert!(!told.contains(secret) && !told.contains(&token), "{told}");
    }

    #[test]
    fn what_another_check_tells_is_not_told_twice() {
        let mut tree = Tree::new();
        tree.file(
            "/root/gcp.json",
            r#"{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\nA"}"#,
        );
        assert_eq!(judge(&tree.facts()), Ok(Verdict::Pass));
    }
}
