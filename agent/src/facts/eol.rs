//! When releases of distributions end: the last day on which everybody gets security updates.
//!
//! As of 2026-11-21, carried over from <https://endoflife.date>, which names each vendor's own
//! page, and from the vendors' announcements. Of a date that is known to the month only, its last
//! day. Debian's dates are those of its free long-term support.

use jiff::civil::{Date, date};

use super::os_release::OsRelease;

/// One release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Release {
    /// `ID` of os-release.
    id: &'static str,
    /// `VERSION_ID`, or its beginning up to a dot: `9` stands for `9.4` as well.
    version: &'static str,
    /// The last day of support.
    pub(crate) ends: Date,
}

const fn release(id: &'static str, version: &'static str, ends: Date) -> Release {
    Release { id, version, ends }
}

/// The release of a machine, if the table has it.
pub(crate) fn find(os: &OsRelease) -> Option<Release> {
    lookup(RELEASES, os)
}

/// Until when a subscription to Ubuntu Pro brings updates (Expanded Security Maintenance).
pub(crate) fn find_extended(os: &OsRelease) -> Option<Release> {
    lookup(UBUNTU_PRO, os)
}

/// The most exact entry wins: `15.6` before `15`.
fn lookup(table: &[Release], os: &OsRelease) -> Option<Release> {
    let (id, version) = (os.id()?, os.version_id()?);
    table
        .iter()
        .filter(|release| {
            release.id == id
                && version.strip_prefix(release.version).is_some_and(|rest| {
                    rest.is_empty() || (rest.starts_with('.') && minor_counts_not(id))
                })
        })
        .max_by_key(|release| release.version.len())
        .copied()
}

/// Whether releases of the distribution that differ only after the dot end together. Those of
/// Alpine have a third number, which the table leaves out.
fn minor_counts_not(id: &str) -> bool {
    !matches!(id, "sles" | "sles_sap" | "opensuse-leap" | "ubuntu")
}

/// The table, by distribution.
const RELEASES: &[Release] = &[
    release("almalinux", "8", date(2029, 5, 31)),
    release("almalinux", "9", date(2032, 5, 31)),
    release("almalinux", "10", date(2035, 5, 31)),
    release("alpine", "3.14", date(2023, 5, 1)),
    release("alpine", "3.15", date(2023, 11, 1)),
    release("alpine", "3.16", date(2024, 5, 23)),
    release("alpine", "3.17", date(2024, 11, 22)),
    release("alpine", "3.18", date(2025, 5, 9)),
    release("alpine", "3.19", date(2025, 11, 1)),
    release("alpine", "3.20", date(2026, 4, 1)),
    release("alpine", "3.21", date(2026, 11, 1)),
    release("alpine", "3.22", date(2027, 5, 1)),
    release("alpine", "3.23", date(2027, 11, 1)),
    // Amazon Linux (1), whose versions are the months of its releases.
    release("amzn", "2014.03", date(2023, 12, 31)),
    release("amzn", "2014.09", date(2023, 12, 31)),
    release("amzn", "2015.03", date(2023, 12, 31)),
    release("amzn", "2015.09", date(2023, 12, 31)),
    release("amzn", "2016.03", date(2023, 12, 31)),
    release("amzn", "2016.09", date(2023, 12, 31)),
    release("amzn", "2017.03", date(2023, 12, 31)),
    release("amzn", "2017.09", date(2023, 12, 31)),
    release("amzn", "2018.03", date(2023, 12, 31)),
    release("amzn", "2", date(2026, 6, 30)),
    release("amzn", "2023", date(2029, 6, 30)),
    release("centos", "6", date(2020, 11, 30)),
    release("centos", "7", date(2024, 6, 30)),
    // CentOS Stream 8; CentOS Linux 8 ended at the end of 2021 already.
    release("centos", "8", date(2024, 5, 31)),
    release("centos", "9", date(2027, 5, 31)),
    release("centos", "10", date(2030, 1, 1)),
    release("debian", "8", date(2020, 6, 30)),
    release("debian", "9", date(2022, 6, 30)),
    release("debian", "10", date(2024, 6, 30)),
    release("debian", "11", date(2026, 8, 31)),
    release("debian", "12", date(2028, 6, 30)),
    release("debian", "13", date(2030, 6, 30)),
    release("fedora", "38", date(2024, 5, 21)),
    release("fedora", "39", date(2024, 11, 26)),
    release("fedora", "40", date(2025, 5, 13)),
    release("fedora", "41", date(2025, 12, 15)),
    release("fedora", "42", date(2026, 5, 13)),
    // Planned: four weeks after the release of the next but one.
    release("fedora", "43", date(2026, 12, 9)),
    release("fedora", "44", date(2027, 5, 13)),
    release("ol", "6", date(2021, 3, 31)),
    release("ol", "7", date(2024, 12, 31)),
    release("ol", "8", date(2029, 7, 31)),
    release("ol", "9", date(2032, 6, 30)),
    release("ol", "10", date(2035, 6, 30)),
    release("opensuse-leap", "15.0", date(2019, 12, 3)),
    release("opensuse-leap", "15.1", date(2021, 2, 2)),
    release("opensuse-leap", "15.2", date(2022, 1, 4)),
    release("opensuse-leap", "15.3", date(2022, 12, 31)),
    release("opensuse-leap", "15.4", date(2023, 12, 7)),
    release("opensuse-leap", "15.5", date(2024, 12, 31)),
    release("opensuse-leap", "15.6", date(2026, 4, 30)),
    release("opensuse-leap", "16.0", date(2027, 10, 31)),
    release("rhel", "6", date(2020, 11, 30)),
    release("rhel", "7", date(2024, 6, 30)),
    release("rhel", "8", date(2029, 5, 31)),
    release("rhel", "9", date(2032, 5, 31)),
    release("rhel", "10", date(2035, 5, 31)),
    release("rocky", "8", date(2029, 5, 31)),
    release("rocky", "9", date(2032, 5, 31)),
    release("rocky", "10", date(2035, 5, 31)),
    release("sles", "12", date(2016, 6, 30)),
    release("sles", "12.1", date(2017, 5, 31)),
    release("sles", "12.2", date(2018, 3, 31)),
    release("sles", "12.3", date(2019, 6, 30)),
    release("sles", "12.4", date(2020, 6, 30)),
    release("sles", "12.5", date(2024, 10, 31)),
    release("sles", "15", date(2019, 12, 31)),
    release("sles", "15.1", date(2021, 1, 31)),
    release("sles", "15.2", date(2021, 12, 31)),
    release("sles", "15.3", date(2022, 12, 31)),
    release("sles", "15.4", date(2023, 12, 31)),
    release("sles", "15.5", date(2024, 12, 31)),
    release("sles", "15.6", date(2025, 12, 31)),
    release("sles", "15.7", date(2031, 7, 31)),
    release("ubuntu", "14.04", date(2019, 4, 30)),
    release("ubuntu", "16.04", date(2021, 4, 30)),
    release("ubuntu", "18.04", date(2023, 5, 31)),
    release("ubuntu", "18.10", date(2019, 7, 18)),
    release("ubuntu", "19.04", date(2020, 1, 23)),
    release("ubuntu", "19.10", date(2020, 7, 17)),
    release("ubuntu", "20.04", date(2025, 5, 31)),
    release("ubuntu", "20.10", date(2021, 7, 22)),
    release("ubuntu", "21.04", date(2022, 1, 20)),
    release("ubuntu", "21.10", date(2022, 7, 14)),
    release("ubuntu", "22.04", date(2027, 4, 30)),
    release("ubuntu", "22.10", date(2023, 7, 20)),
    release("ubuntu", "23.04", date(2024, 1, 25)),
    release("ubuntu", "23.10", date(2024, 7, 12)),
    release("ubuntu", "24.04", date(2029, 5, 31)),
    release("ubuntu", "24.10", date(2025, 7, 10)),
    release("ubuntu", "25.04", date(2026, 1, 17)),
    release("ubuntu", "25.10", date(2026, 7, 31)),
    release("ubuntu", "26.04", date(2031, 4, 30)),
];

