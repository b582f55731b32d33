//! Records of logins, wtmp(5) and lastlog(5), and logs of the machine that built the image.

use std::path::Path;

use super::Kind;
use super::finder::Finder;
use crate::facts::files_below::{self, Bounds};

const RECORDS: [&str; 4] = [
    "/var/log/wtmp",
    "/var/log/btmp",
    "/var/log/lastlog",
    "/var/log/tallylog",
];

const LOGS: [&str; 7] = [
    "/var/log/auth.log",
    "/var/log/secure",
    "/var/log/syslog",
    "/var/log/messages",
    "/var/log/cloud-init.log",
    "/var/log/cloud-init-output.log",
    "/var/log/audit/audit.log",
];

const JOURNALS: &str = "/var/log/journal";

/// A journal directory holds dozens of files, one below another.
const BOUNDS: Bounds = Bounds {
    depth: 1,
    entries: 10_000,
    bytes: u64::MAX,
};

pub(super) fn look(finder: &mut Finder<'_>) {
    for path in RECORDS.map(Path::new) {
        // lastlog is made full length and all zeros where nobody has logged in.
        let start = finder.start(Kind::LoginRecord, path);
        if start.iter().any(|byte| *byte != 0) {
            finder.found(Kind::LoginRecord, path, None, "tells who logged in");
        }
    }
    for path in LOGS.map(Path::new) {
        finder.found_if_filled(Kind::Log, path, None, "a log with entries");
    }
    for directory in finder.matching(Kind::Log, JOURNALS, "*") {
        let Some(start) = directory.to_str() else {
            continue;
        };
        let below = files_below::list(finder.host, &[start], BOUNDS, |path| {
            path.extension()
                .is_some_and(|extension| extension == "journal")
        });
        for path in below.files {
            finder.found(Kind::Log, &path, Some(JOURNALS), "a journal");
        }
    }
}
