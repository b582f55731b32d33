//! Packages and lists that package managers keep: apt-get(8) `clean`, dnf(8) `clean all`,
//! zypper(8) `clean`, apk(8) `cache`.

use super::Kind;
use super::finder::Finder;
use crate::facts::files_below::{self, Bounds};
use crate::host::ReadError;

/// A cache, and what the names of its files end in; empty for all.
const CACHES: [(&str, &str); 8] = [
    ("/var/cache/apt/archives", ".deb"),
    ("/var/cache/dnf", ""),
    ("/var/cache/libdnf5", ""),
    ("/var/cache/yum", ""),
    ("/var/cache/zypp/packages", ".rpm"),
    ("/var/cache/apk", ""),
    ("/etc/apk/cache", ""),
    ("/var/cache/pacman/pkg", ""),
];

const BOUNDS: Bounds = Bounds {
    depth: 8,
    entries: 100_000,
    bytes: u64::MAX,
};

pub(super) fn look(finder: &mut Finder<'_>) {
    for (cache, ending) in CACHES {
        match finder.host.list(cache) {
            Ok(_) => {}
            Err(ReadError::Absent(_)) => continue,
            Err(error) => {
                finder.unread(Kind::PackageCache, error.to_string());
                continue;
            }
        }
        let below = files_below::list(finder.host, &[cache], BOUNDS, |path| {
            path.as_os_str()
                .as_encoded_bytes()
                .ends_with(ending.as_bytes())
        });
        if below.cut {
            finder.unread(
                Kind::PackageCache,
                format!("{cache} has more files than are looked at"),
            );
        }
        for path in below.files {
            finder.found(Kind::PackageCache, &path, Some(cache), "a kept file");
        }
    }
}
