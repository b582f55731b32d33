//! Which numeric users and groups belong to somebody.

use std::collections::BTreeSet;

use crate::host::Host;

/// Ids from here to [`DYNAMIC_LAST`] are given to services while they run, systemd.exec(5)
/// `DynamicUser=`.
const DYNAMIC_FIRST: u32 = 61_184;
const DYNAMIC_LAST: u32 = 65_519;

/// Who has an id on this machine.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    users: BTreeSet<u32>,
    groups: BTreeSet<u32>,
    /// Ranges handed to users for their containers, subuid(5).
    ranges: Vec<(u32, u32)>,
    /// Whether accounts may come from elsewhere (LDAP, SSSD), or the files could not be read: then
    /// only ids below 1000 can be told to be nobody's, or none.
    elsewhere: bool,
    unreadable: bool,
}

impl Accounts {
    pub(super) fn read(host: &Host) -> Self {
        let (Ok(passwd), Ok(group)) = (host.text("/etc/passwd"), host.text("/etc/group")) else {
            return Self {
                unreadable: true,
                ..Self::default()
            };
        };
        let mut ranges = Vec::new();
        for path in ["/etc/subuid", "/etc/subgid"] {
            ranges.extend(
                host.text(path)
                    .ok()
                    .iter()
                    .flat_map(|text| parse_ranges(text)),
            );
        }
        let elsewhere = ["/etc/nsswitch.conf", "/usr/etc/nsswitch.conf"]
            .iter()
            .filter_map(|path| host.text(path).ok())
            .any(|text| names_other_sources(&text));
        Self {
            users: third_fields(&passwd),
            groups: third_fields(&group),
            ranges,
            elsewhere,
            unreadable: false,
        }
    }

    pub(super) fn knows(&self, uid: u32, gid: u32) -> bool {
        self.is_fine(&self.users, uid) && self.is_fine(&self.groups, gid)
    }

    fn is_fine(&self, known: &BTreeSet<u32>, id: u32) -> bool {
        id == 0
            || self.unreadable
            || known.contains(&id)
            || (self.elsewhere && id >= 1000)
            || (DYNAMIC_FIRST..=DYNAMIC_LAST).contains(&id)
            || self
                .ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&id))
    }
}

/// The numeric ids of `/etc/passwd` or `/etc/group`.
fn third_fields(text: &str) -> BTreeSet<u32> {
    text.lines()
        .filter_map(|line| line.split(':').nth(2)?.parse().ok())
        .collect()
}

/// `user:first:count`, subuid(5).
fn parse_ranges(text: &str) -> Vec<(u32, u32)> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(':').skip(1);
            let first: u32 = fields.next()?.parse().ok()?;
            let count: u32 = fields.next()?.trim().parse().ok()?;
            Some((first, first.saturating_add(count.checked_sub(1)?)))
        })
        .collect()
}

/// Whether nsswitch.conf(5) takes users from anything but the machine's own files.
fn names_other_sources(nsswitch: &str) -> bool {
    nsswitch
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("passwd:"))
        .flat_map(str::split_whitespace)
        .any(|word| {
            !word.starts_with('[')
                && !word.ends_with(']')
                && !matches!(word, "files" | "compat" | "systemd" | "db" | "altfiles")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn ids_are_known_by_name_by_range_or_by_kind() {
        let mut tree = Tree::new();
        tree.file(
            "/etc/passwd",
            "root:x:0:0::/:/bin/sh\nbroken\nadmin:x:1000:1000::/:/bin/sh\n",
        )
        .file("/etc/group", "root:x:0:\nadmin:x:1000:\n")
        .file("/etc/subuid", "admin:100000:65536\n")
        .file("/etc/subgid", "admin:100000:65536\n");
        let accounts = Accounts::read(&tree.host());
        assert!(accounts.knows(1000, 1000));
        assert!(accounts.knows(100_000, 165_535));
        assert!(accounts.knows(61_500, 61_500));
        assert!(!accounts.knows(1001, 1000));
        assert!(!accounts.knows(1000, 165_536));

        tree.file("/etc/nsswitch.conf", "passwd: files sss\n");
        let accounts = Accounts::read(&tree.host());
        assert!(accounts.knows(20_000, 20_000), "may come from SSSD");
        assert!(!accounts.knows(900, 0));
    }

    #[test]
    fn without_a_list_of_accounts_nobody_is_unknown() {
        assert!(Accounts::read(&Tree::new().host()).knows(4711, 4711));
    }
}
