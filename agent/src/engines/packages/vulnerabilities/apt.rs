//! apt's lists of a suite for security (`/var/lib/apt/lists`): which installed packages have an update
//! there.
//!
//! They name no CVE and no advisory. Such an update is an issue of its own, `PENDING-SOURCE-VERSION` after
//! the source package and the version that is pending; how bad it is nobody says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use hardtarget_advisories::matching::{Fix, Installed, Match};
use hardtarget_advisories::version::Scheme;
use hardtarget_report::{Feed, Package, clean_line};
use jiff::Timestamp;

use super::repositories::unpacked;
use super::{Found, installed, of_repositories};
use crate::host::Host;

const LISTS: &str = "/var/lib/apt/lists";

/// One line is read so far: 1 MiB. `Depends` of the longest has 10 kB.
const LINE_LIMIT: u64 = 1 << 20;

/// Looks into apt's lists; nothing where there are none for security.
pub(super) fn look(host: &Host, packages: &[Package]) -> Option<Found> {
    let installed = installed(packages, Scheme::Deb);
    let names: Vec<String> = host
        .list(LISTS)
        .ok()?
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .collect();
    let lists: Vec<&String> = names.iter().filter(|name| is_for_security(name)).collect();
    if installed.is_empty() || lists.is_empty() {
        return None;
    }
    let mut by_name: BTreeMap<&str, Vec<&Installed>> = BTreeMap::new();
    for package in &installed {
        by_name.entry(&package.name).or_default().push(package);
    }
    let mut pending: BTreeMap<&str, Match> = BTreeMap::new();
    let mut feeds = Vec::new();
    let mut incomplete = Vec::new();
    for list in lists {
        let path = Path::new(LISTS).join(list);
        let mut entries = 0;
        let read = read(host, &path, |candidate| {
            entries += 1;
            for package in by_name.get(candidate.name.as_str()).into_iter().flatten() {
                take(package, &candidate, &mut pending);
            }
        });
        match read {
            Ok(()) => feeds.push(Feed {
                name: clean_line(list, 200),
                as_of: released(host, list, &names),
                entries,
            }),
            Err(why) => incomplete.push(clean_line(&format!("{list}: {why}"), 300)),
        }
    }
    feeds.sort();
    Some(Found {
        scheme: Scheme::Deb,
        advisories: of_repositories(feeds),
        matches: pending.into_values().collect(),
        incomplete,
    })
}

/// `security.debian.org_…_bookworm-security_main_binary-amd64_Packages` and the like.
fn is_for_security(name: &str) -> bool {
    let Some((place, rest)) = name.split_once("_binary-") else {
        return false;
    };
    rest.contains("_Packages") && place.contains("security")
}

/// A package as a list has it.
#[derive(Debug, Default)]
struct Candidate {
    name: String,
    version: String,
    source: String,
}

/// Reads a list: stanzas of `Field: value` (deb822(5)).
fn read(host: &Host, path: &Path, mut give: impl FnMut(Candidate)) -> Result<(), String> {
    let file = host.open(path).map_err(|error| error.to_string())?;
    let mut input = unpacked(BufReader::new(file))?;
    let mut line = Vec::new();
    let mut candidate = Candidate::default();
    loop {
        line.clear();
        let read = input
            .by_ref()
            .take(LINE_LIMIT)
            .read_until(b'\n', &mut line)
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        if text.is_empty() {
            let done = std::mem::take(&mut candidate);
            if !done.name.is_empty() && !done.version.is_empty() {
                give(done);
            }
        }
        if read == 0 {
            return Ok(());
        }
        let Some((field, value)) = text.split_once(':') else {
            continue;
        };
        let place = match field {
            "Package" => &mut candidate.name,
            "Version" => &mut candidate.version,
            "Source" => &mut candidate.source,
            _ => continue,
        };
        // `Source: name (version)`
        let word = value.split_whitespace().next().unwrap_or("");
        *place = clean_line(word, 300);
    }
}

/// Keeps a candidate that is newer than what is installed, and than another one.
fn take<'a>(package: &'a Installed, candidate: &Candidate, pending: &mut BTreeMap<&'a str, Match>) {
    let newer = |than: &str| Scheme::Deb.compare(&candidate.version, than).is_gt();
    if !newer(&package.version) {
        return;
    }
    if let Some(Match {
        fix: Fix::Available(known),
        ..
    }) = pending.get(package.name.as_str())
        && !newer(known)
    {
        return;
    }
    let source = if candidate.source.is_empty() {
        &candidate.name
    } else {
        &candidate.source
    };
    pending.insert(
        &package.name,
        Match {
            id: format!("PENDING-{source}-{}", candidate.version),
            package: package.name.clone(),
            installed: package.version.clone(),
            source: package.source.clone(),
            fix: Fix::Available(candidate.version.clone()),
            severity: None,
            cvss: None,
            advisory: None,
        },
    );
}

/// The `Date` of the suite's release file, which stands beside the list.
fn released(host: &Host, list: &str, names: &[String]) -> Option<Timestamp> {
    let mut prefix = list;
    while let Some((shorter, _)) = prefix.rsplit_once('_') {
        prefix = shorter;
        for kind in ["InRelease", "Release"] {
            let name = format!("{prefix}_{kind}");
            if names.contains(&name) {
                let text = host.text(Path::new(LISTS).join(name)).ok()?;
                let date = text.lines().find_map(|line| line.strip_prefix("Date:"))?;
                return jiff::fmt::rfc2822::DateTimeParser::new()
                    .parse_timestamp(date.trim().replace("UTC", "+0000"))
                    .ok();
            }
        }
    }
    None
}
