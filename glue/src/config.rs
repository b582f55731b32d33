//! What the template tells the function, by environment variables.

use std::time::Duration;

/// The function's settings, see [`Config::read`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The value of the tag `hardtarget:managed` that our instances carry: `HARDTARGET_STACK`.
    pub stack: String,
    /// `HARDTARGET_BUCKET`: launches, scans and reports.
    pub bucket: String,
    /// `HARDTARGET_QUEUE_URL`: AMIs that wait.
    pub queue_url: String,
    /// `HARDTARGET_TAG_PREFIX`: what our tags on AMIs begin with.
    pub tag_prefix: String,
    /// `HARDTARGET_MAX_CONCURRENT_SCANS`: how many instances there may be at a time.
    pub max_scans: usize,
    /// `HARDTARGET_DEADLINE_MINUTES`: when the reaper ends an instance. Its own power-off comes
    /// after two thirds of that.
    pub deadline: Duration,
    /// `HARDTARGET_SUBNET_IDS`, tried in this order.
    pub subnets: Vec<String>,
    /// `HARDTARGET_SECURITY_GROUP_ID`.
    pub security_group: String,
    /// `HARDTARGET_INSTANCE_PROFILE_ARN`.
    pub instance_profile: String,
    /// `HARDTARGET_ROLE_ID`: unique id of the instance role (`AROA…`), with which keys below `scans/` begin.
    pub role_id: String,
    /// `HARDTARGET_SPOT`: Spot first, on-demand when there is none.
    pub spot: bool,
    /// `HARDTARGET_AGENT_VERSION`.
    pub agent_version: String,
    /// `HARDTARGET_AGENT_BUCKET`: where the agent's binaries are.
    pub agent_bucket: String,
    /// What there is for x86_64.
    pub x86_64: Arch,
    /// What there is for arm64.
    pub arm64: Arch,
    /// `HARDTARGET_INSTANCE_ENDPOINT_URL`: where instances find AWS; empty for AWS's own endpoints.
    pub instance_endpoint_url: String,
    /// `HARDTARGET_ADVISORIES_KEY`: the advisories, in the bucket of the agent; empty for none.
    pub advisories_key: String,
    /// `HARDTARGET_WAIVERS_KEY`: the waivers, in the bucket of the agent; empty for none.
    pub waivers_key: String,
    /// `HARDTARGET_INSPECTOR_FINDINGS`: whether Amazon Inspector is asked about each AMI too.
    pub inspector: bool,
    /// `AWS_REGION`.
    pub region: String,
}

/// What depends on an image's architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arch {
    /// `HARDTARGET_INSTANCE_TYPES_…`, tried in this order.
    pub instance_types: Vec<String>,
    /// `HARDTARGET_AGENT_KEY_…`; empty if no agent was built for it.
    pub agent_key: String,
    /// `HARDTARGET_AGENT_SHA256_…`: 64 hexadecimal digits.
    pub agent_sha256: String,
}

/// A variable is missing or makes no sense.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{name}: {problem}")]
pub struct ConfigError {
    name: String,
    problem: &'static str,
}

