//! The script of an entry of the golden list, which the scan instance runs before the scan. Pure.

use data_encoding::BASE64;
use hardtarget_report::clean_line;

/// The most bytes of a script. EC2 takes 16 KB of user data (EC2 User Guide, "Run commands at launch"); the
/// rest is the script that fetches the agent, and two presigned URLs.
const LARGEST: usize = 4096;

/// How user data begins that cloud-init takes and no shell does (cloud-init's documentation, "User-data
/// formats"), and how Windows's does.
const NO_SCRIPT: &[&str] = &[
    "#cloud-",
    "#include",
    "#part-handler",
    "#upstart-job",
    "## template:",
    "content-type:",
    "mime-version:",
    "<powershell>",
    "<script>",
];

/// The script in `userData`: text as it is, or its base64. What is neither a script nor fits is refused.
pub fn script(text: &str) -> Result<String, String> {
    let decoded = decoded(text)?;
    let script = decoded.as_deref().unwrap_or(text).trim();
    let lines = script.split('\n').map(|line| line.trim_end_matches('\r'));
    let script = lines.collect::<Vec<_>>().join("\n");
    let begin = script.get(..32).unwrap_or(&script).to_ascii_lowercase();
    if NO_SCRIPT.iter().any(|other| begin.starts_with(other)) {
        let line = clean_line(script.lines().next().unwrap_or_default(), 40);
        return Err(format!(
            "its \"userData\" begins with \"{line}\", and only a script can be run"
        ));
    }
    if script.contains('\0') {
        return Err("its \"userData\" has a NUL in it".to_owned());
    }
    match script.len() {
        length if length > LARGEST => Err(format!(
            "its \"userData\" has {length} bytes, and at most {LARGEST} are taken"
        )),
        _ => Ok(script + "\n"),
    }
}

/// What is in the text if it is base64 of a script.
fn decoded(text: &str) -> Result<Option<String>, String> {
    let packed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let Ok(bytes) = BASE64.decode(packed.as_bytes()) else {
        return Ok(None);
    };
    match bytes.starts_with(b"#") {
        true => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| "its \"userData\" is base64 of what is no text".to_owned()),
        false => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_script_is_taken_as_text_and_as_base64() {
        let text = "#!/bin/bash \r\n yum -y update\r\n";
        let script_of = "#!/bin/bash \n yum -y update\n";
        assert_eq!(script(text).unwrap(), script_of);
        assert_eq!(script(&BASE64.encode(text.as_bytes())).unwrap(), script_of);
        assert_eq!(script("#!/bin/sh\r\r\nls").unwrap(), "#!/bin/sh\nls\n");
        // A shell runs what has no first line of its own.
        assert_eq!(script("echo").unwrap(), "echo\n");
    }

    #[test]
    fn what_no_shell_can_run_or_does_not_fit_is_refused() {
        let config = "#cloud-config\npackages: [nginx]";
        for (bad, why) in [
            (config, "begins with \"#cloud-config\""),
            (&BASE64.encode(config.as_bytes()), "\"#cloud-config\""),
            ("Content-Type: multipart/mixed", "only a script"),
            ("<powershell>", "only a script"),
            ("#!/bin/sh\0", "a NUL"),
            (&BASE64.encode(b"#!\xff"), "no text"),
            (&"x".repeat(LARGEST + 1), "4097 bytes"),
        ] {
            let said = script(bad).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
        assert!(script(&"#".repeat(LARGEST)).is_ok());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(text in any::<String>()) {
            let _ = script(&text);
        }
    }
}
