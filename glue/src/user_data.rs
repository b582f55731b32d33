//! What an instance boots with: `user-data/scan.sh` with its values.

/// The script, a template with one place for values.
const SCRIPT: &str = include_str!("../../user-data/scan.sh");

/// The line that the values take the place of.
const PLACE: &str = "# @VALUES@";

/// The most bytes of user data that EC2 takes, before base64 (EC2 User Guide, "Run commands at launch").
const LARGEST: usize = 16_384;

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

/// The script with its values, by their names in it (see `user-data/README.md`), and without its
/// comments, which would take room from what an order adds.
pub fn render(values: &[(&'static str, &str)]) -> Result<String, UserDataError> {
    let mut lines = Vec::new();
    for (name, value) in values {
        if value.contains(['\0', '\r', '\n']) {
            return Err(UserDataError::Value(name));
        }
        lines.push(format!("{name}='{}'", value.replace('\'', r"'\''")));
    }
    let lines = lines.join("\n");
    let comment = |line: &str| line.trim_start().starts_with("# ") && line != PLACE;
    let script: Vec<&str> = SCRIPT
        .lines()
        .filter(|line| !comment(line))
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
        let values = [
            ("BUCKET", "b"),
            ("AMI", "it's $(reboot)"),
            ("ENDPOINT_URL", ""),
        ];
        let script = render(&values).unwrap();
        for line in ["BUCKET='b'", r"AMI='it'\''s $(reboot)'", "ENDPOINT_URL=''"] {
            assert!(script.lines().any(|have| have == line), "{line}");
        }
    }

    #[test]
    fn what_a_shell_or_ec2_would_not_take_is_refused() {
        for bad in ["a\nb", "a\rb", "a\0b"] {
            assert_eq!(
                render(&[("BUCKET", bad)]),
                Err(UserDataError::Value("BUCKET"))
            );
        }
        let large = render(&[("BUCKET", &"x".repeat(LARGEST))]);
        assert!(matches!(large, Err(UserDataError::TooLarge(_))));
    }

    proptest! {
        #[test]
        fn no_value_breaks_out(value in "[^\0\r\n]{0,40}") {
            let script = render(&[("BUCKET", &value)]).unwrap();
            let line = script.lines().find(|line| line.starts_with("BUCKET=")).unwrap();
            let quoted = line.strip_prefix("BUCKET='").unwrap().strip_suffix('\'').unwrap();
            prop_assert_eq!(quoted.split(r"'\''").collect::<Vec<_>>().join("'"), value);
            prop_assert!(!quoted.replace(r"'\''", "").contains('\''));
        }
    }
}
