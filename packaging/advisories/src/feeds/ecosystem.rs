//! The names that OSV has for releases (<https://ossf.github.io/osv-schema/#defined-ecosystems>).

use crate::advisory::By;
use crate::release::Release;

/// A distribution's own way of naming packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ecosystem {
    /// The release.
    pub release: Release,
    /// What its package names mean.
    pub by: By,
}

/// What an ecosystem means; nothing for those that are no release of a system that we know, or a variant with
/// packages of its own (Ubuntu's FIPS, Red Hat's extended support).
#[must_use]
pub fn of(name: &str) -> Option<Ecosystem> {
    let (family, rest) = name.split_once(':').unwrap_or((name, ""));
    let (id, number, by) = match family {
        "Debian" => ("debian", rest.to_owned(), By::Source),
        "Ubuntu" => {
            let (id, rest) = rest
                .strip_prefix("Pro:")
                .map_or(("ubuntu", rest), |rest| ("ubuntu-pro", rest));
            let number = rest.strip_suffix(":LTS").unwrap_or(rest);
            (id, number.to_owned(), By::Source)
        }
        "Alpine" => (
            "alpine",
            rest.strip_prefix('v').unwrap_or(rest).to_owned(),
            By::Source,
        ),
        "AlmaLinux" => ("almalinux", major(rest), By::Binary),
        "Rocky Linux" => ("rocky", major(rest), By::Source),
        // CPE parts: `enterprise_linux:9::baseos`.
        "Red Hat" => {
            let number = rest.strip_prefix("enterprise_linux:")?;
            (
                "rhel",
                major(number.split(':').next().unwrap_or("")),
                By::Binary,
            )
        }
        "openEuler" => ("openeuler", rest.to_owned(), By::Source),
        "openSUSE" => match rest.strip_prefix("Leap ") {
            Some(number) => ("opensuse-leap", number.to_owned(), By::Source),
            None if rest == "Tumbleweed" => {
                ("opensuse-tumbleweed", "rolling".to_owned(), By::Source)
            }
            None => return None,
        },
        "SUSE" => {
            let (id, number) = suse(rest)?;
            (id, number, By::Source)
        }
        _ => return None,
    };
    let release: Release = format!("{id}:{number}").parse().ok()?;
    Some(Ecosystem { release, by })
}

/// Red Hat and its rebuilds have one line of updates a major release.
fn major(number: &str) -> String {
    number.split('.').next().unwrap_or("").to_owned()
}

/// `Linux Enterprise Server 15 SP5-LTSS` and `Linux Enterprise Module for Basesystem 15 SP5` are both parts of
/// SLES 15.5.
fn suse(product: &str) -> Option<(&'static str, String)> {
    let product = product.strip_prefix("Linux Enterprise ")?;
    let product = product
        .split_once("-LTSS")
        .map_or(product, |(product, _)| product);
    let (id, rest) = match product.strip_prefix("Micro ") {
        Some(rest) => return Some(("sle-micro", rest.to_owned())),
        None if product.starts_with("Server ") || product.starts_with("Module ") => {
            ("sles", product)
        }
        None => return None,
    };
    let mut words = rest.rsplit(' ');
    let last = words.next()?;
    match last.strip_prefix("SP") {
        Some(pack) => Some((id, format!("{}.{pack}", words.next()?))),
        // Service packs came later: os-release of the first says `15` or `12`.
        None => Some((id, last.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ecosystems_are_releases() {
        for (name, release, by) in [
            ("Debian:12", "debian:12", By::Source),
            ("Ubuntu:22.04:LTS", "ubuntu:22.04", By::Source),
            ("Ubuntu:25.10", "ubuntu:25.10", By::Source),
            ("Ubuntu:Pro:16.04:LTS", "ubuntu-pro:16.04", By::Source),
            ("Alpine:v3.19", "alpine:3.19", By::Source),
            ("AlmaLinux:9", "almalinux:9", By::Binary),
            ("Rocky Linux:8", "rocky:8", By::Source),
            ("Red Hat:enterprise_linux:9::baseos", "rhel:9", By::Binary),
            ("Red Hat:enterprise_linux:10.0", "rhel:10", By::Binary),
            (
                "openEuler:22.03-LTS-SP3",
                "openeuler:22.03-LTS-SP3",
                By::Source,
            ),
            ("openSUSE:Leap 15.6", "opensuse-leap:15.6", By::Source),
            (
                "openSUSE:Tumbleweed",
                "opensuse-tumbleweed:rolling",
                By::Source,
            ),
            (
                "SUSE:Linux Enterprise Server 15 SP5",
                "sles:15.5",
                By::Source,
            ),
            (
                "SUSE:Linux Enterprise Server 15 SP4-LTSS",
                "sles:15.4",
                By::Source,
            ),
            (
                "SUSE:Linux Enterprise Module for Basesystem 15 SP5",
                "sles:15.5",
                By::Source,
            ),
            (
                "SUSE:Linux Enterprise Micro 5.3",
                "sle-micro:5.3",
                By::Source,
            ),
        ] {
            let found = of(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((found.release.as_str(), found.by), (release, by), "{name}");
        }
    }

    #[test]
    fn other_ecosystems_and_variants_are_left_out() {
        for name in [
            "npm",
            "Debian",
            "Red Hat:rhel_eus:9.2::appstream",
            "Red Hat:openshift:4",
            "Ubuntu:Pro:FIPS-updates:20.04:LTS",
            "SUSE:Linux Enterprise Desktop 15 SP5",
            "SUSE:Manager Server 4.3",
            "Wolfi",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
