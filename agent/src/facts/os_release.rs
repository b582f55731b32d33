//! `/etc/os-release`, os-release(5): which operating system this is.

use std::collections::BTreeMap;

use super::{Fact, Gap};
use crate::host::{Host, ReadError};

/// Where it may be, in order of precedence.
const PATHS: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// What the file says. All fields may be missing; `ID` then counts as `linux`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OsRelease {
    values: BTreeMap<String, String>,
}

impl OsRelease {
    /// `ID`: the system's name in lower case, e.g. `debian`.
    pub fn id(&self) -> Option<&str> {
        self.get("ID")
    }

    /// `VERSION_ID`, e.g. `12`; rolling releases have none.
    pub fn version_id(&self) -> Option<&str> {
        self.get("VERSION_ID")
    }

    /// `PRETTY_NAME`, e.g. `Debian GNU/Linux 12 (bookworm)`.
    pub fn pretty_name(&self) -> Option<&str> {
        self.get("PRETTY_NAME")
    }

    /// `VERSION_CODENAME`, e.g. `bookworm`.
    pub fn codename(&self) -> Option<&str> {
        self.get("VERSION_CODENAME")
    }

    /// Any other field. A field that is set to nothing counts as missing.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values
            .get(key)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

pub(crate) fn collect(host: &Host) -> Fact<OsRelease> {
    let mut absent = None;
    for path in PATHS {
        match host.text(path) {
            Ok(text) => return Ok(parse(&text)),
            Err(error @ ReadError::Absent(_)) => absent = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(absent.map_or_else(
        || Gap::Absent("there is no os-release".to_owned()),
        Gap::from,
    ))
}

/// `KEY=value` a line, the value quoted as a shell would; what is no assignment is passed over, as
/// systemd does. The last of several with one key counts.
pub fn parse(text: &str) -> OsRelease {
    let values = text
        .lines()
        .filter_map(|line| {
            let (key, value) = line.trim().split_once('=')?;
            let well_formed =
                !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            well_formed.then(|| (key.to_owned(), unquote(value.trim())))
        })
        .collect();
    OsRelease { values }
}

/// Takes the quotes off: in double quotes a backslash escapes ``" $ ` \``, in single quotes nothing
/// is special, outside of quotes it escapes anything.
fn unquote(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut quote = None;
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '\\') => text.extend(chars.next()),
            (Some('"'), '\\') => match chars.peek() {
                Some('"' | '$' | '`' | '\\') => text.extend(chars.next()),
                _ => text.push('\\'),
            },
            // An unquoted blank ends the word.
            (None, c) if c.is_whitespace() => break,
            (_, c) => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn values_are_unquoted_as_by_a_shell() {
        for (written, meant) in [
            ("debian", "debian"),
            ("\"12\"", "12"),
            ("'it''s'", "its"),
            (r#""a \"b\" \$c \n""#, r#"a "b" $c \n"#),
            (r"'a \b'", r"a \b"),
            ("\"Amazon Linux 2023\"", "Amazon Linux 2023"),
            ("bare word", "bare"),
            ("\"never closed", "never closed"),
        ] {
            assert_eq!(unquote(written), meant, "{written}");
        }
    }

    #[test]
    fn comments_and_noise_are_passed_over() {
        let os = parse("# ID=no\n\nID=fedora\r\nVERSION_ID=41\nVARIANT=\nwhat is this\nID =x\n");
        assert_eq!(os.id(), Some("fedora"));
        assert_eq!(os.version_id(), Some("41"));
        assert_eq!(os.get("VARIANT"), None);
    }

    #[test]
    fn the_file_of_the_vendor_counts_where_etc_has_none() {
        let mut tree = Tree::new();
        tree.file("/usr/lib/os-release", "ID=debian\n");
        assert_eq!(collect(&tree.host()).unwrap().id(), Some("debian"));
        tree.link("/etc/os-release", "../usr/lib/os-release");
        assert_eq!(collect(&tree.host()).unwrap().id(), Some("debian"));
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            let os = parse(&text);
            prop_assert!(os.values.len() <= text.lines().count());
        }

        #[test]
        fn single_quotes_keep_everything(value in "[^'\\r\\n]*") {
            prop_assert_eq!(unquote(&format!("'{value}'")), value);
        }
    }
}
