//! Reading sshd's files: the main one and what it includes.

use std::path::{Path, PathBuf};

use super::config::{self, Config, Included, Setting};
use crate::facts::{Fact, Gap, glob};
use crate::host::{Host, ReadError};

/// Where the main file is; `/usr/etc` is openSUSE's place for what nobody changed.
const MAIN: [&str; 2] = ["/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config"];

/// Where Red Hat Enterprise Linux 8 keeps the options that it starts sshd with.
const CRYPTO_POLICY: &str = "/etc/crypto-policies/back-ends/opensshserver.config";

/// How many files may be included.
const MAX_FILES: usize = 500;

pub(super) fn read(host: &Host) -> Fact<Config> {
    let Some(path) = main_file(host)? else {
        // Without a file everything is as the defaults say.
        return Ok(Config::default());
    };
    let text = host
        .text(path)
        .map_err(|error| Gap::Unknown(error.to_string()))?;
    let mut trouble = None;
    let mut files = 0;
    let mut config = config::parse(path, &text, &mut |pattern| {
        let mut included = Vec::new();
        let paths = expand(host, pattern).unwrap_or_else(|error| {
            trouble = Some(error.to_string());
            Vec::new()
        });
        for path in paths {
            files += 1;
            if files > MAX_FILES {
                trouble = Some("sshd_config includes too many files".to_owned());
                break;
            }
            match host.text(&path) {
                Ok(text) => included.push(Included {
                    path: path.to_string_lossy().into_owned(),
                    text,
                }),
                Err(error) if error.is_absent() => {}
                Err(error) => trouble = Some(error.to_string()),
            }
        }
        included
    });
    if config.cut {
        trouble = Some("sshd_config includes too much".to_owned());
    }
    if let Some(why) = trouble {
        return Err(Gap::Unknown(why));
    }
    match host.text(CRYPTO_POLICY) {
        // On the command line, and so before everything in the files.
        Ok(text) => drop(config.main.splice(0..0, command_line(&text))),
        Err(error) if error.is_absent() => {}
        Err(error) => return Err(Gap::Unknown(error.to_string())),
    }
    Ok(config)
}

/// The main file, if there is one. A directory that may not be searched may hold one.
fn main_file(host: &Host) -> Fact<Option<&'static str>> {
    for path in MAIN {
        match host.link_metadata(path) {
            Ok(_) => return Ok(Some(path)),
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    Ok(None)
}

/// The options in `CRYPTO_POLICY='-oCiphers=… -oMACs=…'`. Where sshd_config includes this file
/// instead (from Red Hat Enterprise Linux 9 on) it has no such line.
fn command_line(text: &str) -> Vec<Setting> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("CRYPTO_POLICY="))
        .flat_map(|value| value.trim_matches(['\'', '"']).split_ascii_whitespace())
        .filter_map(|option| option.strip_prefix("-o")?.split_once('='))
        .map(|(keyword, value)| Setting {
            keyword: keyword.to_ascii_lowercase(),
            value: value.to_owned(),
            source: CRYPTO_POLICY.to_owned(),
        })
        .collect()
}

/// The files that an argument of `Include` stands for, in lexical order; relative ones are below
/// `/etc/ssh`. Wildcards are followed in the last part of the path only.
fn expand(host: &Host, pattern: &str) -> Result<Vec<PathBuf>, ReadError> {
    let path = Path::new("/etc/ssh").join(pattern);
    let (Some(directory), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str()))
    else {
        return Ok(Vec::new());
    };
    if !name.contains(['*', '?', '[']) {
        return Ok(vec![path]);
    }
    let names = match host.list(directory) {
        Err(error) if !error.is_absent() => return Err(error),
        names => names.unwrap_or_default(),
    };
    Ok(names
        .iter()
        .filter_map(|found| found.to_str())
        .filter(|found| !found.starts_with('.') || name.starts_with('.'))
        .filter(|found| glob::matches(name, found))
        .map(|found| directory.join(found))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_a_crypto_policy() {
        let settings = command_line("CRYPTO_POLICY='-oCiphers=aes256-ctr,3des-cbc -oMACs=x'\n");
        assert_eq!(settings[0].keyword, "ciphers");
        assert_eq!(settings[0].value, "aes256-ctr,3des-cbc");
        assert_eq!(settings.len(), 2);
        assert!(command_line("Ciphers aes256-ctr\n").is_empty());
    }
}
