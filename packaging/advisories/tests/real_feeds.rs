//! Whole feeds, as they are published: the file is small, and what it says of packages is what an independent
//! computation over the same feed says.
//!
//! The feeds are not in the repository. They are in the directory that `HARDTARGET_ADVISORIES_DATA` names, or in
//! `../shared/advisories` beside the repository; where they are not, these tests say so and look at nothing.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails"
)]
#![expect(clippy::print_stderr, reason = "what is left out is told")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use hardtarget_advisories::advisory::{By, End};
use hardtarget_advisories::build::Builder;
use hardtarget_advisories::format::Archive;
use hardtarget_advisories::matching::{Fix, Installed, match_file};
use hardtarget_advisories::release::Release;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A feed; nothing where it is not at hand.
fn feed(name: &str) -> Option<PathBuf> {
    let directory = std::env::var_os("HARDTARGET_ADVISORIES_DATA")
        .map_or_else(|| repository().join("../shared/advisories"), PathBuf::from);
    let path = directory.join(name);
    if path.is_file() {
        return Some(path);
    }
    eprintln!("left out: {} is not here", path.display());
    None
}

fn build(feed: &Path) -> Vec<u8> {
    let mut builder = Builder::default();
    builder.add(feed, None, None, &mut |_, _| {}).unwrap();
    let mut bytes = Vec::new();
    builder
        .write("2026-08-22T00:00:00Z".parse().unwrap(), &mut bytes)
        .unwrap();
    bytes
}

fn below(random: &mut u64, limit: usize) -> usize {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    usize::try_from(*random >> 33).unwrap() % limit
}

/// Packages of a release, each in a version that one of its ranges ends with, or in one a little older or
/// newer.
fn made_up(
    archive: &mut Archive<Cursor<Vec<u8>>>,
    release: &Release,
    many: usize,
) -> Vec<Installed> {
    let mut random = 0x9e37_79b9_7f4a_7c15;
    let mut section = archive.section(release).unwrap().unwrap();
    let mut packages = Vec::new();
    let mut of_advisory = Vec::new();
    while let Some(package) = section.next_package(|_, _| true).unwrap() {
        let (advisory, row) = &package.rows[below(&mut random, package.rows.len())];
        let End::Fixed(version) = &row.end else {
            continue;
        };
        let version = match below(&mut random, 5) {
            0 => version.clone(),
            1 => format!("{version}.1"),
            2 => format!("{version}~"),
            3 => version
                .rsplit_once('-')
                .map_or_else(|| version.clone(), |(head, _)| format!("{head}-0")),
            // The oldest that there ever was, of the same module.
            _ => version
                .split_once(".module")
                .map_or_else(|| "0-0".to_owned(), |(_, tail)| format!("0-0.module{tail}")),
        };
        let mut installed = Installed {
            name: package.name,
            version,
            ..Installed::default()
        };
        if package.by == By::Source {
            installed.source = Some(std::mem::take(&mut installed.name));
            installed.name = format!("lib{}", packages.len());
        }
        packages.push(installed);
        of_advisory.push(usize::try_from(*advisory).unwrap());
    }
    let mut labels = Vec::new();
    while let Some(advisory) = section.next_advisory().unwrap() {
        labels.push(advisory.streams.first().cloned());
    }
    for (package, advisory) in packages.iter_mut().zip(of_advisory) {
        if package.version.contains(".module") && below(&mut random, 4) > 0 {
            package.module.clone_from(&labels[advisory]);
        }
    }
    packages.truncate(many);
    packages
}

fn ours(
    archive: &mut Archive<Cursor<Vec<u8>>>,
    release: &Release,
    packages: &[Installed],
) -> BTreeSet<String> {
    let found = match_file(archive, std::slice::from_ref(release), packages)
        .unwrap()
        .unwrap();
    let rows = found.matches.into_iter().map(|row| {
        let fix = match row.fix {
            Fix::Available(version) => version,
            Fix::None => "none".to_owned(),
            Fix::WontFix => "wont-fix".to_owned(),
        };
        format!("{} {} {fix}", row.id, row.package)
    });
    rows.collect()
}

