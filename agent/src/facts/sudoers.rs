//! Who may run what as whom, `/etc/sudoers` and what it includes, sudoers(5).

pub(crate) mod rules;

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use jiff::Timestamp;

use super::{Fact, Gap};
use crate::exec::Tool;
use crate::host::{Host, ReadError};
use rules::{Included, Sudoers as Rules};

/// How many files are read.
const MAX_FILES: usize = 500;

/// The rules, and when their files were last changed.
#[derive(Debug)]
pub(crate) struct Sudoers {
    /// What the files say.
    pub(crate) rules: Rules,
    /// The files' ctime by path.
    pub(crate) changed: BTreeMap<String, Timestamp>,
    /// The version of sudo (1, 9, 13), where it was needed and could be asked.
    pub(crate) version: Option<[u32; 3]>,
}

/// Reads `/etc/sudoers` with its includes.
pub(crate) fn collect(host: &Host) -> Fact<Sudoers> {
    let main = "/etc/sudoers";
    let text = host.text(main)?;
    let mut trouble = None;
    let mut changed = BTreeMap::new();
    let mut left = MAX_FILES;
    let rules = rules::parse(main, &text, &mut |path, directory| {
        let path = Path::new("/etc").join(path);
        let found = if directory {
            in_directory(host, &path)
        } else {
            read(host, &path).map(|text| vec![text])
        };
        let mut found = match found {
            Err(error) if !error.is_absent() => {
                trouble = Some(error.to_string());
                Vec::new()
            }
            found => found.unwrap_or_default(),
        };
        if found.len() > left {
            trouble = Some("sudoers includes too many files".to_owned());
            found.truncate(left);
        }
        left -= found.len();
        for file in &found {
            let time = host
                .metadata(&file.path)
                .ok()
                .and_then(|metadata| Timestamp::from_second(metadata.ctime()).ok());
            changed.extend(time.map(|time| (file.path.clone(), time)));
        }
        found
    });
    if rules.cut {
        trouble = Some("sudoers includes too much".to_owned());
    }
    match trouble {
        Some(why) => Err(Gap::Unknown(why)),
        None => Ok(Sudoers {
            version: if rules.for_all("use_pty").is_none() {
                version(host)
            } else {
                None
            },
            rules,
            changed,
        }),
    }
}

/// Asks sudo for its version.
fn version(host: &Host) -> Option<[u32; 3]> {
    let output = Tool::find(host, "sudo").ok()?.args(["-V"]).run().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

/// `Sudo version 1.9.13p3`
fn parse_version(text: &str) -> Option<[u32; 3]> {
    let version = text.lines().next()?.strip_prefix("Sudo version ")?;
    let mut numbers = version
        .split(|c: char| !c.is_ascii_digit())
        .map_while(|number| number.parse().ok());
    Some([numbers.next()?, numbers.next()?, numbers.next()?])
}

/// "sudo will read each file in /etc/sudoers.d, skipping file names that end in '~' or contain a
/// '.' character", in lexical order.
fn in_directory(host: &Host, directory: &Path) -> Result<Vec<Included>, ReadError> {
    let mut found = Vec::new();
    for name in host.list(directory)? {
        let Some(name) = name.to_str() else { continue };
        if name.ends_with('~') || name.contains('.') {
            continue;
        }
        match read(host, &directory.join(name)) {
            Ok(file) => found.push(file),
            // A directory or a dangling link: sudo passes over it too.
            Err(ReadError::Absent(_) | ReadError::NotAFile(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn read(host: &Host, path: &Path) -> Result<Included, ReadError> {
    Ok(Included {
        path: path.to_string_lossy().into_owned(),
        text: host.text(path)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn versions() {
        assert_eq!(parse_version("Sudo version 1.9.13p3\nx"), Some([1, 9, 13]));
        assert_eq!(parse_version("Sudo version 1.8.23"), Some([1, 8, 23]));
        assert_eq!(parse_version("usage: doas"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(Sudo version )?[0-9.p]*\\PC*") {
            parse_version(&text);
        }
    }
}
