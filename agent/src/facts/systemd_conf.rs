//! Settings of systemd's own daemons: `NAME.conf` and the files of `NAME.conf.d`,
//! journald.conf(5), coredump.conf(5).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::drop_ins;
use crate::host::Host;

/// Each setting's last value, and the file that has it. Sections are passed over: these files
/// have one only.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    values: BTreeMap<String, (String, PathBuf)>,
}

impl Settings {
    /// A setting's value and the file it is from; nothing where the default holds.
    pub(crate) fn get(&self, key: &str) -> Option<(&str, &Path)> {
        self.values
            .get(key)
            .map(|(value, file)| (value.as_str(), file.as_path()))
    }
}

/// Reads `name` (`journald.conf`), as systemd does: the main file of highest precedence first,
/// then the drop-ins by name.
pub(crate) fn read(host: &Host, name: &str) -> Settings {
    let main = ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"]
        .into_iter()
        .map(|parent| Path::new(parent).join("systemd").join(name))
        .find(|path| host.exists(path));
    let drop_ins = drop_ins::list(host, &format!("systemd/{name}.d"), ".conf");
    let mut settings = Settings::default();
    for file in main.into_iter().chain(drop_ins) {
        for (key, value) in lines(&host.text(&file).unwrap_or_default()) {
            // Nothing after the sign sets the default again.
            if value.is_empty() {
                settings.values.remove(key);
            } else {
                let value = (value.to_owned(), file.clone());
                settings.values.insert(key.to_owned(), value);
            }
        }
    }
    settings
}

/// The assignments of a file in systemd's syntax, sections passed over.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with(['#', ';', '[']))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn drop_ins_win_over_the_main_file() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/systemd/journald.conf",
            "[Journal]\n#Storage=none\nStorage = volatile\nCompress=no\nSeal=no\n",
        )
        .file("/usr/lib/systemd/journald.conf", "Seal=yes\n")
        .file(
            "/usr/lib/systemd/journald.conf.d/50.conf",
            "[Journal]\nStorage=persistent\nCompress=\n",
        );
        let settings = read(&tree.host(), "journald.conf");
        assert_eq!(
            settings.get("Storage"),
            Some((
                "persistent",
                Path::new("/usr/lib/systemd/journald.conf.d/50.conf")
            ))
        );
        assert_eq!(settings.get("Compress"), None);
        assert_eq!(settings.get("Seal").unwrap().0, "no");
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text: String) {
            lines(&text).for_each(drop);
        }
    }
}
