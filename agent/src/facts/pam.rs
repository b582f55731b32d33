//! What PAM does for those who log in, pam.d(5).

pub(crate) mod stack;

use std::collections::BTreeMap;
use std::path::Path;

use super::{Fact, Gap};
use crate::host::{Host, ReadError};
pub(crate) use stack::{Kind, Rule, Stack};

/// Where the files of services lie, the first that has one counts; `/usr` is the distribution's.
const DIRECTORIES: [&str; 3] = ["/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d"];

/// Services through which someone logs in with a password.
const LOGINS: [&str; 2] = ["login", "sshd"];

/// The files that distributions have these include.
const COMMON: [&str; 3] = ["common-auth", "password-auth", "system-auth"];

/// Services that change passwords or make someone another user, and files that they include.
const OTHERS: [&str; 7] = [
    "base-password",
    "common-password",
    "passwd",
    "su",
    "su-l",
    "sudo",
    "sudo-i",
];

/// What PAM does.
#[derive(Debug)]
pub(crate) struct Pam {
    /// The stacks of `login` and `sshd`, as far as there are any.
    pub(crate) logins: BTreeMap<&'static str, Stack>,
    /// The stacks of `common-auth`, `password-auth` and `system-auth`, as far as there are any.
    pub(crate) common: BTreeMap<&'static str, Stack>,
    /// The stacks of `passwd`, `su`, `sudo` and of what they include, as far as there are any.
    pub(crate) others: Fact<BTreeMap<&'static str, Stack>>,
}

impl Pam {
    /// What is asked when someone changes a password, with the service's name; nothing where PAM
    /// has no such stack.
    pub(crate) fn changing(&self) -> Fact<Option<(&'static str, Vec<&Rule>)>> {
        let others = self.others.as_ref().map_err(Clone::clone)?;
        for name in [
            "passwd",
            "common-password",
            "system-auth",
            "password-auth",
            "base-password",
        ] {
            let Some((name, stack)) = others
                .get_key_value(name)
                .or_else(|| self.common.get_key_value(name))
            else {
                continue;
            };
            let rules: Vec<&Rule> = stack
                .rules
                .iter()
                .filter(|rule| rule.kind == Kind::Password)
                .collect();
            // A stack that only refuses or allows asks nothing of a password.
            let asks = |rule: &&Rule| !matches!(rule.module.as_str(), "pam_deny" | "pam_permit");
            if rules.iter().any(asks) {
                return Ok(Some((name, rules)));
            }
        }
        Ok(None)
    }
}

/// Reads the stacks; absent where there is none of them.
pub(crate) fn collect(host: &Host) -> Fact<Pam> {
    let pam = Pam {
        logins: stacks(host, &LOGINS)?,
        common: stacks(host, &COMMON)?,
        others: stacks(host, &OTHERS),
    };
    if pam.logins.is_empty() && pam.common.is_empty() {
        return Err(Gap::Absent("PAM is not installed".to_owned()));
    }
    Ok(pam)
}

fn stacks(host: &Host, names: &[&'static str]) -> Fact<BTreeMap<&'static str, Stack>> {
    let mut stacks = BTreeMap::new();
    for name in names {
        if let Some(file) = file(host, name)? {
            stacks.insert(*name, read(host, &file)?);
        }
    }
    Ok(stacks)
}

fn read(host: &Host, main: &stack::Included) -> Fact<Stack> {
    let mut trouble = None;
    let stack = stack::parse(&main.path, &main.text, &mut |name| {
        file(host, name).unwrap_or_else(|error| {
            trouble = Some(error.to_string());
            None
        })
    });
    if stack.cut {
        trouble = Some(format!("{} includes too much", main.path));
    }
    match trouble {
        Some(why) => Err(Gap::Unknown(why)),
        None => Ok(stack),
    }
}

/// The file of a service, or of an absolute path.
fn file(host: &Host, name: &str) -> Result<Option<stack::Included>, ReadError> {
    for directory in DIRECTORIES {
        let path = Path::new(directory).join(name);
        match host.text(&path) {
            Ok(text) => {
                return Ok(Some(stack::Included {
                    path: path.to_string_lossy().into_owned(),
                    text,
                }));
            }
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
