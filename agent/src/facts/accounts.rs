//! Who has an account: passwd(5) and shadow(5), and what their home directories allow.

pub(crate) mod password;

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;

pub(crate) use password::Password;

use super::{Fact, Gap};
use crate::host::Host;

/// Ids from here on are people's, `UID_MIN` of login.defs(5) as all distributions set it.
const FIRST_PERSON: u32 = 1000;

/// `nobody` and what lies above it: no people.
const NOBODY: u32 = 65_534;

/// The accounts in the machine's own files.
#[derive(Debug)]
pub(crate) struct Accounts {
    /// In the order of `/etc/passwd`.
    pub(crate) list: Vec<Account>,
    /// Why passwords are not known, where they are not.
    pub(crate) shadow: Fact<()>,
    /// The groups of `/etc/group`.
    pub(crate) groups: Fact<Vec<Group>>,
    /// The files that have lines of NIS, which begin with `+`.
    pub(crate) with_nis: Vec<&'static str>,
    /// The lines of shells(5).
    pub(crate) shells: Fact<Vec<String>>,
}

/// A group of group(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// Its name.
    pub(crate) name: String,
    /// Its number.
    pub(crate) gid: u32,
    /// Whether it has a password hash, in this file that everyone can read.
    pub(crate) has_password: bool,
    /// Whom `/etc/group` names as members; those whose own group it is are not among them.
    pub(crate) members: Vec<String>,
}

impl Accounts {
    /// Names of the accounts that a group (`wheel`, or `#10` for its number) has, its own members
    /// and those whose first group it is; `None` where `/etc/group` does not say.
    pub(crate) fn members(&self, group: &str) -> Option<Vec<&str>> {
        let groups = self.groups.as_ref().ok()?;
        let group = match group.strip_prefix('#') {
            Some(gid) => groups.iter().find(|known| gid.parse() == Ok(known.gid))?,
            None => groups.iter().find(|known| known.name == group)?,
        };
        let first = self
            .list
            .iter()
            .filter(|account| account.gid == group.gid)
            .map(|account| account.name.as_str());
        Some(
            group
                .members
                .iter()
                .map(String::as_str)
                .chain(first)
                .collect(),
        )
    }
}

/// One account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// Its name.
    pub(crate) name: String,
    /// Its number.
    pub(crate) uid: u32,
    /// The number of its first group.
    pub(crate) gid: u32,
    /// Its home directory.
    pub(crate) home: String,
    /// What it logs in to; empty counts as `/bin/sh`.
    pub(crate) shell: String,
    /// Its password; not there where `/etc/shadow` could not be read.
    pub(crate) password: Option<Password>,
    /// The day of the last change of the password, in days since 1970, where `/etc/shadow` has one.
    pub(crate) changed: Option<i64>,
    /// After how many days the password must be changed, where `/etc/shadow` says so.
    pub(crate) expires_after: Option<i64>,
    /// Whether the hash stands in `/etc/passwd`, which everyone can read.
    pub(crate) unshadowed: bool,
    /// Mode, owner and group of the home directory.
    pub(crate) home_is: Fact<(u32, u32, u32)>,
}

impl Account {
    /// Whether a person is meant to use it.
    pub(crate) fn is_person(&self) -> bool {
        (FIRST_PERSON..NOBODY).contains(&self.uid)
    }

    /// Whether its shell lets someone in.
    pub(crate) fn has_shell(&self) -> bool {
        !["nologin", "false", "sync", "halt", "shutdown", "true"]
            .iter()
            .any(|no| self.shell.rsplit('/').next() == Some(no))
    }
}

/// Reads `/etc/passwd`, `/etc/shadow` and `/etc/group`.
pub(crate) fn collect(host: &Host) -> Fact<Accounts> {
    let passwd = host.text("/etc/passwd")?;
    let mut list = parse(&passwd);
    let shadow = host.text("/etc/shadow");
    let group_file = host.text("/etc/group");
    let has_nis = |text: &str| text.lines().any(|line| line.starts_with('+'));
    let with_nis = [
        ("/etc/passwd", Some(&passwd)),
        ("/etc/shadow", shadow.as_ref().ok()),
        ("/etc/group", group_file.as_ref().ok()),
    ]
    .into_iter()
    .filter(|(_, text)| text.is_some_and(|text| has_nis(text)))
    .map(|(path, _)| path)
    .collect();
    let fields = shadow.as_ref().map(|text| shadow_lines(text)).ok();
    for account in &mut list {
        let ageing = fields
            .as_ref()
            .and_then(|fields| fields.get(account.name.as_str()));
        if let Some(line) = ageing {
            account.changed = line.changed;
            account.expires_after = line.expires_after;
        }
        // The field in passwd counts unless it is `x`.
        if account.password == Some(Password::InShadow) {
            account.password = fields.as_ref().map(|fields| {
                fields
                    .get(account.name.as_str())
                    .map_or(Password::Locked, |line| password::parse(line.password))
            });
        }
        account.home_is = home(host, &account.home);
    }
    Ok(Accounts {
        list,
        shadow: shadow
            .map(drop)
            .map_err(|error| Gap::Unknown(error.to_string())),
        with_nis,
        shells: shells(host),
        groups: group_file
            .map(|text| text.lines().filter_map(group).collect())
            .map_err(Gap::from),
    })
}

