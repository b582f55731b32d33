//! Releases of operating systems, by the names that feeds and os-release(5) have for them.

use std::fmt;

use crate::version::Scheme;

/// One release of one operating system, as the sections of the file are named: `debian:12`,
/// `almalinux:9`, `amzn:2023`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release(String);

/// Text that names no release.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` names no release: write for example debian:12, almalinux:9 or amzn:2023")]
pub struct NoRelease(String);

impl Release {
    /// The release of an os-release's `ID` and number.
    #[must_use]
    pub fn new(id: &str, number: &str) -> Self {
        Self(format!("{id}:{number}"))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What orders the versions of its packages.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        match self.0.split(':').next() {
            Some("debian" | "ubuntu" | "ubuntu-pro") => Scheme::Deb,
            Some("alpine") => Scheme::Apk,
            _ => Scheme::Rpm,
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl std::str::FromStr for Release {
    type Err = NoRelease;

    fn from_str(text: &str) -> Result<Self, NoRelease> {
        let word = |text: &str, more: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        match text.split_once(':') {
            Some((id, number)) if word(id, "-_") && word(number, "._-") => {
                Ok(Self::new(id, number))
            }
            _ => Err(NoRelease(text.to_owned())),
        }
    }
}

/// The sections to look into for a machine, the best first, by its os-release: `ID`, `VERSION_ID` and
/// `VERSION`. None for a system that has no feed of its own: a derivative's packages are not its
/// parent's.
///
/// Of Ubuntu the second is what only Ubuntu Pro gets: for releases that have nothing else any more.
#[must_use]
pub fn of_machine(id: &str, version_id: &str, version: &str) -> Vec<Release> {
    let major = version_id.split('.').next().unwrap_or("");
    let minor = || {
        version_id
            .splitn(3, '.')
            .take(2)
            .collect::<Vec<_>>()
            .join(".")
    };
    let number = match id {
        "debian" | "almalinux" | "rocky" | "rhel" => major.to_owned(),
        "opensuse-tumbleweed" => "rolling".to_owned(),
        "alpine" | "sles" | "sles_sap" | "sle-micro" | "sl-micro" | "opensuse-leap" => minor(),
        "amzn" | "ubuntu" => version_id.to_owned(),
        // VERSION="22.03 (LTS-SP3)"
        "openEuler" => version
            .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("-"),
        _ => String::new(),
    };
    if number.is_empty() {
        return Vec::new();
    }
    match id {
        "sles_sap" => vec![Release::new("sles", &number)],
        "sl-micro" => vec![Release::new("sle-micro", &number)],
        "openEuler" => vec![Release::new("openeuler", &number)],
        "ubuntu" => vec![
            Release::new("ubuntu", &number),
            Release::new("ubuntu-pro", &number),
        ],
        _ => vec![Release::new(id, &number)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(id: &str, version_id: &str, version: &str) -> String {
        of_machine(id, version_id, version)
            .first()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    #[test]
    fn machines_find_their_sections() {
        for (id, version_id, version, release) in [
            ("debian", "12", "12 (bookworm)", "debian:12"),
            (
                "ubuntu",
                "22.04",
                "22.04.4 LTS (Jammy Jellyfish)",
                "ubuntu:22.04",
            ),
            ("almalinux", "9.4", "9.4 (Seafoam Ocelot)", "almalinux:9"),
            ("rocky", "8.10", "8.10 (Green Obsidian)", "rocky:8"),
            ("rhel", "9.2", "9.2 (Plow)", "rhel:9"),
            ("amzn", "2", "2", "amzn:2"),
            ("amzn", "2023", "2023", "amzn:2023"),
            ("sles", "15.5", "15-SP5", "sles:15.5"),
            ("sles_sap", "15.5", "15-SP5", "sles:15.5"),
            ("opensuse-leap", "15.6", "15.6", "opensuse-leap:15.6"),
            (
                "opensuse-tumbleweed",
                "20260101",
                "",
                "opensuse-tumbleweed:rolling",
            ),
            ("alpine", "3.19.1", "", "alpine:3.19"),
            (
                "openEuler",
                "22.03",
                "22.03 (LTS-SP3)",
                "openeuler:22.03-LTS-SP3",
            ),
            // No feed of their own, or no release.
            ("linuxmint", "21", "21", ""),
            ("centos", "7", "7 (Core)", ""),
            ("debian", "", "", ""),
        ] {
            assert_eq!(first(id, version_id, version), release, "{id} {version_id}");
        }
    }

    #[test]
    fn names_are_read() {
        assert_eq!(
            "debian:12".parse::<Release>().unwrap().scheme(),
            Scheme::Deb
        );
        assert_eq!(
            "alpine:3.19".parse::<Release>().unwrap().scheme(),
            Scheme::Apk
        );
        assert_eq!(
            "amzn:2023".parse::<Release>().unwrap().scheme(),
            Scheme::Rpm
        );
        for wrong in ["", "debian", "debian:", ":12", "debian:1 2", "a:b:c"] {
            assert!(wrong.parse::<Release>().is_err(), "{wrong}");
        }
    }
}