impl Config {
    /// Reads the settings through `variable`, which gives a variable's value by its name.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let error = |name: &str, problem| ConfigError {
            name: name.to_owned(),
            problem,
        };
        let or = |name: &str, default: &str| {
            let value = variable(name).filter(|value| !value.is_empty());
            value.unwrap_or_else(|| default.to_owned())
        };
        let must = |name: &str| {
            let value = variable(name).filter(|value| !value.is_empty());
            value.ok_or_else(|| error(name, "is not set"))
        };
        let number = |name: &str, default: &str, most: u32| {
            let number = or(name, default).parse().ok();
            let number = number.filter(|number| (1..=most).contains(number));
            number.ok_or_else(|| error(name, "is no whole number from 1, or too large"))
        };
        let flag = |name: &str| match or(name, "false").as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(error(name, "is neither true nor false")),
        };
        let arch = |name: &str, agent: &str, types: &str| Arch {
            instance_types: list(&or(&format!("HARDTARGET_INSTANCE_TYPES_{name}"), types)),
            agent_key: or(&format!("HARDTARGET_AGENT_KEY_{agent}"), ""),
            agent_sha256: or(&format!("HARDTARGET_AGENT_SHA256_{agent}"), ""),
        };
        let minutes = number("HARDTARGET_DEADLINE_MINUTES", "30", 24 * 60)?;
        let scans = number("HARDTARGET_MAX_CONCURRENT_SCANS", "5", 10_000)?;
        Ok(Self {
            stack: or("HARDTARGET_STACK", "true"),
            bucket: must("HARDTARGET_BUCKET")?,
            queue_url: must("HARDTARGET_QUEUE_URL")?,
            tag_prefix: or("HARDTARGET_TAG_PREFIX", "hardtarget:"),
            max_scans: usize::try_from(scans).unwrap_or(usize::MAX),
            deadline: Duration::from_secs(u64::from(minutes) * 60),
            subnets: list(&must("HARDTARGET_SUBNET_IDS")?),
            security_group: must("HARDTARGET_SECURITY_GROUP_ID")?,
            instance_profile: must("HARDTARGET_INSTANCE_PROFILE_ARN")?,
            role_id: must("HARDTARGET_ROLE_ID")?,
            spot: flag("HARDTARGET_SPOT")?,
            agent_version: must("HARDTARGET_AGENT_VERSION")?,
            agent_bucket: must("HARDTARGET_AGENT_BUCKET")?,
            x86_64: arch("X86_64", "X86_64", "t3.micro,t3a.micro,t2.micro"),
            arm64: arch("ARM64", "AARCH64", "t4g.micro,t4g.small"),
            instance_endpoint_url: or("HARDTARGET_INSTANCE_ENDPOINT_URL", ""),
            advisories_key: or("HARDTARGET_ADVISORIES_KEY", ""),
            waivers_key: or("HARDTARGET_WAIVERS_KEY", ""),
            inspector: flag("HARDTARGET_INSPECTOR_FINDINGS")?,
            region: must("AWS_REGION")?,
        })
    }
}

impl Config {
    /// The account that the function is in, by the ARN of its instance profile.
    #[must_use]
    pub fn account(&self) -> &str {
        self.instance_profile.split(':').nth(4).unwrap_or_default()
    }
}

fn list(text: &str) -> Vec<String> {
    let words = text.split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn given(name: &str) -> Option<String> {
        let value = match name {
            "HARDTARGET_STACK" => "lab",
            "HARDTARGET_BUCKET" => "bucket",
            "HARDTARGET_QUEUE_URL" => "https://sqs/queue.fifo",
            "HARDTARGET_SUBNET_IDS" => "subnet-a, subnet-b,",
            "HARDTARGET_SECURITY_GROUP_ID" => "sg-1",
            "HARDTARGET_INSTANCE_PROFILE_ARN" => "arn:aws:iam::123456789012:instance-profile/scan",
            "HARDTARGET_ROLE_ID" => "AROAEXAMPLE",
            "HARDTARGET_AGENT_VERSION" => "0.1.0",
            "HARDTARGET_AGENT_BUCKET" => "artefacts",
            "HARDTARGET_AGENT_KEY_X86_64" => "agent/0.1.0/x86_64/hardtarget-agent",
            "HARDTARGET_AGENT_SHA256_X86_64" => "aa",
            "AWS_REGION" => "eu-west-1",
            _ => return None,
        };
        Some(value.to_owned())
    }

    /// Settings for other modules' tests.
    pub(crate) fn config() -> Config {
        Config::read(given).unwrap()
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let config = config();
        assert_eq!(config.account(), "123456789012");
        assert_eq!(config.max_scans, 5);
        assert_eq!(config.deadline, Duration::from_secs(1800));
        assert_eq!(config.subnets, ["subnet-a", "subnet-b"]);
        assert_eq!(
            config.x86_64.instance_types,
            ["t3.micro", "t3a.micro", "t2.micro"]
        );
        assert_eq!(config.arm64.agent_key, "");
        assert!(!config.spot);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (name, value, expected) in [
            ("HARDTARGET_BUCKET", "", "HARDTARGET_BUCKET: is not set"),
            (
                "HARDTARGET_SPOT",
                "yes",
                "HARDTARGET_SPOT: is neither true nor false",
            ),
            (
                "HARDTARGET_MAX_CONCURRENT_SCANS",
                "0",
                "HARDTARGET_MAX_CONCURRENT_SCANS: is no whole number from 1, or too large",
            ),
        ] {
            let changed = |asked: &str| {
                if asked == name {
                    Some(value.to_owned())
                } else {
                    given(asked)
                }
            };
            assert_eq!(Config::read(changed).unwrap_err().to_string(), expected);
        }
    }
}
