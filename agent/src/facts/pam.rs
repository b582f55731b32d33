//! What PAM does for those who log in, pam.d(5).

pub(crate) mod stack;

use std::collections::BTreeMap;
use std::path::Path;

use super::{Fact, Gap};
use crate::host::{Host, ReadError};
pub(crate) use stack::{Kind, Stack};

/// Where the files of services lie, the first that has one counts; `/usr` is the distribution's.
const DIRECTORIES: [&str; 3] = ["/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d"];

/// Services through which someone logs in with a password.
const LOGINS: [&str; 2] = ["login", "sshd"];

/// The files that distributions have these include.
const COMMON: [&str; 3] = ["common-auth", "password-auth", "system-auth"];

/// What PAM does.
#[derive(Debug)]
pub(crate) struct Pam {
    /// The stacks of `login` and `sshd`, as far as there are any.
    pub(crate) logins: BTreeMap<&'static str, Stack>,
    /// The stacks of `common-auth`, `password-auth` and `system-auth`, as far as there are any.
    pub(crate) common: BTreeMap<&'static str, Stack>,
}

/// Reads the stacks; absent where there is none of them.
pub(crate) fn collect(host: &Host) -> Fact<Pam> {
    let pam = Pam {
        logins: stacks(host, &LOGINS)?,
        common: stacks(host, &COMMON)?,
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
