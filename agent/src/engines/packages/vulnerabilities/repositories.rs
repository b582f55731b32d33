//! What dnf, yum and zypper keep of their repositories: `updateinfo.xml`. It names updates that repair
//! vulnerabilities, so that what is pending is known even without a file of advisories.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use hardtarget_advisories::matching::Matcher;
use hardtarget_advisories::updateinfo;
use hardtarget_advisories::version::Scheme;
use hardtarget_report::{Feed, Package, clean_line};
use jiff::Timestamp;

use super::{Found, apt, installed, of_repositories};
use crate::host::Host;

/// Where caches are, and how many directories below them lists may be: dnf.conf(5) `cachedir`,
/// `/var/cache/dnf/REPOSITORY/repodata`, `/var/cache/yum/ARCH/RELEASE/REPOSITORY/gen`,
/// `/var/cache/zypp/raw/REPOSITORY/repodata`.
const CACHES: [(&str, usize); 4] = [
    ("/var/cache/dnf", 3),
    ("/var/cache/libdnf5", 3),
    ("/var/cache/yum", 5),
    ("/var/cache/zypp/raw", 3),
];

/// More entries of caches are not looked at.
const MAX_ENTRIES: usize = 20_000;

/// One list is at most so long once unpacked: 512 MiB. Amazon's have 60.
const UNPACKED_LIMIT: u64 = 512 << 20;

/// Looks into what the package manager keeps; nothing where it keeps nothing.
pub(super) fn look(host: &Host, packages: &[Package]) -> Option<Found> {
    let lists = lists(host);
    let rpms = installed(packages, Scheme::Rpm);
    if lists.is_empty() || rpms.is_empty() {
        return apt::look(host, packages);
    }
    let mut matcher = Matcher::new(Scheme::Rpm, &rpms);
    let mut feeds = Vec::new();
    let mut incomplete = Vec::new();
    for list in lists {
        match read(host, &list, &mut matcher) {
            Ok(feed) => feeds.push(feed),
            Err(why) => incomplete.push(clean_line(&format!("{}: {why}", list.display()), 300)),
        }
    }
    feeds.sort();
    feeds.dedup();
    Some(Found {
        scheme: Scheme::Rpm,
        advisories: of_repositories(feeds),
        matches: matcher.finish(),
        incomplete,
    })
}

/// The lists in the caches, sorted.
fn lists(host: &Host) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = MAX_ENTRIES;
    for (cache, depth) in CACHES {
        below(host, Path::new(cache), depth, &mut left, &mut found);
    }
    found
}

fn below(host: &Host, directory: &Path, depth: usize, left: &mut usize, found: &mut Vec<PathBuf>) {
    for name in host.list(directory).unwrap_or_default() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let path = directory.join(&name);
        if is_list(&name) {
            found.push(path);
        } else if depth > 0 && host.link_metadata(&path).is_ok_and(|there| there.is_dir()) {
            below(host, &path, depth - 1, left, found);
        }
    }
}

/// `updateinfo.xml`, maybe after a checksum and before `.gz` or the like.
fn is_list(name: &OsStr) -> bool {
    let name = name.as_bytes();
    let wanted = b"updateinfo.xml";
    name.windows(wanted.len()).any(|part| part == wanted)
}

fn read(host: &Host, path: &Path, matcher: &mut Matcher<'_>) -> Result<Feed, String> {
    let file = host.open(path).map_err(|error| error.to_string())?;
    // When the package manager fetched it.
    let fetched = file
        .metadata()
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|time| Timestamp::try_from(time).ok());
    let mut feed = Feed {
        name: name(path),
        as_of: fetched,
        entries: 0,
    };
    let mut hits = Vec::new();
    updateinfo::read(unpacked(BufReader::new(file))?, |update| {
        feed.entries += 1;
        feed.as_of = feed.as_of.max(update.changed);
        for (name, by, rows) in &update.packages {
            for row in rows {
                matcher.look(name, *by, row, 0, &mut hits);
            }
        }
        for hit in hits.drain(..) {
            matcher.found(&hit, &update.advisory);
        }
    })
    .map_err(|error| error.to_string())?;
    Ok(feed)
}

/// `REPOSITORY/updateinfo`, the repository as its directory is called, without dnf's hash.
fn name(path: &Path) -> String {
    let repository = path
        .ancestors()
        .skip(1)
        .filter_map(Path::file_name)
        .map(|name| name.to_string_lossy())
        .find(|name| !matches!(name.as_ref(), "repodata" | "gen"))
        .unwrap_or_default();
    let repository = match repository.rsplit_once('-') {
        Some((name, hash))
            if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            name
        }
        _ => &repository,
    };
    clean_line(&format!("{repository}/updateinfo"), 200)
}

/// The content of a list, plain or compressed by gzip. Other compressions, which only the newest
/// distributions use, would cost more room in this program than they are worth.
pub(super) fn unpacked(mut input: impl BufRead + 'static) -> Result<Box<dyn BufRead>, String> {
    const OTHERS: [(&[u8], &str); 5] = [
        (b"\xfd7zXZ\0", "xz"),
        (&[0x28, 0xb5, 0x2f, 0xfd], "zstd"),
        (&[0x04, 0x22, 0x4d, 0x18], "lz4"),
        (b"BZh", "bzip2"),
        (b"\0ZCK1", "zchunk"),
    ];
    let start = input.fill_buf().map_err(|error| error.to_string())?;
    if let Some((_, by)) = OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(format!("it is compressed by {by}, which is not read here"));
    }
    if start.starts_with(&[0x1f, 0x8b]) {
        let plain = flate2::bufread::GzDecoder::new(input).take(UNPACKED_LIMIT);
        return Ok(Box::new(BufReader::new(plain)));
    }
    Ok(Box::new(input.take(UNPACKED_LIMIT)))
}
