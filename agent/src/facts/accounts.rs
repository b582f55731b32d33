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
    /// `ENCRYPT_METHOD` of `/etc/login.defs`, if it is set.
    pub(crate) encrypt_method: Option<String>,
}

/// One account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// Its name.
    pub(crate) name: String,
    /// Its number.
    pub(crate) uid: u32,
    /// Its home directory.
    pub(crate) home: String,
    /// What it logs in to; empty counts as `/bin/sh`.
    pub(crate) shell: String,
    /// Its password; not there where `/etc/shadow` could not be read.
    pub(crate) password: Option<Password>,
    /// Mode, owner and group of the home directory, if there is one.
    pub(crate) home_is: Option<(u32, u32, u32)>,
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

/// Reads `/etc/passwd`, `/etc/shadow` and `/etc/login.defs`.
pub(crate) fn collect(host: &Host) -> Fact<Accounts> {
    let mut list = parse(&host.text("/etc/passwd")?);
    let shadow = host.text("/etc/shadow");
    let fields = shadow.as_ref().map(|text| second_fields(text)).ok();
    for account in &mut list {
        // The field in passwd counts unless it is `x`.
        if account.password == Some(Password::InShadow) {
            account.password = fields.as_ref().map(|fields| {
                fields
                    .get(account.name.as_str())
                    .map_or(Password::Locked, |field| password::parse(field))
            });
        }
        account.home_is = host
            .metadata(&account.home)
            .ok()
            .filter(std::fs::Metadata::is_dir)
            .map(|metadata| (metadata.mode(), metadata.uid(), metadata.gid()));
    }
    let login_defs = host.text("/etc/login.defs").unwrap_or_default();
    Ok(Accounts {
        list,
        shadow: shadow
            .map(drop)
            .map_err(|error| Gap::Unknown(error.to_string())),
        encrypt_method: encrypt_method(&login_defs),
    })
}

fn encrypt_method(login_defs: &str) -> Option<String> {
    login_defs
        .lines()
        .filter_map(|line| line.trim().strip_prefix("ENCRYPT_METHOD"))
        .filter_map(|rest| rest.split_ascii_whitespace().next())
        .next_back()
        .map(str::to_ascii_uppercase)
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
    let mut fields = fields.skip(2);
    let home = fields.next()?.to_owned();
    let shell = fields.next().unwrap_or_default().trim().to_owned();
    Some(Account {
        name: name.to_owned(),
        uid,
        home,
        shell,
        password: Some(if password == "x" {
            Password::InShadow
        } else {
            password::parse(password)
        }),
        home_is: None,
    })
}

fn second_fields(shadow: &str) -> BTreeMap<&str, &str> {
    shadow
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            Some((fields.next()?, fields.next()?))
        })
        .collect()
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
    fn the_last_method_counts() {
        let text = "# ENCRYPT_METHOD MD5\nENCRYPT_METHOD DES\nENCRYPT_METHOD\tyescrypt\n";
        assert_eq!(encrypt_method(text).as_deref(), Some("YESCRYPT"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "([a-z:0-9+#\n]|\\PC)*") {
            parse(&text);
        }
    }
}
