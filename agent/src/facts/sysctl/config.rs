//! What `sysctl.d` sets, sysctl.d(5).

use std::path::{Path, PathBuf};

use crate::facts::drop_ins;
use crate::host::Host;

/// One line of a file of `sysctl.d`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The key in dotted form; may hold the wildcards of glob(7).
    pub key: String,
    /// The value; nothing for `-key`, which shields the key from wildcards.
    pub value: Option<String>,
}

/// All that is configured, in the order in which it is applied.
#[derive(Debug, Default)]
pub(crate) struct Config {
    lines: Vec<(Line, PathBuf)>,
}

impl Config {
    pub(super) fn read(host: &Host) -> Self {
        let mut files = drop_ins::list(host, "sysctl.d", ".conf");
        // systemd reads /etc/sysctl.conf only where a link in sysctl.d leads to it; the sysctl
        // program of others reads it last.
        if !has_systemd(host) {
            files.push(PathBuf::from("/etc/sysctl.conf"));
        }
        let mut config = Self::default();
        for file in files {
            let Ok(text) = host.text(&file) else {
                continue;
            };
            for line in parse(&text) {
                config.lines.push((line, file.clone()));
            }
        }
        config
    }

    /// What a key (`net.ipv4.ip_forward`) is set to, and by which file. A line that names the key
    /// beats every wildcard; among equals the last one counts.
    pub(super) fn get(&self, key: &str) -> Option<(&str, &Path)> {
        let named = self.lines.iter().rev().find(|(line, _)| line.key == key);
        let (line, file) = match named {
            Some(named) => named,
            None => self
                .lines
                .iter()
                .rev()
                .find(|(line, _)| line.value.is_some() && matches(&line.key, key))?,
        };
        line.value.as_deref().map(|value| (value, file.as_path()))
    }
}

fn has_systemd(host: &Host) -> bool {
    [
        "/usr/lib/systemd/systemd-sysctl",
        "/lib/systemd/systemd-sysctl",
    ]
    .iter()
    .any(|path| host.exists(path))
}

/// Reads the lines of one file; those that make no sense are left out, as systemd does.
#[must_use]
pub fn parse(text: &str) -> Vec<Line> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
        .filter_map(|line| {
            // A leading dash means: an error in setting this is no error.
            let (shields, line) = line
                .strip_prefix('-')
                .map_or((false, line), |rest| (true, rest.trim_start()));
            match line.split_once('=') {
                Some((key, value)) if !key.trim().is_empty() => Some(Line {
                    key: dotted(key.trim()),
                    value: Some(value.trim().to_owned()),
                }),
                None if shields && !line.is_empty() => Some(Line {
                    key: dotted(line),
                    value: None,
                }),
                _ => None,
            }
        })
        .collect()
}

/// The key with dots between its parts. Where the first separator is a slash, all are, and dots
/// belong to names (of network interfaces).
fn dotted(key: &str) -> String {
    let slashes = key
        .chars()
        .find(|c| matches!(c, '.' | '/'))
        .is_some_and(|first| first == '/');
    if slashes {
        key.trim_start_matches('/')
            .chars()
            .map(|c| match c {
                '/' => '.',
                '.' => '/',
                c => c,
            })
            .collect()
    } else {
        key.to_owned()
    }
}

/// glob(7) over one key: `*` and `?` stop at a separator. Bracket expressions, which nobody uses
/// here, match nothing.
fn matches(pattern: &str, key: &str) -> bool {
    let mut patterns = pattern.split('.');
    let mut parts = key.split('.');
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if matches_part(pattern.as_bytes(), part.as_bytes()) => {}
            _ => return false,
        }
    }
}

fn matches_part(pattern: &[u8], part: &[u8]) -> bool {
    // Where the last star stood, and how much of the part it swallows so far.
    let (mut star, mut at) = (None, (0, 0));
    loop {
        match (pattern.get(at.0), part.get(at.1)) {
            (None, None) => return true,
            (Some(b'*'), _) => {
                star = Some(at);
                at.0 += 1;
            }
            (Some(expected), Some(found)) if expected == found || *expected == b'?' => {
                at = (at.0 + 1, at.1 + 1);
            }
            (_, found) => match star {
                Some((in_pattern, in_part)) if found.is_some() || in_part < part.len() => {
                    star = Some((in_pattern, in_part + 1));
                    at = (in_pattern + 1, in_part + 1);
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn lines_of_all_kinds_are_read() {
        let lines = parse(
            "# comment\n; another\n kernel.dmesg_restrict = 1 \n-net/ipv4/conf/eth0.1/rp_filter=2\n\
             -net.ipv4.conf.lo.rp_filter\nkernel.core_pattern=|/bin/x a=b\nnonsense\n= 3\n",
        );
        let read: Vec<(&str, Option<&str>)> = lines
            .iter()
            .map(|line| (line.key.as_str(), line.value.as_deref()))
            .collect();
        assert_eq!(
            read,
            [
                ("kernel.dmesg_restrict", Some("1")),
                ("net.ipv4.conf.eth0/1.rp_filter", Some("2")),
                ("net.ipv4.conf.lo.rp_filter", None),
                ("kernel.core_pattern", Some("|/bin/x a=b")),
            ]
        );
    }

    #[test]
    fn the_last_file_by_name_wins_and_a_named_key_beats_wildcards() {
        let mut tree = Tree::new();
        tree.file(
            "/usr/lib/sysctl.d/50-default.conf",
            "net.ipv4.conf.*.rp_filter = 2\nkernel.sysrq=16\n-net.ipv4.conf.lo.rp_filter\n",
        )
        .file(
            "/usr/lib/sysctl.d/10-early.conf",
            "net.ipv4.conf.all.rp_filter = 0\n",
        )
        .file("/etc/sysctl.d/60-mine.conf", "kernel.sysrq=0\n")
        .link("/etc/sysctl.d/70-off.conf", "/dev/null")
        .file("/usr/lib/sysctl.d/70-off.conf", "kernel.sysrq=1\n")
        .file("/usr/lib/systemd/systemd-sysctl", "")
        .file("/etc/sysctl.conf", "kernel.sysrq=438\n");
        let config = Config::read(&tree.host());
        assert_eq!(
            config.get("kernel.sysrq"),
            Some(("0", Path::new("/etc/sysctl.d/60-mine.conf")))
        );
        assert_eq!(config.get("net.ipv4.conf.all.rp_filter").unwrap().0, "0");
        assert_eq!(
            config.get("net.ipv4.conf.default.rp_filter").unwrap().0,
            "2"
        );
        assert_eq!(config.get("net.ipv4.conf.lo.rp_filter"), None);
        assert_eq!(config.get("net.ipv4.conf.a.b.rp_filter"), None);

        tree.link("/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf");
        assert_eq!(
            Config::read(&tree.host()).get("kernel.sysrq").unwrap().0,
            "438"
        );
    }

    #[test]
    fn wildcards_match_as_in_a_shell() {
        for (pattern, part, expected) in [
            ("*", "", true),
            ("eth*", "eth0", true),
            ("*0", "eth0", true),
            ("e*h*0", "eth10", true),
            ("e?h0", "eth0", true),
            ("eth", "eth0", false),
            ("*1", "eth0", false),
            ("**", "x", true),
        ] {
            assert_eq!(
                matches_part(pattern.as_bytes(), part.as_bytes()),
                expected,
                "{pattern} {part}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text: String, pattern in "[*?ab.]{0,12}", key in "[ab.]{0,12}") {
            let _lines = parse(&text);
            matches(&pattern, &key);
            prop_assert!(matches(&key, &key));
        }
    }
}
