//! The report's page in a real browser: `tests/browser/page.mjs` opens, clicks and prints it.
//!
//! Needs Node, Chromium and `tests/browser/node_modules`, which `make test` installs. With
//! `HARDTARGET_WITHOUT_BROWSER` set it is left out, and says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hardtarget_report::diff::diff;
use hardtarget_report::render::html::{html, html_with};
use hardtarget_report::sample;

/// Where Debian has Chromium, unless `HARDTARGET_CHROMIUM` says otherwise.
fn chromium() -> PathBuf {
    std::env::var_os("HARDTARGET_CHROMIUM")
        .map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "node, on pages of our own")]
fn the_page_works_in_a_browser() {
    if std::env::var_os("HARDTARGET_WITHOUT_BROWSER").is_some() {
        println!("left out: HARDTARGET_WITHOUT_BROWSER is set");
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    for needed in [chromium(), here.join("node_modules/playwright-core")] {
        assert!(
            needed.exists(),
            "{} is missing: run `make test`, which installs it, or set HARDTARGET_WITHOUT_BROWSER",
            needed.display()
        );
    }
    let pages = tempfile::tempdir().unwrap();
    for (name, report) in [
        ("typical", sample::typical()),
        ("vulnerable", sample::vulnerable()),
        ("stale", sample::stale()),
        ("partial", sample::partial()),
        ("failed", sample::failed()),
        ("spotless", sample::spotless()),
        ("many", sample::many(2_000)),
        ("known", sample::many_vulnerabilities(3_000)),
        ("hostile", sample::hostile()),
    ] {
        fs::write(pages.path().join(format!("{name}.html")), html(&report)).unwrap();
    }
    for (name, old, new) in [
        ("changed", sample::earlier(), sample::vulnerable()),
        ("much-changed", sample::spotless(), sample::many(2_000)),
        ("unchanged", sample::typical(), sample::typical()),
        ("hostile-changed", sample::typical(), sample::hostile()),
        ("unseen", sample::vulnerable(), sample::partial()),
    ] {
        let changes = diff(&old, &new);
        let page = html_with(&new, Some(&changes));
        fs::write(pages.path().join(format!("{name}.html")), page).unwrap();
    }
    let ran = Command::new("node")
        .arg(here.join("page.mjs"))
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