#[expect(clippy::disallowed_methods, reason = "tests run what they like")]
fn theirs(feed: &Path, release: &Release, packages: &[Installed]) -> BTreeSet<String> {
    let list: Vec<serde_json::Value> = packages
        .iter()
        .map(|package| {
            serde_json::json!({
                "name": package.name, "version": package.version, "source": package.source, "module": package.module,
            })
        })
        .collect();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("packages.json");
    serde_json::to_writer(File::create(&file).unwrap(), &list).unwrap();
    let output = Command::new("python3")
        .arg(repository().join("tests/agree/vulnerabilities.py"))
        .args([
            feed.as_os_str(),
            release.as_str().as_ref(),
            file.as_os_str(),
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

fn agree(feed: &Path, releases: &[&str]) {
    let mut archive = Archive::open(Cursor::new(build(feed))).unwrap();
    for release in releases {
        let release: Release = release.parse().unwrap();
        let packages = made_up(&mut archive, &release, 2000);
        let (ours, theirs) = (
            ours(&mut archive, &release, &packages),
            theirs(feed, &release, &packages),
        );
        assert!(
            theirs.len() > 100,
            "{release}: {} rows are no test",
            theirs.len()
        );
        let only_ours: Vec<_> = ours.difference(&theirs).take(10).collect();
        let only_theirs: Vec<_> = theirs.difference(&ours).take(10).collect();
        assert!(
            only_ours.is_empty() && only_theirs.is_empty(),
            "{release}: only ours {only_ours:#?}, only theirs {only_theirs:#?}"
        );
        eprintln!(
            "{release}: {} packages, {} rows, all the same",
            packages.len(),
            ours.len()
        );
    }
}

#[test]
fn almalinux_agrees_with_an_independent_computation() {
    if let Some(feed) = feed("almalinux-osv.zip") {
        agree(&feed, &["almalinux:8", "almalinux:9"]);
    }
}

#[test]
fn debian_agrees_with_an_independent_computation() {
    if let Some(feed) = feed("debian-dsa-osv.zip") {
        agree(&feed, &["debian:11"]);
    }
}

#[test]
fn a_whole_feed_is_a_small_file_and_the_same_one_every_time() {
    if let Some(feed) = feed("almalinux-osv.zip") {
        let bytes = build(&feed);
        assert!(bytes.len() < 1 << 20, "{} bytes", bytes.len());
        assert!(bytes == build(&feed), "the same feed gives the same bytes");
        let archive = Archive::open(Cursor::new(bytes)).unwrap();
        for section in &archive.directory().sections {
            assert_eq!(
                section.feeds[0].as_of.unwrap().to_string(),
                "2026-08-21T12:56:10Z"
            );
        }
    }
}

/// An id that stands in the folders of two releases is one advisory of each, with all that is said of it.
#[test]
fn an_id_in_two_releases_is_lost_in_neither() {
    if let Some(feed) = feed("almalinux-osv.zip") {
        let mut archive = Archive::open(Cursor::new(build(&feed))).unwrap();
        for (release, fix) in [
            ("almalinux:8", "1:1.8.0.402.b06-2.el8"),
            ("almalinux:9", "1:1.8.0.402.b06-2.el9"),
        ] {
            let mut section = archive.section(&release.parse().unwrap()).unwrap().unwrap();
            let java = |name: &str, _: By| name == "java-1.8.0-openjdk";
            let rows = section.next_package(java).unwrap().unwrap().rows;
            assert!(section.next_package(java).unwrap().is_none());
            let mut ids = Vec::new();
            while let Some(advisory) = section.next_advisory().unwrap() {
                ids.push(advisory.id);
            }
            let numbers: Vec<usize> = (0..ids.len())
                .filter(|number| ids[*number] == "ALSA-2024:0265")
                .collect();
            assert_eq!(numbers.len(), 1, "{release}");
            let ends: Vec<&End> = rows
                .iter()
                .filter(|(advisory, _)| usize::try_from(*advisory).unwrap() == numbers[0])
                .map(|(_, row)| &row.end)
                .collect();
            assert_eq!(ends, [&End::Fixed(fix.to_owned())], "{release}");
        }
    }
}
