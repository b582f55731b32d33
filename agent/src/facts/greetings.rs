//! The texts that are shown before and after a login: issue(5), issue.net(5), motd(5).

use super::file_modes::FileMode;
use super::os_release::OsRelease;
use super::{Fact, Gap};
use crate::host::Host;

/// What is known of them.
#[derive(Debug)]
pub(crate) struct Greetings {
    /// Those that exist.
    pub(crate) files: Vec<FileMode>,
    /// What those before the login tell of the system: the file, and the words or the escapes of
    /// agetty(8) that tell it.
    pub(crate) telling: Vec<(&'static str, Vec<String>)>,
}

pub(crate) fn collect(host: &Host, os: &Fact<OsRelease>) -> Fact<Greetings> {
    let mut files = Vec::new();
    for path in ["/etc/issue", "/etc/issue.net", "/etc/motd"] {
        files.extend(FileMode::look(host, path)?);
    }
    if files.is_empty() {
        return Err(Gap::Absent(
            "there is neither /etc/issue, /etc/issue.net nor /etc/motd".to_owned(),
        ));
    }
    let names = os.as_ref().ok();
    let names: Vec<&str> = names
        .iter()
        .flat_map(|os| [os.get("NAME"), os.pretty_name()])
        .flatten()
        .collect();
    let mut telling = Vec::new();
    for path in ["/etc/issue", "/etc/issue.net"] {
        match host.text(path) {
            Ok(text) => {
                let words = tells(&text, &names);
                if !words.is_empty() {
                    telling.push((path, words));
                }
            }
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    Ok(Greetings { files, telling })
}

/// The escapes for name, release, version and machine of the system, and which of its names stand
/// in a text.
fn tells(text: &str, names: &[&str]) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut found: Vec<String> = names
        .iter()
        .filter(|name| !name.is_empty() && lower.contains(&name.to_lowercase()))
        .map(|name| (*name).to_owned())
        .collect();
    found.sort();
    found.dedup();
    found.extend(
        ["\\m", "\\r", "\\s", "\\S", "\\v"]
            .into_iter()
            .filter(|escape| text.contains(escape))
            .map(str::to_owned),
    );
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_escapes() {
        let names = ["Debian GNU/Linux", "Debian GNU/Linux 12 (bookworm)"];
        assert_eq!(
            tells("Debian GNU/Linux 12 \\n \\l\n", &names),
            ["Debian GNU/Linux"]
        );
        assert_eq!(
            tells("\\S\nKernel \\r on an \\m\n", &names),
            ["\\m", "\\r", "\\S"]
        );
        assert!(tells("For members only.\n", &names).is_empty());
        assert!(tells("For members only.\n", &[""]).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC*", name in "\\PC*") {
            tells(&text, &[&name]);
        }
    }
}
