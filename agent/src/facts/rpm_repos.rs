//! The package sources of yum, dnf and zypper: dnf.conf(5), yum.conf(5), zypper(8).

use std::path::{Path, PathBuf};

use super::{Fact, Gap};
use crate::host::Host;

/// One section of a configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// What stands in brackets.
    pub name: String,
    /// Keys in lower case with their values, in the order of the file.
    pub values: Vec<(String, String)>,
}

impl Section {
    /// A value; the last of several counts.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a value is true or false, as dnf reads it.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)?.to_ascii_lowercase().as_str() {
            "1" | "yes" | "true" | "on" => Some(true),
            "0" | "no" | "false" | "off" => Some(false),
            _ => None,
        }
    }
}

/// The repositories and what counts for all of them.
#[derive(Debug, Default)]
pub(crate) struct RpmRepos {
    /// The main configuration files that are there.
    pub(crate) main: Vec<(PathBuf, Section)>,
    /// The repositories, each with its file.
    pub(crate) repos: Vec<(PathBuf, Section)>,
    /// Files that could not be read.
    pub(crate) unread: Vec<String>,
}

const MAIN: [&str; 3] = ["/etc/dnf/dnf.conf", "/etc/yum.conf", "/etc/zypp/zypp.conf"];
const DIRECTORIES: [&str; 3] = [
    "/etc/yum.repos.d",
    "/etc/zypp/repos.d",
    "/etc/distro.repos.d",
];

pub(crate) fn collect(host: &Host) -> Fact<RpmRepos> {
    let mut found = RpmRepos::default();
    let mut read = |path: &Path| match host.text(path) {
        Ok(text) => parse(&text),
        Err(error) if error.is_absent() => Vec::new(),
        Err(error) => {
            found.unread.push(error.to_string());
            Vec::new()
        }
    };
    for path in MAIN {
        // On newer systems yum.conf is a link to dnf.conf.
        if host.read_link(path).is_ok() {
            continue;
        }
        for section in read(Path::new(path)) {
            if section.name == "main" {
                found.main.push((PathBuf::from(path), section));
            }
        }
    }
    for directory in DIRECTORIES {
        for name in host.list(directory).unwrap_or_default() {
            let path = Path::new(directory).join(name);
            if path.extension().is_some_and(|ending| ending == "repo") {
                for section in read(&path) {
                    found.repos.push((path.clone(), section));
                }
            }
        }
    }
    if found.main.is_empty() && found.repos.is_empty() && found.unread.is_empty() {
        return Err(Gap::Absent(
            "neither yum, dnf nor zypper is set up".to_owned(),
        ));
    }
    Ok(found)
}

/// Reads an INI file: `[section]`, `key = value`, and lines that go on after white space.
pub fn parse(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line
            .trim()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            sections.push(Section {
                name: name.to_owned(),
                values: Vec::new(),
            });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            continue;
        };
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = section.values.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((key, value)) = line.split_once('=') {
            section
                .values
                .push((key.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sections_with_values_that_go_on() {
        let sections = parse(
            "lost=1\n[main]\ngpgcheck = 1\n\n[a]\n# gpgcheck=1\nbaseurl=http://one\n  http://two\nGPGCheck=0\n",
        );
        assert_eq!(sections.len(), 2);
        assert_eq!(sections[0].flag("gpgcheck"), Some(true));
        assert_eq!(sections[1].flag("gpgcheck"), Some(false));
        assert_eq!(sections[1].get("baseurl"), Some("http://one http://two"));
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            parse(&text);
        }
    }
}
