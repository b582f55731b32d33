//! Files of settings, a name and a value a line: login.defs(5), pwquality.conf(5),
//! faillock.conf(5), `/etc/default/useradd`.

use std::path::Path;

use super::{Fact, Gap};
use crate::host::Host;

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Its name as written.
    pub(crate) name: String,
    /// Its value without quotes; empty where there is only a name.
    pub(crate) value: String,
    /// The file that it stands in.
    pub(crate) source: String,
}

/// Settings in the order in which they are read.
#[derive(Debug, Default)]
pub(crate) struct Pairs(Vec<Pair>);

impl Pairs {
    /// The setting that counts: the last of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Pair> {
        self.0.iter().rev().find(|pair| pair.name == name)
    }

    /// Reads a file after those before it; one that is missing says nothing.
    pub(super) fn read(&mut self, host: &Host, path: &Path) -> Fact<bool> {
        let text = match host.text(path) {
            Ok(text) => text,
            Err(error) if error.is_absent() => return Ok(false),
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        };
        let source = path.to_string_lossy();
        let pairs = text.lines().filter_map(parse);
        self.0.extend(pairs.map(|(name, value)| Pair {
            name: name.to_owned(),
            value: value.to_owned(),
            source: source.clone().into_owned(),
        }));
        Ok(true)
    }
}

/// `NAME value`, `name = value` or `NAME="value"`, up to a comment.
fn parse(line: &str) -> Option<(&str, &str)> {
    let line = line.split('#').next()?.trim();
    let end = line
        .find(|c: char| c == '=' || c.is_whitespace())
        .unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end)?;
    let rest = rest.trim_start();
    let value = rest.strip_prefix('=').unwrap_or(rest);
    (!name.is_empty()).then(|| (name, value.trim().trim_matches(['"', '\''])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines() {
        for (line, pair) in [
            ("UMASK\t\t022", Some(("UMASK", "022"))),
            (" minlen = 14 # long", Some(("minlen", "14"))),
            ("SHELL=\"/bin/sh\"", Some(("SHELL", "/bin/sh"))),
            ("even_deny_root", Some(("even_deny_root", ""))),
            ("# minlen = 14", None),
            ("= 14", None),
            ("", None),
        ] {
            assert_eq!(parse(line), pair, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_text_parses(line in "([a-z=# \"\t]|\\PC)*") {
            parse(&line);
        }

        #[test]
        fn what_is_written_is_read(name in "[A-Za-z_]{1,20}", value in "[a-z0-9/.-]{1,20}") {
            for line in [format!("{name} {value}"), format!("  {name}='{value}' # x")] {
                prop_assert_eq!(parse(&line), Some((name.as_str(), value.as_str())));
            }
        }
    }
}
