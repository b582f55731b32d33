//! The file that `--advisories` names.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use anyhow::Context as _;
use data_encoding::HEXLOWER;
use hardtarget_advisories::format::Archive;
use hardtarget_advisories::matching::match_file;
use hardtarget_report::{Advisories, Feed, Origin, Package};
use sha2::{Digest, Sha256};

use super::{Found, Machine, installed};

/// Holds packages against a file. A file that knows nothing of the machine's release is a reason, not an
/// error.
pub(super) fn look(
    path: &Path,
    machine: &Machine,
    packages: &[Package],
) -> anyhow::Result<Result<Found, String>> {
    let mut file = File::open(path).context("the file cannot be opened")?;
    let sha256 = sha256(&mut file).context("the file cannot be read")?;
    let mut archive = Archive::open(BufReader::new(file))?;
    let directory = archive.directory();
    let known = machine
        .releases
        .iter()
        .find_map(|release| directory.section(release))
        .cloned();
    let Some(section) = known else {
        return Ok(Err(format!(
            "the advisories know nothing of {}",
            machine.name
        )));
    };
    let scheme = section.release.scheme();
    let built = directory.built;
    let packages = installed(packages, scheme);
    if packages.is_empty() {
        return Ok(Err(format!(
            "the advisories for {} are about packages of another kind than those installed",
            machine.name
        )));
    }
    let matches = match_file(&mut archive, &[section.release], &packages)?
        .map_or_else(Vec::new, |matched| matched.matches);
    let mut feeds: Vec<Feed> = section
        .feeds
        .into_iter()
        .map(|feed| Feed {
            name: hardtarget_report::clean_line(&feed.name, 200),
            as_of: feed.as_of,
            entries: feed.entries,
        })
        .collect();
    feeds.sort();
    Ok(Ok(Found {
        scheme,
        advisories: Advisories {
            origin: Origin::File,
            built: Some(built),
            sha256: Some(sha256),
            feeds,
        },
        matches,
        incomplete: Vec::new(),
    }))
}

fn sha256(file: &mut File) -> std::io::Result<String> {
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        sum.update(buffer.get(..read).unwrap_or_default());
    }
    file.rewind()?;
    Ok(HEXLOWER.encode(&sum.finalize()))
}
