//! rsyslog's configuration, rsyslog.conf(5), in its old and its new syntax.

use std::path::{Path, PathBuf};

use super::{Fact, Gap, glob, systemd_conf};
use crate::host::Host;

/// How many files are read, each of which may include others.
const MAX_FILES: usize = 200;

/// What is configured.
#[derive(Debug, Default)]
pub(crate) struct Rsyslog {
    /// Statements that open a port for messages of others, with their file.
    pub(crate) listens: Vec<(String, PathBuf)>,
    /// The mode of new files of logs, and the file that sets it.
    pub(crate) file_mode: Option<(u32, PathBuf)>,
    /// Whether messages are sent to another machine.
    pub(crate) forwards: bool,
    /// `UMask=` of its unit, which takes away from the mode.
    pub(crate) umask: Option<u32>,
}

/// Its unit, the first one wins.
const UNITS: [&str; 3] = [
    "/etc/systemd/system/rsyslog.service",
    "/usr/lib/systemd/system/rsyslog.service",
    "/lib/systemd/system/rsyslog.service",
];

pub(crate) fn collect(host: &Host) -> Fact<Rsyslog> {
    let mut rsyslog = Rsyslog::default();
    let mut todo = vec![PathBuf::from("/etc/rsyslog.conf")];
    let mut read = 0;
    while let Some(path) = todo.pop() {
        read += 1;
        match host.text(&path) {
            Ok(text) => {
                let includes = rsyslog.read(&text, &path);
                if read < MAX_FILES {
                    todo.extend(includes.iter().flat_map(|it| included(host, it)));
                }
            }
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
        if read == 1 && !host.exists(&path) {
            return Err(Gap::Absent("rsyslog is not set up".to_owned()));
        }
    }
    let unit = UNITS.iter().find_map(|path| host.text(path).ok());
    rsyslog.umask = systemd_conf::lines(&unit.unwrap_or_default())
        .filter(|(key, _)| *key == "UMask")
        .find_map(|(_, octal)| u32::from_str_radix(octal, 8).ok());
    Ok(rsyslog)
}

fn included(host: &Host, pattern: &str) -> Vec<PathBuf> {
    let path = Path::new(pattern);
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Vec::new();
    };
    let pattern = name.to_string_lossy();
    host.list(directory)
        .unwrap_or_default()
        .into_iter()
        .filter(|name| glob::matches(&pattern, &name.to_string_lossy()))
        .map(|name| directory.join(name))
        .collect()
}

impl Rsyslog {
    /// Reads one file; the patterns of files that it includes are returned.
    fn read(&mut self, text: &str, path: &Path) -> Vec<String> {
        let mut includes = Vec::new();
        let text: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(|line| [line, "\n"])
            .collect();
        for line in text.lines().map(str::trim) {
            let mut words = line.split_whitespace();
            let first = words.next().unwrap_or_default().to_ascii_lowercase();
            let last = words.next_back().unwrap_or_default();
            match first.as_str() {
                "$includeconfig" => includes.push(last.to_owned()),
                "$filecreatemode" => self.mode(last, path),
                "$udpserverrun" | "$inputtcpserverrun" | "$inputrelpserverrun" => {
                    self.listens.push((line.to_owned(), path.to_owned()));
                }
                // `*.* @host` by UDP, `*.* @@host` by TCP.
                _ => self.forwards |= last.starts_with('@') && first.contains('.'),
            }
        }
        for (name, parameters) in objects(&text) {
            let get = |key: &str| parameter(&parameters, key);
            match (name.as_str(), get("type").unwrap_or_default()) {
                ("include", _) => includes.extend(get("file").map(str::to_owned)),
                ("input", kind @ ("imtcp" | "imudp" | "imrelp" | "imptcp")) => {
                    let here = get("address").is_some_and(|it| {
                        it.starts_with("127.") || matches!(it, "localhost" | "::1")
                    });
                    if !here {
                        self.listens
                            .push((format!("input(type=\"{kind}\")"), path.to_owned()));
                    }
                }
                ("action", "omfwd" | "omrelp") => self.forwards = true,
                ("module", _) => {
                    if let Some(mode) = get("filecreatemode") {
                        self.mode(mode, path);
                    }
                }
                _ => {}
            }
        }
        includes
    }

    fn mode(&mut self, octal: &str, path: &Path) {
        if let Ok(mode) = u32::from_str_radix(octal, 8) {
            self.file_mode = Some((mode, path.to_owned()));
        }
    }
}

/// The statements `name(key="value" …)` of the new syntax; they may go over several lines.
fn objects(text: &str) -> Vec<(String, String)> {
    let mut objects = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        let name = before
            .trim_end()
            .rsplit(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        let mut quoted = false;
        let end = after
            .find(|c| {
                quoted ^= c == '"';
                c == ')' && !quoted
            })
            .unwrap_or(after.len());
        let (parameters, after) = after.split_at(end);
        objects.push((name.to_ascii_lowercase(), parameters.to_owned()));
        rest = after;
    }
    objects
}

/// The value of a key, which does not care for case.
fn parameter<'a>(parameters: &'a str, key: &str) -> Option<&'a str> {
    // Every other part between quotes is a value, and the part before it ends in its key.
    let mut parts = parameters.split('"');
    while let (Some(before), Some(value)) = (parts.next(), parts.next()) {
        let name = before.trim_end().trim_end_matches('=').trim();
        if name.eq_ignore_ascii_case(key) {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn both_syntaxes_are_read() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/rsyslog.conf",
            "module(load=\"imuxsock\")\n#input(type=\"imtcp\" port=\"514\")\n\
             $FileCreateMode 0640\n$IncludeConfig /etc/rsyslog.d/*.conf\n\
             if ($msg contains \"(x\") then stop\nmail.* -/var/log/mail.log\n",
        )
        .file(
            "/etc/rsyslog.d/a.conf",
            "module(load=\"imudp\")\ninput(\n  type=\"imudp\"\n  port=\"514\" )\n\
             input(Type=\"imtcp\" Address=\"127.0.0.1\" port=\"514\")\n$InputTCPServerRun 514\n",
        );
        let rsyslog = collect(&tree.host()).unwrap();
        let listens: Vec<&str> = rsyslog.listens.iter().map(|(it, _)| it.as_str()).collect();
        assert_eq!(listens, ["$InputTCPServerRun 514", "input(type=\"imudp\")"]);
        assert_eq!(rsyslog.file_mode, Some((0o640, "/etc/rsyslog.conf".into())));
        assert!(!rsyslog.forwards);
        tree.file("/etc/rsyslog.d/b.conf", "*.* @@logs.example:6514\n");
        assert!(collect(&tree.host()).unwrap().forwards);
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "((input|[(\"=) \n])|\\PC)*") {
            Rsyslog::default().read(&text, Path::new("/x"));
        }
    }
}
