//! How the three families of packages order their versions.

pub mod apk;
pub mod deb;
pub mod rpm;

use std::cmp::Ordering;

/// A family of package managers, by its way of ordering versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// dpkg: deb-version(7).
    Deb,
    /// rpm: rpm-version(7).
    Rpm,
    /// apk: apk-package(5).
    Apk,
}

impl Scheme {
    /// The kind of package in a report that has it: `deb`, `rpm` or `apk`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Rpm => "rpm",
            Self::Apk => "apk",
        }
    }

    /// Which of two versions is the older one. Any text has a place: a malformed version is ordered
    /// somehow, and never a panic.
    #[must_use]
    pub fn compare(self, one: &str, other: &str) -> Ordering {
        match self {
            Self::Deb => deb::compare(one, other),
            Self::Rpm => rpm::compare(one, other),
            Self::Apk => apk::compare(one, other),
        }
    }
}