/// Expanded Security Maintenance, ten years from the release on.
const UBUNTU_PRO: &[Release] = &[
    release("ubuntu", "14.04", date(2024, 4, 30)),
    release("ubuntu", "16.04", date(2026, 4, 30)),
    release("ubuntu", "18.04", date(2028, 4, 30)),
    release("ubuntu", "20.04", date(2030, 4, 30)),
    release("ubuntu", "22.04", date(2032, 4, 30)),
    release("ubuntu", "24.04", date(2034, 4, 30)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::os_release::parse;

    fn ends(id: &str, version: &str) -> Option<Date> {
        find(&parse(&format!("ID={id}\nVERSION_ID=\"{version}\"\n"))).map(|release| release.ends)
    }

    #[test]
    fn minor_versions_count_where_they_end_apart() {
        assert_eq!(ends("rhel", "9.4"), Some(date(2032, 5, 31)));
        assert_eq!(ends("alpine", "3.21.3"), Some(date(2026, 11, 1)));
        assert_eq!(ends("sles", "15.5"), Some(date(2024, 12, 31)));
        assert_eq!(ends("sles", "15.99"), None);
        assert_eq!(ends("amzn", "2"), Some(date(2026, 6, 30)));
        assert_eq!(ends("amzn", "2018.03"), Some(date(2023, 12, 31)));
        assert_eq!(ends("amzn", "2023"), Some(date(2029, 6, 30)));
        assert_eq!(ends("ubuntu", "24.04"), Some(date(2029, 5, 31)));
    }

    #[test]
    fn what_the_table_has_not_is_not_guessed() {
        assert_eq!(ends("debian", "1"), None);
        assert_eq!(ends("debian", "130"), None);
        assert_eq!(ends("alpine", "3.2"), None);
        assert_eq!(ends("nixos", "26.05"), None);
    }

    #[test]
    fn no_release_is_listed_twice() {
        let mut names: Vec<_> = RELEASES.iter().map(|r| (r.id, r.version)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RELEASES.len());
    }
}
