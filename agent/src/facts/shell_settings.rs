//! What the start-up files of shells set for everyone and for root: `umask` and `TMOUT`.

use std::path::{Path, PathBuf};

use super::{Fact, Gap};
use crate::host::Host;

/// Files that shells read for everyone.
const FOR_ALL: [&str; 4] = [
    "/etc/bash.bashrc",
    "/etc/bashrc",
    "/etc/profile",
    "/etc/zshenv",
];

/// Root's own.
const FOR_ROOT: [&str; 4] = [
    "/root/.bash_login",
    "/root/.bash_profile",
    "/root/.bashrc",
    "/root/.profile",
];

/// What the files set.
#[derive(Debug, Default)]
pub(crate) struct ShellSettings {
    /// Modes that new files must not have, by file.
    pub(crate) umasks: Vec<(u32, String)>,
    /// After how many idle seconds shells end, by file, root's own left out.
    pub(crate) timeouts: Vec<(u64, String)>,
}

pub(crate) fn collect(host: &Host) -> Fact<ShellSettings> {
    let mut settings = ShellSettings::default();
    let mut seen = 0;
    let directory = Path::new("/etc/profile.d");
    let names = match host.list(directory) {
        Err(error) if error.is_absent() => Vec::new(),
        names => names.map_err(|error| Gap::Unknown(error.to_string()))?,
    };
    let scripts = names
        .iter()
        .filter(|name| name.to_string_lossy().ends_with(".sh"))
        .map(|name| directory.join(name));
    let for_all: Vec<PathBuf> = FOR_ALL.iter().map(PathBuf::from).chain(scripts).collect();
    let for_root = FOR_ROOT.iter().map(PathBuf::from);
    for (path, of_root) in for_all
        .into_iter()
        .map(|path| (path, false))
        .chain(for_root.map(|path| (path, true)))
    {
        let text = match host.text(&path) {
            Ok(text) => text,
            Err(error) if error.is_absent() => continue,
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        };
        seen += 1;
        let source = path.to_string_lossy();
        let of_file = |value| (value, source.clone().into_owned());
        settings
            .umasks
            .extend(umasks(&text).into_iter().map(of_file));
        if !of_root {
            let of_file = |value| (value, source.clone().into_owned());
            settings
                .timeouts
                .extend(timeouts(&text).into_iter().map(of_file));
        }
    }
    if seen == 0 {
        return Err(Gap::Absent("no shell has start-up files".to_owned()));
    }
    Ok(settings)
}

/// The words of a line of a shell script, up to a comment.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || matches!(c, ';' | '(' | ')' | '&' | '|'))
        .filter(|word| !word.is_empty())
        .take_while(|word| !word.starts_with('#'))
}

/// The arguments of all `umask` commands.
fn umasks(text: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut words = words(line);
        while let Some(word) = words.next() {
            if word == "umask" {
                found.extend(words.next().and_then(umask));
            }
        }
    }
    found
}

/// `027`, or `u=rwx,g=rx,o=` with all three classes.
pub(crate) fn umask(word: &str) -> Option<u32> {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let number = u32::from_str_radix(word, 8).ok();
        return number.filter(|mask| *mask <= 0o777);
    }
    let mut mask = 0o777;
    let mut classes = 0;
    for part in word.split(',') {
        let (class, allowed) = part.split_once('=')?;
        let shift = match class {
            "u" => 6,
            "g" => 3,
            "o" => 0,
            _ => return None,
        };
        for (letter, bit) in [('r', 4), ('w', 2), ('x', 1)] {
            if allowed.contains(letter) {
                mask &= !(bit << shift);
            }
        }
        classes += 1;
    }
    (classes == 3).then_some(mask)
}

/// The values that are assigned to `TMOUT`, `readonly`, `export` or `declare` before it or not.
fn timeouts(text: &str) -> Vec<u64> {
    text.lines()
        .flat_map(words)
        .filter_map(|word| word.strip_prefix("TMOUT="))
        .filter_map(|value| value.trim_matches(['"', '\'']).parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn umasks_are_found() {
        let text = "# umask 000\nif true; then umask 002; else\n  umask 022 # x\nfi\n(umask 077)\numask -S\numask u=rwx,g=rx,o=\numask 9\n";
        assert_eq!(umasks(text), [0o002, 0o022, 0o077, 0o027]);
    }

    #[test]
    fn timeouts_are_found() {
        let text = "TMOUT=900\nreadonly TMOUT=600; export TMOUT\n# TMOUT=1\ndeclare -xr TMOUT=\"300\"\nTMOUT=$X\nMYTMOUT=5\n";
        assert_eq!(timeouts(text), [900, 600, 300]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "((umask|TMOUT=|u=|[0-9;,# \n])|\\PC)*") {
            umasks(&text);
            timeouts(&text);
        }

        #[test]
        fn octal_numbers_are_read(mask in 0_u32..0o1000) {
            prop_assert_eq!(umask(&format!("{mask:03o}")), Some(mask));
        }
    }
}
