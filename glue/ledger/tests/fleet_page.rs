//! The fleet's page in a real browser: `tests/browser/fleet.mjs` opens, clicks and prints it.
//!
//! Needs Node, Chromium and `tests/browser/node_modules`, which `make test` installs. With
//! `HARDTARGET_WITHOUT_BROWSER` set it is left out, and says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hardtarget_ledger::fleet::html::html;
use hardtarget_ledger::fleet::sample;

/// Where Debian has Chromium, unless `HARDTARGET_CHROMIUM` says otherwise.
fn chromium() -> PathBuf {
    std::env::var_os("HARDTARGET_CHROMIUM")
        .map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "node, on pages of our own")]
fn the_fleet_page_works_in_a_browser() {
    if std::env::var_os("HARDTARGET_WITHOUT_BROWSER").is_some() {
        println!("left out: HARDTARGET_WITHOUT_BROWSER is set");
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/browser");
    for needed in [chromium(), here.join("node_modules/playwright-core")] {
        assert!(
            needed.exists(),
            "{} is missing: run `make test`, which installs it, or set HARDTARGET_WITHOUT_BROWSER",
            needed.display()
        );
    }
    let pages = tempfile::tempdir().unwrap();
    for (name, fleet) in sample::all() {
        let page = html(&fleet, sample::NOW);
        fs::write(pages.path().join(format!("{name}.html")), page).unwrap();
    }
    let ran = Command::new("node")
        .arg(here.join("fleet.mjs"))
        .arg(pages.path())
        .env("HARDTARGET_CHROMIUM", chromium())
        .output();
    let ran = match ran {
        Ok(ran) => ran,
        Err(error) => panic!("node cannot be run ({error}): run `make test`, which installs it"),
    };
    assert!(
        ran.status.success(),
        "{}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
}