/// The lines of shells(5) that are paths; `/usr/etc` is openSUSE's place for what nobody changed.
fn shells(host: &Host) -> Fact<Vec<String>> {
    let lines = match host.text("/etc/shells") {
        Err(absent) if absent.is_absent() => match host.text("/usr/etc/shells") {
            Err(error) if error.is_absent() => Err(absent),
            text => text,
        },
        text => text,
    }?;
    let paths = lines
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('/'));
    Ok(paths.map(str::to_owned).collect())
}

fn home(host: &Host, path: &str) -> Fact<(u32, u32, u32)> {
    let metadata = host.metadata(path)?;
    if metadata.is_dir() {
        Ok((metadata.mode(), metadata.uid(), metadata.gid()))
    } else {
        Err(Gap::Absent(format!("{path} is not a directory")))
    }
}

/// A line of group(5).
fn group(line: &str) -> Option<Group> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let password = fields.next()?;
    let gid = fields.next()?.parse().ok()?;
    let members = fields.next().unwrap_or_default().split(',').map(str::trim);
    Some(Group {
        name,
        gid,
        has_password: matches!(password::parse(password), Password::Hashed(_)),
        members: members
            .filter(|member| !member.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}

/// The lines of passwd(5) that are accounts. NIS entries (`+`) and broken lines are passed over.
pub(crate) fn parse(passwd: &str) -> Vec<Account> {
    passwd.lines().filter_map(account).collect()
}

fn account(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next()?;
    if name.is_empty() || name.starts_with(['#', '+', '-']) {
        return None;
    }
    let password = fields.next()?;
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    let mut fields = fields.skip(1);
    let home = fields.next()?.to_owned();
    let shell = fields.next().unwrap_or_default().trim().to_owned();
    Some(Account {
        name: name.to_owned(),
        uid,
        gid,
        home,
        shell,
        password: Some(if password == "x" {
            Password::InShadow
        } else {
            password::parse(password)
        }),
        changed: None,
        expires_after: None,
        unshadowed: matches!(password::parse(password), Password::Hashed(_)),
        home_is: Err(Gap::Absent("not looked at".to_owned())),
    })
}

/// What a line of shadow(5) says of an account.
struct ShadowLine<'a> {
    password: &'a str,
    changed: Option<i64>,
    expires_after: Option<i64>,
}

fn shadow_lines(shadow: &str) -> BTreeMap<&str, ShadowLine<'_>> {
    let line = |line| {
        let mut fields = str::split(line, ':');
        let name = fields.next()?;
        let password = fields.next()?;
        let mut number = |skipped| fields.nth(skipped)?.trim().parse().ok();
        let line = ShadowLine {
            password,
            changed: number(0),
            expires_after: number(1),
        };
        Some((name, line))
    };
    shadow.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accounts() {
        let list = parse(
            "root:x:0:0:root:/root:/bin/bash\nbroken\n# comment:x:1\n+nis::::::\njoe::1000:1000::/home/joe:\n",
        );
        let names: Vec<_> = list.iter().map(|account| account.name.as_str()).collect();
        assert_eq!(names, ["root", "joe"]);
        assert_eq!(list[1].password, Some(Password::Empty));
        assert!(list[1].has_shell() && list[1].is_person());
    }

    #[test]
    fn members_of_a_group() {
        let mut tree = crate::facts::tree::Tree::new();
        tree.file(
            "/etc/passwd",
            "a:x:1000:27::/:/bin/sh\nb:x:1001:1001::/:/bin/sh\n",
        )
        .file("/etc/group", "sudo:x:27:b, \nwheel:x:10:\nbroken\n");
        let accounts = collect(&tree.host()).unwrap();
        assert_eq!(accounts.members("sudo"), Some(vec!["b", "a"]));
        assert_eq!(accounts.members("#10"), Some(vec![]));
        assert_eq!(accounts.members("of-a-directory"), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "([a-z:0-9+#\n]|\\PC)*") {
            parse(&text);
            text.lines().for_each(|line| drop(group(line)));
            shadow_lines(&text);
        }
    }
}
