//! Settings of cloud-init at the top of its configuration, <https://docs.cloud-init.io>: the files
//! are read in the order of their names, and the last word counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::file_modes::files_in;
use super::{Fact, Gap};
use crate::host::Host;

/// What a key is set to, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    /// Without quotes and comment, in lower case.
    pub(crate) value: String,
    /// The file.
    pub(crate) path: PathBuf,
    /// The line, from 1.
    pub(crate) line: usize,
}

/// The keys at the top level that have a plain value.
#[derive(Debug, Default)]
pub(crate) struct CloudInit(BTreeMap<String, Value>);

impl CloudInit {
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
}

pub(crate) fn collect(host: &Host) -> Fact<CloudInit> {
    let mut settings = CloudInit::default();
    let files = files_in(host, "/etc/cloud/cloud.cfg.d")
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "cfg"));
    let mut seen = false;
    for path in std::iter::once(PathBuf::from("/etc/cloud/cloud.cfg")).chain(files) {
        match host.text(&path) {
            Ok(text) => {
                seen = true;
                settings.0.extend(top(&text, &path));
            }
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    if seen {
        Ok(settings)
    } else {
        Err(Gap::Absent("cloud-init is not set up".to_owned()))
    }
}

fn top(text: &str, path: &Path) -> Vec<(String, Value)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with([' ', '\t', '#', '-']))
        .filter_map(|(index, line)| {
            let (key, value) = line.split_once(':')?;
            let value = value.split(" #").next()?.trim().trim_matches(['"', '\'']);
            let value = Value {
                value: value.to_ascii_lowercase(),
                path: path.to_owned(),
                line: index + 1,
            };
            (!value.value.is_empty()).then(|| (key.trim_end().to_owned(), value))
        })
        .collect()
}

impl Value {
    /// As YAML 1.1 has it.
    pub(crate) fn is_true(&self) -> bool {
        matches!(self.value.as_str(), "true" | "yes" | "on" | "1")
    }

    pub(crate) fn is_false(&self) -> bool {
        matches!(self.value.as_str(), "false" | "no" | "off" | "0")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn the_last_file_has_the_word() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/cloud/cloud.cfg",
            "disable_root: true\nssh_pwauth: False # x\nusers:\n  ssh_pwauth: true\n",
        )
        .file("/etc/cloud/cloud.cfg.d/50.cfg", "ssh_pwauth: 'yes'\n")
        .file("/etc/cloud/cloud.cfg.d/README", "disable_root: false\n");
        let settings = collect(&tree.host()).unwrap();
        assert!(settings.get("ssh_pwauth").unwrap().is_true());
        assert!(settings.get("disable_root").unwrap().is_true());
        assert_eq!(settings.get("users"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([:\n #'-]|\\PC){0,40}") {
            top(&text, Path::new("/x"));
        }
    }
}
