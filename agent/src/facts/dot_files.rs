//! Files in home directories whose names begin with a dot: who can change and read them, and which
//! hosts they trust.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::accounts::{Account, Accounts};
use super::file_modes::FileMode;
use super::{Fact, Gap};
use crate::host::{Host, ReadError};

/// How many homes are looked at.
const MOST_HOMES: usize = 1000;

/// How many of the names in one home are looked at.
const MOST_NAMES: usize = 1000;

/// Files that hold passwords or tokens.
const SECRETS: [&str; 8] = [
    ".aws/credentials",
    ".docker/config.json",
    ".git-credentials",
    ".kube/config",
    ".my.cnf",
    ".netrc",
    ".pgpass",
    ".vault-token",
];

/// Files of the machine that name hosts whose users are believed, hosts.equiv(5).
const TRUSTING: [&str; 3] = [
    "/etc/hosts.equiv",
    "/etc/shosts.equiv",
    "/etc/ssh/shosts.equiv",
];

/// What is known of them.
#[derive(Debug, Default)]
pub(crate) struct DotFiles {
    /// Every one right in the home of root or a person; links are left out.
    pub(crate) list: Vec<DotFile>,
    /// Files with passwords that everyone can read, the way there included.
    pub(crate) readable: Vec<FileMode>,
    /// Files that name trusted hosts, and whether that is every host or every user.
    pub(crate) trusting: Vec<(String, bool)>,
    /// What could not be looked at, and why.
    pub(crate) unknown: Vec<String>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct DotFile {
    /// Whose home it lies in.
    pub(crate) of: String,
    /// That account's user id.
    pub(crate) of_uid: u32,
    /// Its name: `.bashrc`.
    pub(crate) name: String,
    /// What `stat` sees.
    pub(crate) stat: FileMode,
}

pub(crate) fn collect(host: &Host, accounts: &Fact<Accounts>) -> Fact<DotFiles> {
    let accounts = accounts.as_ref().map_err(Clone::clone)?;
    let mut found = DotFiles::default();
    for path in TRUSTING {
        found.trusts(host, path);
    }
    let mut seen = BTreeSet::new();
    let mut homes = 0;
    for account in &accounts.list {
        let has_home = (account.uid == 0 || account.is_person()) && account.home.len() > 1;
        if !has_home || !seen.insert(account.home.as_str()) {
            continue;
        }
        homes += 1;
        if homes > MOST_HOMES {
            found
                .unknown
                .push(format!("only {MOST_HOMES} homes were looked at"));
            break;
        }
        found.home(host, account);
    }
    Ok(found)
}

impl DotFiles {
    fn home(&mut self, host: &Host, account: &Account) {
        let home_mode = match &account.home_is {
            Ok((mode, _, _)) => *mode,
            Err(Gap::Absent(_)) => return,
            Err(Gap::Unknown(why)) => return self.unknown.push(why.clone()),
        };
        let home = Path::new(&account.home);
        let names = match host.list(home) {
            Ok(names) => names,
            Err(error) => return self.note(&error),
        };
        if names.len() > MOST_NAMES {
            self.unknown.push(format!(
                "only {MOST_NAMES} names in {} were looked at",
                account.home
            ));
        }
        for name in names.into_iter().take(MOST_NAMES) {
            let Some(name) = name.to_str().filter(|name| name.starts_with('.')) else {
                continue;
            };
            let path = home.join(name);
            let metadata = match host.link_metadata(&path) {
                Ok(metadata) if metadata.is_symlink() => continue,
                Ok(metadata) => metadata,
                Err(error) => {
                    self.note(&error);
                    continue;
                }
            };
            if matches!(name, ".rhosts" | ".shosts") {
                self.trusts(host, &path.to_string_lossy());
            }
            self.list.push(DotFile {
                of: account.name.clone(),
                of_uid: account.uid,
                name: name.to_owned(),
                stat: FileMode::new(&path, &metadata),
            });
        }
        if home_mode & 0o001 != 0 {
            self.secrets(host, home);
        }
    }

    /// Notes the files with secrets in a home that everyone may enter.
    fn secrets(&mut self, host: &Host, home: &Path) {
        for secret in SECRETS {
            let path = home.join(secret);
            let enter = path.parent().is_none_or(|parent| {
                let mode = host.metadata(parent).map(|parent| parent.mode());
                mode.is_ok_and(|mode| mode & 0o001 != 0)
            });
            match FileMode::look(host, &path) {
                Ok(Some(stat)) if enter && stat.mode & 0o004 != 0 => self.readable.push(stat),
                Ok(_) => {}
                Err(Gap::Absent(why) | Gap::Unknown(why)) => self.unknown.push(why),
            }
        }
    }

    /// Notes a file that trusts hosts.
    fn trusts(&mut self, host: &Host, path: &str) {
        match host.text(path) {
            Ok(text) => self
                .trusting
                .extend(trusted(&text).map(|all| (path.to_owned(), all))),
            Err(error) => self.note(&error),
        }
    }

    fn note(&mut self, error: &ReadError) {
        if !error.is_absent() {
            self.unknown.push(error.to_string());
        }
    }
}

/// Whether a file of hosts.equiv(5) trusts every host or user (`+`) or only some; nothing if it
/// trusts none.
fn trusted(text: &str) -> Option<bool> {
    let mut entries = text
        .lines()
        .filter_map(|line| line.split('#').next())
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('-'))
        .peekable();
    entries.peek()?;
    Some(entries.any(|line| line.split_whitespace().any(|word| word == "+")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_trusted() {
        for (text, all) in [
            ("", None),
            ("# old\n\n-bad.example\n", None),
            ("a.example joe\n", Some(false)),
            ("a.example +\n", Some(true)),
            ("a.example\n+ # all\n", Some(true)),
        ] {
            assert_eq!(trusted(text), all, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([-+#a \n]|\\PC)*") {
            trusted(&text);
        }
    }
}
