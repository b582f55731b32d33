//! auditd: its settings, its rules, and who may touch its files.

pub(crate) mod rules;

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use self::rules::Rules;
use super::file_modes::{FileMode, files_in};
use super::{Fact, Gap};
use crate::host::Host;

const CONFIG: &str = "/etc/audit/auditd.conf";

/// The programs that change or show what is audited.
const TOOLS: [&str; 7] = [
    "/usr/sbin/auditctl",
    "/usr/sbin/aureport",
    "/usr/sbin/ausearch",
    "/usr/bin/autrace",
    "/usr/sbin/autrace",
    "/usr/sbin/auditd",
    "/usr/sbin/augenrules",
];

/// What is known of an installed auditd.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// `auditd.conf`, keys in lower case.
    settings: BTreeMap<String, String>,
    /// The rules that it loads when it starts.
    pub(crate) rules: Rules,
    /// Logs and their directory.
    pub(crate) logs: Vec<FileMode>,
    /// Configuration and rules.
    pub(crate) configuration: Vec<FileMode>,
    /// Programs.
    pub(crate) tools: Vec<FileMode>,
}

impl Audit {
    /// A setting of `auditd.conf`, in lower case.
    pub(crate) fn setting(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(String::as_str)
    }
}

pub(crate) fn collect(host: &Host) -> Fact<Audit> {
    if !["/usr/sbin/auditd", "/sbin/auditd"]
        .iter()
        .any(|path| host.exists(path))
    {
        return Err(Gap::Absent("auditd is not installed".to_owned()));
    }
    let settings = settings(&text(host, Path::new(CONFIG))?);
    let mut rule_files: Vec<PathBuf> = files_in(host, "/etc/audit/rules.d")
        .into_iter()
        .filter(|path| path.as_os_str().as_bytes().ends_with(b".rules"))
        .collect();
    let mut configuration: Vec<PathBuf> = rule_files.clone();
    configuration.extend([CONFIG, "/etc/audit/audit.rules", "/etc/audit/rules.d"].map(Into::into));
    // augenrules(8) makes audit.rules anew from rules.d, if that has any.
    if rule_files.is_empty() {
        rule_files.push("/etc/audit/audit.rules".into());
    }
    let mut rules = Rules::default();
    for file in &rule_files {
        rules.read(&text(host, file)?);
    }
    let log = settings
        .get("log_file")
        .map_or("/var/log/audit/audit.log", String::as_str);
    let mut logs = Vec::new();
    if let Some(directory) = Path::new(log).parent().and_then(Path::to_str) {
        logs.push(PathBuf::from(directory));
        // Beside the log there are the older ones: audit.log.1 and so on.
        let older = files_in(host, directory).into_iter();
        logs.extend(older.filter(|path| path.as_os_str().as_bytes().starts_with(log.as_bytes())));
    }
    let look = |paths: Vec<PathBuf>| {
        paths
            .into_iter()
            .filter_map(|path| FileMode::of(host, path))
            .collect()
    };
    Ok(Audit {
        rules,
        logs: look(logs),
        configuration: look(configuration),
        tools: look(TOOLS.map(Into::into).to_vec()),
        settings,
    })
}

/// The text of a file; nothing where it is missing.
fn text(host: &Host, path: &Path) -> Result<String, Gap> {
    match host.text(path) {
        Err(error) if !error.is_absent() => Err(Gap::Unknown(error.to_string())),
        text => Ok(text.unwrap_or_default()),
    }
}

/// `key = value` a line, auditd.conf(5); words do not care for case, but paths do.
fn settings(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| {
            let value = value.trim();
            let value = if value.contains('/') {
                value.to_owned()
            } else {
                value.to_ascii_lowercase()
            };
            (key.trim().to_ascii_lowercase(), value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn rules_of_the_directory_are_those_that_count() {
        let mut tree = Tree::new();
        tree.file("/usr/sbin/auditd", "")
            .file(
                CONFIG,
                "# x\nlog_file = /var/log/Audit/a.log\nDisk_Full_Action = SUSPEND\n",
            )
            .file("/var/log/Audit/a.log", "")
            .file("/var/log/Audit/a.log.1", "")
            .file("/var/log/Audit/other", "")
            .file("/etc/audit/audit.rules", "-e 2\n")
            .file("/etc/audit/rules.d/a.rules", "-w /etc/passwd -p wa\n");
        let audit = collect(&tree.host()).unwrap();
        assert_eq!(audit.setting("disk_full_action"), Some("suspend"));
        assert!(!audit.rules.immutable);
        assert!(audit.rules.watches("/etc/passwd", 'w'));
        let logs: Vec<&Path> = audit.logs.iter().map(|log| log.path.as_path()).collect();
        assert_eq!(
            logs,
            [
                "/var/log/Audit",
                "/var/log/Audit/a.log",
                "/var/log/Audit/a.log.1"
            ]
            .map(Path::new)
        );
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text: String) {
            settings(&text);
        }
    }
}
