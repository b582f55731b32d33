//! What we read of rpm's databases ourselves is what rpm says of them.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hardtarget_agent::host::Host;
use hardtarget_agent::parsers::read_rpm_database;
use hardtarget_report::Package;
use hardtarget_tests::roots;
use hardtarget_tests::rpms::Rpms;

/// A root with the directory for rpm's database.
fn root(directory: &Path) -> PathBuf {
    let database = directory.join("var/lib/rpm");
    std::fs::create_dir_all(&database).unwrap();
    database
}

fn ours(root: &Path) -> Result<Vec<Package>, String> {
    read_rpm_database(&Host::rooted(root).unwrap())
        .unwrap()
        .map_err(|error| format!("{error:#}"))
}

fn lines(packages: Vec<Package>) -> BTreeSet<String> {
    packages
        .into_iter()
        .map(|package| {
            let none = || "(none)".to_owned();
            format!(
                "{} {} {} {}",
                package.name,
                package.version,
                package.arch.unwrap_or_else(none),
                package.module.unwrap_or_else(none),
            )
        })
        .collect()
}

/// What rpm says of a database, with the module's name and stream alone.
fn said(database: &Path, options: &[&str]) -> BTreeSet<String> {
    let place = database.to_string_lossy();
    let format =
        "%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE} %{ARCH} %{MODULARITYLABEL}\n";
    let query = ["--dbpath", &place, "-qa", "--qf", format];
    roots::output("rpm", &[options, &query].concat())
        .lines()
        .map(|line| line.replace(":8070020220519:bd1311ed", ""))
        .collect()
}

#[test]
fn sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let database = root(directory.path());
    Rpms::build().sqlite(&database);
    let packages = ours(directory.path()).unwrap();
    let modular = packages
        .iter()
        .find(|package| package.name == "made-up-modular")
        .unwrap();
    assert_eq!(modular.source.as_deref(), Some("made-up"));
    assert_eq!(modular.source_version.as_deref(), Some("0.1~rc1-9.made"));
    let expected = said(&database, &[]);
    assert_eq!(lines(packages), expected);
    assert!(expected.contains("other-0 0:0.1~rc1-9.made noarch (none)"));
    assert!(expected.contains("made-up-modular 2-9.made noarch nodejs:18"));
    assert_eq!(expected.len(), 120);

    // What is only in the log yet: an image may be taken at any moment.
    let file = database.join("rpmdb.sqlite").to_string_lossy().into_owned();
    let keep = ".dbconfig no_ckpt_on_close on";
    let change = "delete from Packages where hnum % 5 = 0";
    let _changed = roots::output("sqlite3", &[&file, keep, change]);
    let log = database.join("rpmdb.sqlite-wal");
    let length = log.metadata().unwrap().len();
    assert!(length > 100_000, "{length}");
    let packages = lines(ours(directory.path()).unwrap());
    assert_eq!(packages.len(), 96);

    // A transaction that was cut short never happened.
    let log = std::fs::OpenOptions::new().write(true).open(log).unwrap();
    log.set_len(length - 1000).unwrap();
    assert_eq!(lines(ours(directory.path()).unwrap()), expected);

    std::fs::remove_file(database.join("rpmdb.sqlite-wal")).unwrap();
    damage_is_told(directory.path(), Path::new(&file));
}

#[test]
fn berkeley_db() {
    let directory = tempfile::tempdir().unwrap();
    let database = root(directory.path());
    Rpms::build().berkeley(&database.join("Packages"));
    let expected = said(&database, &["--define", "_db_backend bdb_ro"]);
    assert_eq!(expected.len(), 120);
    assert_eq!(lines(ours(directory.path()).unwrap()), expected);
    damage_is_told(directory.path(), &database.join("Packages"));
}

/// Of a damaged database either all is read or it is an error, and it is never a crash.
fn damage_is_told(root: &Path, file: &Path) {
    let good = std::fs::read(file).unwrap();
    let all = ours(root).unwrap().len();
    let mut errors = 0;
    // Any places will do, the same ones each time.
    let mut place = 12_345_usize;
    for round in 0..200 {
        place = (place * 1_103_515_245 + 12_345) % good.len();
        let mut bad = good.clone();
        if round % 2 == 0 {
            bad.truncate(place);
        } else {
            let page = place / 4096 * 4096;
            bad.iter_mut()
                .skip(page)
                .take(32)
                .for_each(|byte| *byte = 0xff);
        }
        std::fs::write(file, bad).unwrap();
        match ours(root) {
            Ok(packages) => assert_eq!(packages.len(), all, "{round}"),
            Err(_) => errors += 1,
        }
    }
    assert!(errors > 100, "{errors} errors");
}
