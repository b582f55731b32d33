//! A file of advisories, by any bytes.
#![no_main]

use std::io::Cursor;

use hardtarget_advisories::format::Archive;
use hardtarget_advisories::matching::{Installed, match_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut archive) = Archive::open(Cursor::new(bytes)) else {
        return;
    };
    let releases: Vec<_> = archive
        .directory()
        .sections
        .iter()
        .map(|section| section.release.clone())
        .collect();
    let packages = [Installed {
        name: "curl".to_owned(),
        version: "1.0-1".to_owned(),
        ..Installed::default()
    }];
    for release in releases {
        let _ = match_file(&mut archive, &[release], &packages);
    }
});
