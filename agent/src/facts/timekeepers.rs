//! Programs that keep the clock right.

use super::services::Services;
use super::{Fact, container};
use crate::host::Host;

/// A program that keeps the clock right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Timekeeper {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Whether it starts at boot.
    pub(crate) enabled: bool,
    /// Whether it runs; unknown for an unpacked root.
    pub(crate) runs: Option<bool>,
}

/// Name, where its program may be, its services, its process.
type Known = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
);

const KNOWN: [Known; 5] = [
    (
        "chrony",
        &["/usr/sbin/chronyd"],
        &["chrony", "chronyd"],
        "chronyd",
    ),
    (
        "ntpd",
        &["/usr/sbin/ntpd"],
        &["ntp", "ntpd", "ntpsec", "openntpd", "busybox-ntpd"],
        "ntpd",
    ),
    (
        "openntpd",
        &["/usr/sbin/openntpd"],
        &["openntpd"],
        "openntpd",
    ),
    (
        "systemd-timesyncd",
        &[
            "/usr/lib/systemd/systemd-timesyncd",
            "/lib/systemd/systemd-timesyncd",
        ],
        &["systemd-timesyncd"],
        "systemd-timesyncd",
    ),
    ("ptp4l", &["/usr/sbin/ptp4l"], &["ptp4l"], "ptp4l"),
];

/// The programs that are installed.
pub(crate) fn collect(host: &Host, services: &Fact<Services>) -> Fact<Vec<Timekeeper>> {
    if let Some(engine) = container::engine(host) {
        return Err(super::Gap::Absent(format!(
            "a container ({engine}) has its host's clock"
        )));
    }
    let services = services.as_ref().map_err(Clone::clone)?;
    Ok(KNOWN
        .iter()
        .filter(|(_, programs, ..)| programs.iter().any(|path| host.exists(path)))
        .map(|(name, _, units, process)| Timekeeper {
            name,
            enabled: units.iter().any(|unit| services.is_enabled(unit)),
            runs: services.runs(process),
        })
        .collect())
}
