//! Passwords in cloud-init's configuration, <https://docs.cloud-init.io>: "Users and Groups",
//! "Set Passwords".

use std::path::PathBuf;

use super::Kind;
use super::finder::Finder;

pub(super) fn look(finder: &mut Finder<'_>) {
    let kind = Kind::CloudConfigPassword;
    let mut files = vec![PathBuf::from("/etc/cloud/cloud.cfg")];
    files.extend(finder.matching(kind, "/etc/cloud/cloud.cfg.d", "*.cfg"));
    for path in files {
        let Some(text) = finder.text(kind, &path) else {
            continue;
        };
        for (kind, line, key) in passwords(&text) {
            finder.found(kind, &path, None, format!("line {line}: {key}"));
        }
    }
}

/// The lines (from 1) that set a password or leave one in force, with the key that does it.
fn passwords(text: &str) -> Vec<(Kind, usize, &'static str)> {
    let mut found = Vec::new();
    // How far the `chpasswd:` whose lines these are is indented.
    let mut chpasswd = None;
    for (number, line) in text.lines().enumerate() {
        let line = uncommented(line);
        let body = line.trim_start();
        if body.is_empty() {
            continue;
        }
        let indent = line.len() - body.len();
        if chpasswd.is_some_and(|outer| indent <= outer) {
            chpasswd = None;
        }
        for piece in line.split(['{', '}', ',', '[', ']']) {
            let Some((key, value)) = entry(piece) else {
                continue;
            };
            let kind = match key {
                "chpasswd" => {
                    chpasswd = Some(indent);
                    continue;
                }
                "list" if chpasswd.is_some() => Some((Kind::CloudConfigPassword, "chpasswd list")),
                "plain_text_passwd" | "hashed_passwd" | "hashed-passwd" | "passwd" | "password"
                    if is_password(value) =>
                {
                    KEYS.iter()
                        .find(|known| **known == key)
                        .map(|known| (Kind::CloudConfigPassword, *known))
                }
                "lock_passwd" | "lock-passwd" if is_false(value) => {
                    Some((Kind::CloudConfigUnlocked, "lock_passwd: false"))
                }
                _ => None,
            };
            if let Some((kind, key)) = kind {
                found.push((kind, number + 1, key));
            }
        }
    }
    found
}

const KEYS: [&str; 5] = [
    "plain_text_passwd",
    "hashed_passwd",
    "hashed-passwd",
    "passwd",
    "password",
];

/// A line without its comment: `#` begins one at the start and after white space.
fn uncommented(line: &str) -> &str {
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c == '#' && before.is_whitespace() {
            return line.get(..at).unwrap_or_default();
        }
        before = c;
    }
    line
}

/// `- key: value`, with or without quotes about the key.
fn entry(piece: &str) -> Option<(&str, &str)> {
    let (key, value) = piece.split_once(':')?;
    let key = key.trim().trim_start_matches("- ").trim();
    Some((key.trim_matches(['"', '\'']), value.trim()))
}

/// Neither nothing nor a hash that no password fits.
fn is_password(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']).trim();
    !(value.is_empty() || value == "null" || value == "~" || value.starts_with(['!', '*']))
}

fn is_false(value: &str) -> bool {
    ["false", "no", "off"].contains(&value.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_sets_a_password_is_found() {
        use Kind::{CloudConfigPassword as Set, CloudConfigUnlocked as Unlocked};
        for (text, expected) in [
            ("password: hunter2\n", vec![(Set, 1, "password")]),
            (
                "users:\n - name: joe\n   passwd: $6$a$b # x\n   lock_passwd: False\n",
                vec![(Set, 3, "passwd"), (Unlocked, 4, "lock_passwd: false")],
            ),
            (
                "chpasswd:\n  expire: false\n  list: |\n    root:x\nlist: 1\n",
                vec![(Set, 3, "chpasswd list")],
            ),
            (
                "chpasswd: {list: [root:x], expire: False}\n",
                vec![(Set, 1, "chpasswd list")],
            ),
            (
                "users: [{name: joe, \"plain_text_passwd\": x}]\n",
                vec![(Set, 1, "plain_text_passwd")],
            ),
            ("- passwd: x\n", vec![(Set, 1, "passwd")]),
        ] {
            assert_eq!(passwords(text), expected, "{text}");
        }
    }

    #[test]
    fn what_distributions_ship_is_no_password() {
        let text = "users:\n   - default\ndisable_root: true\nssh_pwauth: false\nchpasswd:\n  \
                    expire: false\ncloud_config_modules:\n - set-passwords\n\
                    system_info:\n  default_user:\n    name: admin\n    lock_passwd: True\n    \
                    passwd: '!'\n    #password: x\n";
        assert_eq!(passwords(text), []);
    }

    proptest! {
        #[test]
        fn never_panics(text in "([a-z:{}\\[\\], #\n-]|\\PC)*") {
            passwords(&text);
        }
    }
}
