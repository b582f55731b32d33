use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use hardtarget_report::Severity;
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::advisory::{Advisory, By, End, Issue, Kind, Rating, Row, Score, Source};
use crate::matching::{Installed, match_file};
use crate::release::Release;

fn content() -> Content {
    let issue = |id: &str, severity, cvss: u8| Issue {
        id: id.to_owned(),
        rating: Rating {
            severity,
            cvss: Score::from_tenths(cvss),
        },
    };
    let rows = vec![
        (
            0,
            Row {
                introduced: None,
                end: End::Fixed("2.0".to_owned()),
            },
        ),
        (
            1,
            Row {
                introduced: Some("1.5".to_owned()),
                end: End::Last("1.9".to_owned()),
            },
        ),
        (
            1,
            Row {
                introduced: Some("3.0".to_owned()),
                end: End::Open,
            },
        ),
        (
            1,
            Row {
                introduced: None,
                end: End::WontFix,
            },
        ),
    ];
    Content {
        feeds: vec![
            Feed {
                name: "Debian:12".to_owned(),
                as_of: Timestamp::from_second(1_700_000_000).ok(),
                entries: 2,
            },
            Feed {
                name: "other".to_owned(),
                as_of: None,
                entries: 1,
            },
        ],
        advisories: vec![
            Arc::new(Advisory {
                id: "DSA-1-1".to_owned(),
                kind: Kind::Advisory,
                streams: vec!["nodejs:18".to_owned()],
                issues: vec![
                    issue(
                        "CVE-2024-1000",
                        Some((Severity::Critical, Source::Vendor)),
                        98,
                    ),
                    issue("CVE-2024-1001", Some((Severity::Info, Source::Cvss)), 0),
                ],
            }),
            Arc::new(Advisory {
                id: "CVE-2024-1002".to_owned(),
                kind: Kind::Statement,
                streams: Vec::new(),
                issues: vec![Issue {
                    id: "CVE-2024-1002".to_owned(),
                    rating: Rating::default(),
                }],
            }),
        ],
        packages: BTreeMap::from([
            (("curl".into(), By::Source), rows.clone()),
            (("zlib".into(), By::Binary), rows),
        ]),
    }
}

fn releases() -> [Release; 2] {
    [Release::new("alpine", "3.19"), Release::new("debian", "12")]
}

fn file() -> Vec<u8> {
    let mut bytes = Vec::new();
    let releases = releases();
    let contents = [Content::default(), content()];
    write(
        Timestamp::from_second(1_800_000_000).unwrap(),
        releases.iter().zip(contents),
        &mut bytes,
    )
    .unwrap();
    bytes
}

/// Reads all that is in a file.
fn read_all(bytes: &[u8]) -> Result<Vec<(PackagesRead, Vec<Advisory>)>, FormatError> {
    let mut archive = Archive::open(Cursor::new(bytes))?;
    let releases: Vec<Release> = archive
        .directory()
        .sections
        .iter()
        .map(|section| section.release.clone())
        .collect();
    let mut all = Vec::new();
    for release in releases {
        let Some(mut section) = archive.section(&release)? else {
            continue;
        };
        let (mut packages, mut advisories) = (Vec::new(), Vec::new());
        while let Some(package) = section.next_package(|_, _| true)? {
            packages.push((package.name, package.by, package.rows));
        }
        while let Some(advisory) = section.next_advisory()? {
            advisories.push(advisory);
        }
        section.end()?;
        all.push((packages, advisories));
    }
    Ok(all)
}

type PackagesRead = Vec<(String, By, Vec<(u32, Row)>)>;

#[test]
fn what_was_written_is_read() {
    let bytes = file();
    let all = read_all(&bytes).unwrap();
    assert_eq!(all[0], (Vec::new(), Vec::new()));
    let meant = content();
    let advisories: Vec<Advisory> = meant
        .advisories
        .iter()
        .map(|advisory| (**advisory).clone())
        .collect();
    assert_eq!(all[1].1, advisories);
    for ((name, by, rows), ((meant_name, meant_by), meant_rows)) in
        all[1].0.iter().zip(&meant.packages)
    {
        assert_eq!(
            (name.as_str(), by, rows),
            (meant_name.as_ref(), meant_by, meant_rows)
        );
    }
    let archive = Archive::open(Cursor::new(&bytes)).unwrap();
    let section = archive.directory().section(&releases()[1]).unwrap();
    assert_eq!(section.feeds, meant.feeds);
    assert_eq!(
        (section.packages, section.rows, section.advisories),
        (2, 8, 2)
    );
    assert_eq!(archive.directory().built.as_second(), 1_800_000_000);
    assert_eq!(file(), bytes, "the same content gives the same bytes");
}

#[test]
fn a_release_that_is_not_in_the_file_is_unknown() {
    let mut archive = Archive::open(Cursor::new(file())).unwrap();
    let packages = [Installed {
        name: "curl".to_owned(),
        version: "1.0".to_owned(),
        ..Installed::default()
    }];
    let none = match_file(&mut archive, &[Release::new("debian", "13")], &packages).unwrap();
    assert_eq!(none, None);
    let found = match_file(
        &mut archive,
        &[Release::new("debian", "13"), releases()[1].clone()],
        &packages,
    );
    let ids: Vec<String> = found
        .unwrap()
        .unwrap()
        .matches
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(ids, ["CVE-2024-1000", "CVE-2024-1001", "CVE-2024-1002"]);
}

#[test]
fn what_is_no_such_file_is_told() {
    assert!(matches!(
        Archive::open(Cursor::new(b"PK\x03\x04 and more of it")),
        Err(FormatError::Foreign)
    ));
    assert!(matches!(
        Archive::open(Cursor::new(b"")),
        Err(FormatError::Foreign)
    ));
    let mut newer = file();
    newer[8] = 2;
    assert!(matches!(
        Archive::open(Cursor::new(newer)),
        Err(FormatError::Version(2))
    ));
}

#[test]
fn every_changed_byte_and_every_cut_is_noticed() {
    let bytes = file();
    // The two bytes of nothing are nobody's.
    for at in (0..bytes.len()).filter(|at| !(10..12).contains(at)) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        assert!(read_all(&changed).is_err(), "byte {at}");
        assert!(read_all(&bytes[..at]).is_err(), "cut at {at}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_all(&bytes);
        let mut after_header = file()[..HEADER].to_vec();
        after_header.extend(&bytes);
        let _ = read_all(&after_header);
    }

    #[test]
    fn a_body_that_is_summed_up_right_may_still_be_nonsense(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_all(&around(&body, body.len() as u64 + 1000));
        let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut deflated, &body).unwrap();
        let _ = read_all(&around(&deflated.finish().unwrap(), body.len() as u64));
    }
}

/// A file with one section of this body, whose checksums are all right.
fn around(body: &[u8], inflated: u64) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let section = Section {
        release: Release::new("debian", "12"),
        offset: 0,
        length: body.len() as u64,
        inflated,
        sha256: Sha256::digest(body).into(),
        packages: 0,
        rows: 0,
        advisories: 0,
        feeds: Vec::new(),
    };
    let directory = Directory {
        built: Timestamp::UNIX_EPOCH,
        sections: vec![section],
    };
    let mut bytes = Vec::new();
    directory.write(&mut bytes);
    let mut file = MAGIC.to_vec();
    file.extend(VERSION.to_le_bytes());
    file.extend([0, 0]);
    file.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
    file.extend(Sha256::digest(&bytes));
    file.extend(bytes);
    file.extend(body);
    file
}
