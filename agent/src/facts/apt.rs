//! apt's sources (sources.list(5)) and configuration (apt.conf(5)).

pub(crate) mod config;
pub(crate) mod sources;

use std::path::{Path, PathBuf};

use super::{Fact, Gap};
use crate::host::Host;
use config::Setting;
use sources::Source;

/// What apt is told.
#[derive(Debug, Default)]
pub(crate) struct Apt {
    /// The sources in use, in the order in which they are read.
    pub(crate) sources: Vec<Source>,
    /// The settings, in the order in which they are read: the last of one name counts.
    settings: Vec<Setting>,
    /// Whether unattended-upgrades is installed.
    pub(crate) has_unattended_upgrades: bool,
    /// Files that could not be read.
    pub(crate) unread: Vec<String>,
}

impl Apt {
    /// A setting by its name (`APT::Periodic::Enable`), in whatever case.
    pub(crate) fn get(&self, name: &str) -> Option<&Setting> {
        self.settings
            .iter()
            .rev()
            .find(|setting| setting.name.eq_ignore_ascii_case(name))
    }

    /// A setting that is on: `true`, `yes`, `with`, `on`, `enable` or a number other than 0.
    pub(crate) fn is_on(&self, name: &str) -> Option<&Setting> {
        self.get(name).filter(|setting| {
            let value = setting.value.to_ascii_lowercase();
            matches!(value.as_str(), "true" | "yes" | "with" | "on" | "enable")
                || value.parse::<u64>().is_ok_and(|number| number != 0)
        })
    }
}

pub(crate) fn collect(host: &Host) -> Fact<Apt> {
    if !host.exists("/etc/apt") {
        return Err(Gap::Absent("apt is not installed".to_owned()));
    }
    let mut apt = Apt {
        has_unattended_upgrades: host.exists("/usr/bin/unattended-upgrade"),
        ..Apt::default()
    };
    let mut read = |path: &Path| match host.text(path) {
        Ok(text) => Some(text),
        Err(error) if error.is_absent() => None,
        Err(error) => {
            apt.unread.push(error.to_string());
            None
        }
    };
    let main = PathBuf::from("/etc/apt/sources.list");
    if let Some(text) = read(&main) {
        apt.sources.extend(sources::parse_list(&main, &text));
    }
    for path in files(host, "/etc/apt/sources.list.d", &[".list", ".sources"]) {
        let Some(text) = read(&path) else { continue };
        if path.extension().is_some_and(|ending| ending == "list") {
            apt.sources.extend(sources::parse_list(&path, &text));
        } else {
            apt.sources.extend(sources::parse_deb822(&path, &text));
        }
    }
    // Files without an ending count too.
    let mut configuration = files(host, "/etc/apt/apt.conf.d", &[".conf", ""]);
    configuration.push(PathBuf::from("/etc/apt/apt.conf"));
    for path in configuration {
        if let Some(text) = read(&path) {
            apt.settings.extend(config::parse(&path, &text));
        }
    }
    Ok(apt)
}

/// The files of a directory with one of the endings; the empty ending stands for names without any.
fn files(host: &Host, directory: &str, endings: &[&str]) -> Vec<PathBuf> {
    host.list(directory)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| name.to_str())
        .filter(|name| {
            endings.iter().any(|ending| {
                if ending.is_empty() {
                    !name.contains('.')
                } else {
                    name.ends_with(ending)
                }
            })
        })
        .map(|name| Path::new(directory).join(name))
        .collect()
}
