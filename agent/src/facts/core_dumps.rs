//! Whether programs may leave core dumps, limits.conf(5).

use std::path::PathBuf;

use super::Fact;
use crate::host::Host;

/// The line that keeps every user's programs from dumping core, and where it stands; `None` if no
/// file has it.
pub(crate) fn hard_limit(host: &Host) -> Fact<Option<PathBuf>> {
    let mut files = vec![PathBuf::from("/etc/security/limits.conf")];
    let directory = PathBuf::from("/etc/security/limits.d");
    for name in host.list(&directory).unwrap_or_default() {
        files.push(directory.join(name));
    }
    let mut limit = None;
    for file in files {
        if let Ok(text) = host.text(&file)
            && let Some(none) = forbids(&text)
        {
            limit = none.then_some(file);
        }
    }
    Ok(limit)
}

/// Whether the last line for all users (`* hard core 0`, `* - core 0`) forbids core dumps; nothing
/// if there is no such line.
fn forbids(text: &str) -> Option<bool> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let matches = words.next()? == "*"
                && matches!(words.next()?, "hard" | "-")
                && words.next()? == "core";
            matches.then(|| words.next() == Some("0"))
        })
        .next_back()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn the_last_word_on_all_users_counts() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/security/limits.conf",
            "# * hard core 0\n* soft core 0\nroot hard core 0\n",
        );
        assert_eq!(hard_limit(&tree.host()), Ok(None));
        tree.file("/etc/security/limits.d/core.conf", "*\thard\tcore\t0\n");
        assert_eq!(
            hard_limit(&tree.host()),
            Ok(Some("/etc/security/limits.d/core.conf".into()))
        );
        tree.file("/etc/security/limits.d/z.conf", "* - core unlimited\n");
        assert_eq!(hard_limit(&tree.host()), Ok(None));
    }
}
