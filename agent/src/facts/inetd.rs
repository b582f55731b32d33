//! Services that a super-server starts when someone connects: inetd(8), xinetd.conf(5), and
//! systemd's sockets and services that start at boot.

use std::path::{Path, PathBuf};

use super::services::Services;
use super::{Fact, Gap};
use crate::host::{Host, ReadError};

/// Files that may make a machine serve: how many are read.
const MAX_FILES: usize = 500;

/// A service that is switched on in a file of a super-server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Its name: `telnet`.
    pub(crate) name: String,
    /// The file that switches it on.
    pub(crate) source: PathBuf,
    /// Whether the super-server itself starts at boot.
    pub(crate) started: bool,
}

/// Reads `/etc/inetd.conf`, `/etc/inetd.d` and `/etc/xinetd.d`; empty where there is none.
pub(crate) fn collect(host: &Host, services: &Fact<Services>) -> Fact<Vec<Offered>> {
    // Where it cannot be told what starts, it may.
    let starts = |names: &[&str]| {
        services.as_ref().map_or_else(
            |gap| matches!(gap, Gap::Unknown(_)),
            |services| names.iter().any(|name| services.is_enabled(name)),
        )
    };
    let inetd = starts(&["inetd", "openbsd-inetd", "inetutils-inetd", "rlinetd"]);
    let xinetd = starts(&["xinetd"]);
    let mut offered = Vec::new();
    let mut add = |source: &Path, names: Vec<String>, started| {
        offered.extend(names.into_iter().map(|name| Offered {
            name,
            source: source.to_owned(),
            started,
        }));
    };
    let mut files = vec![PathBuf::from("/etc/inetd.conf")];
    files.extend(list(host, "/etc/inetd.d")?);
    for path in files {
        if let Some(text) = text(host, &path)? {
            add(&path, parse_inetd(&text), inetd);
        }
    }
    let mut files = vec![PathBuf::from("/etc/xinetd.conf")];
    files.extend(list(host, "/etc/xinetd.d")?);
    for path in files {
        if let Some(text) = text(host, &path)? {
            add(&path, parse_xinetd(&text), xinetd);
        }
    }
    Ok(offered)
}

fn list(host: &Host, directory: &str) -> Fact<Vec<PathBuf>> {
    match host.list(directory) {
        Ok(names) if names.len() > MAX_FILES => {
            Err(Gap::Unknown(format!("{directory} has too many files")))
        }
        // Copies of editors and package managers do not count, xinetd.conf(5).
        Ok(names) => Ok(names
            .iter()
            .filter_map(|name| name.to_str())
            .filter(|name| !name.contains('.') && !name.ends_with('~'))
            .map(|name| Path::new(directory).join(name))
            .collect()),
        Err(error) if error.is_absent() => Ok(Vec::new()),
        Err(error) => Err(Gap::Unknown(error.to_string())),
    }
}

fn text(host: &Host, path: &Path) -> Fact<Option<String>> {
    match host.text(path) {
        Ok(text) => Ok(Some(text)),
        Err(ReadError::Absent(_) | ReadError::NotAFile(_)) => Ok(None),
        Err(error) => Err(Gap::Unknown(error.to_string())),
    }
}

/// The services of inetd.conf(5): the first word of a line that has at least the five that follow,
/// an address before it cut off.
fn parse_inetd(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter(|line| line.split_ascii_whitespace().count() >= 6)
        .filter_map(|line| line.split_ascii_whitespace().next())
        .map(|name| name.rsplit(':').next().unwrap_or(name).to_owned())
        .collect()
}

/// The services of xinetd.conf(5) that no `disable = yes` switches off.
fn parse_xinetd(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current: Option<(String, bool)> = None;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("service ") {
            current = Some((name.trim_end_matches('{').trim().to_owned(), false));
        } else if line.starts_with('}') {
            found.extend(
                current
                    .take()
                    .filter(|(_, disabled)| !disabled)
                    .map(|(name, _)| name),
            );
        } else if let (Some((_, disabled)), Some((key, value))) =
            (&mut current, line.split_once('='))
            && key.trim() == "disable"
        {
            *disabled = value.trim().eq_ignore_ascii_case("yes");
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn inetd() {
        assert_eq!(
            parse_inetd(
                "#<off># ftp stream tcp nowait root /usr/sbin/tcpd in.ftpd\n127.0.0.1:telnet stream tcp nowait telnetd /usr/sbin/tcpd in.telnetd\nbroken line\n"
            ),
            ["telnet"]
        );
    }

    #[test]
    fn xinetd() {
        assert_eq!(
            parse_xinetd(
                "defaults\n{\n}\nservice tftp\n{\n disable = no\n}\nservice telnet\n{\n disable\t= yes\n}\nservice rsh {\n}\n"
            ),
            ["tftp", "rsh"]
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "((service |disable|=|[{}]|\n)|\\PC)*") {
            parse_inetd(&text);
            parse_xinetd(&text);
        }
    }
}
