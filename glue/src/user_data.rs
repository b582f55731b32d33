//! What an instance boots with: `user-data/scan.sh` with its values.

/// The script, a template with one place for values.
const SCRIPT: &str = include_str!("../../user-data/scan.sh");

/// The line that the values take the place of.
const PLACE: &str = "# @VALUES@";

/// The most bytes of user data that EC2 takes, before base64 (EC2 User Guide, "Run commands at launch").
const LARGEST: usize = 16_384;

/// The values, each empty if there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// Where the agent for x86_64 can be downloaded.
    pub agent_url_x86_64: String,
    /// Its SHA-256.
    pub agent_sha256_x86_64: String,
    /// Where the agent for arm64 can be downloaded.
    pub agent_url_aarch64: String,
    /// Its SHA-256.
    pub agent_sha256_aarch64: String,
    /// Where the report goes.
    pub bucket: String,
    /// The region.
    pub region: String,
    /// The unique id of the instance's role.
    pub role_id: String,
    /// The AMI under scan.
    pub ami: String,
    /// From the script's start to power-off, all in.
    pub deadline_seconds: u64,
    /// Where AWS is, if not at its own endpoints.
    pub endpoint_url: String,
    /// A further script, run before the scan.
    pub extra: String,
}

/// Why there is no user data.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UserDataError {
    /// A shell would not read back what was written.
    #[error("the value of {0} has a line break or a NUL in it")]
    Value(&'static str),
    /// EC2 would refuse it.
    #[error("the user data has {0} bytes, and EC2 takes {LARGEST}")]
    TooLarge(usize),
}

/// The script with its values.
pub fn render(values: &Values) -> Result<String, UserDataError> {
    let extra = data_encoding::BASE64.encode(values.extra.as_bytes());
    let deadline = values.deadline_seconds.to_string();
    let lines = [
        ("AGENT_URL_X86_64", &values.agent_url_x86_64),
        ("AGENT_SHA256_X86_64", &values.agent_sha256_x86_64),
        ("AGENT_URL_AARCH64", &values.agent_url_aarch64),
        ("AGENT_SHA256_AARCH64", &values.agent_sha256_aarch64),
        ("BUCKET", &values.bucket),
        ("REGION", &values.region),
        ("ROLE_ID", &values.role_id),
        ("AMI", &values.ami),
        ("DEADLINE_SECONDS", &deadline),
        ("ENDPOINT_URL", &values.endpoint_url),
        ("EXTRA_BASE64", &extra),
    ]
    .into_iter()
    .map(|(name, value)| {
        if value.contains(['\0', '\r', '\n']) {
            return Err(UserDataError::Value(name));
        }
        Ok(format!("{name}='{}'", value.replace('\'', r"'\''")))
    })
    .collect::<Result<Vec<_>, _>>()?
    .join("\n");
    let script: Vec<&str> = SCRIPT
        .lines()
        .map(|line| if line == PLACE { &lines } else { line })
        .collect();
    let script = script.join("\n") + "\n";
    match script.len() {
        length if length > LARGEST => Err(UserDataError::TooLarge(length)),
        _ => Ok(script),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_script_has_exactly_one_place_for_values() {
        assert_eq!(SCRIPT.lines().filter(|line| *line == PLACE).count(), 1);
        assert!(SCRIPT.starts_with("#!/bin/sh\n"));
    }

    #[test]
    fn values_stand_in_single_quotes() {
        let values = Values {
            bucket: "b".to_owned(),
            ami: "it's $(reboot)".to_owned(),
            deadline_seconds: 1200,
            extra: "#!/bin/sh\ntrue\n".to_owned(),
            ..Values::default()
        };
        let script = render(&values).unwrap();
        for line in [
            "BUCKET='b'",
            r"AMI='it'\''s $(reboot)'",
            "DEADLINE_SECONDS='1200'",
            "AGENT_URL_AARCH64=''",
            "EXTRA_BASE64='IyEvYmluL3NoCnRydWUK'",
        ] {
            assert!(script.lines().any(|have| have == line), "{line}");
        }
    }

    #[test]
    fn what_a_shell_or_ec2_would_not_take_is_refused() {
        let bucket = |bucket: &str| Values {
            bucket: bucket.to_owned(),
            ..Values::default()
        };
        for bad in ["a\nb", "a\rb", "a\0b"] {
            assert_eq!(render(&bucket(bad)), Err(UserDataError::Value("BUCKET")));
        }
        let large = render(&bucket(&"x".repeat(LARGEST)));
        assert!(matches!(large, Err(UserDataError::TooLarge(_))));
    }

    proptest! {
        #[test]
        fn no_value_breaks_out(value in "[^\0\r\n]{0,40}") {
            let script = render(&Values { bucket: value.clone(), ..Values::default() }).unwrap();
            let line = script.lines().find(|line| line.starts_with("BUCKET=")).unwrap();
            let quoted = line.strip_prefix("BUCKET='").unwrap().strip_suffix('\'').unwrap();
            prop_assert_eq!(quoted.split(r"'\''").collect::<Vec<_>>().join("'"), value);
            prop_assert!(!quoted.replace(r"'\''", "").contains('\''));
        }
    }
}
