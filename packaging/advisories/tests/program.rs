//! The program as people use it.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

#[expect(clippy::disallowed_methods, reason = "tests run what they like")]
fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hardtarget-advisories"))
        .args(args)
        .env("SOURCE_DATE_EPOCH", "1800000000")
        .output()
        .unwrap()
}

fn stdout(args: &[&str]) -> String {
    let output = run(args);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn error(args: &[&str]) -> String {
    let output = run(args);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// The file that the excerpts of feeds give.
fn built(directory: &Path) -> String {
    let file = directory.join("test.htadv").display().to_string();
    let suse = format!("sles:15.5={}", data("updateinfo-suse.xml").display());
    let (osv, amazon) = (data("osv"), data("updateinfo-amzn2023.xml"));
    stdout(&[
        "build",
        "--output",
        &file,
        &osv.to_string_lossy(),
        &amazon.to_string_lossy(),
        &suse,
    ]);
    file
}

#[test]
fn what_was_built_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(stdout(&["show", &built(directory.path())]));
}

#[test]
fn a_package_is_looked_up() {
    let directory = tempfile::tempdir().unwrap();
    let file = built(directory.path());
    let lookup = |os: &str, package: &str, version: &str| {
        stdout(&["lookup", &file, "--os", os, package, version])
    };
    insta::assert_snapshot!(
        [
            lookup("amzn:2023", "bind-libs", "32:9.16.27-1.amzn2023"),
            lookup("ubuntu:22.04", "php8.1", "8.1.2-1ubuntu2.21"),
            lookup("ubuntu-pro:14.04", "php5", "5.5.9+dfsg-1ubuntu4.29"),
            lookup("debian:12", "curl", "7.88.1-10"),
            lookup("debian:11", "curl", "7.74.0-1"),
            lookup("debian:11", "xorg-server", "2:1.20.11-1+deb11u6"),
        ]
        .join("\n")
    );
    let unknown = error(&["lookup", &file, "--os", "debian:7", "curl", "1"]);
    assert!(unknown.contains("knows nothing of debian:7"), "{unknown}");
}

#[test]
fn a_list_of_packages_is_held_against_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = built(directory.path());
    let list = directory.path().join("packages.json").display().to_string();
    std::fs::write(&list, r#"[{"name": "libssl", "source": "xorg-server", "version": "1"}, {"name": "x", "version": "1", "kind": "pypi"}]"#).unwrap();
    let rows = stdout(&["match", &file, "--os", "debian:11", &list]);
    assert_eq!(rows, "CVE-2023-1393 libssl 2:1.20.11-1+deb11u6\n");
}

#[test]
fn compressed_updateinfo_is_read() {
    use std::io::Write;
    let directory = tempfile::tempdir().unwrap();
    let xml = std::fs::read(data("updateinfo-amzn2023.xml")).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&xml).unwrap();
    let plain = directory.path().join("plain.htadv").display().to_string();
    stdout(&[
        "build",
        "-q",
        "-o",
        &plain,
        &data("updateinfo-amzn2023.xml").to_string_lossy(),
    ]);
    let plain = std::fs::read(plain).unwrap();
    let mut compressed = vec![("gz", gzip.finish().unwrap())];
    for (name, program) in [("xz", "xz"), ("zst", "zstd")] {
        compressed.extend(
            by_program(program, &data("updateinfo-amzn2023.xml")).map(|bytes| (name, bytes)),
        );
    }
    for (name, bytes) in compressed {
        let feed = directory.path().join(format!("updateinfo.xml.{name}"));
        std::fs::write(&feed, bytes).unwrap();
        let file = directory
            .path()
            .join(format!("{name}.htadv"))
            .display()
            .to_string();
        stdout(&["build", "-q", "-o", &file, &feed.to_string_lossy()]);
        assert!(std::fs::read(file).unwrap() == plain, "{name}");
    }
}

/// What a program compresses a file to; nothing where it is not installed.
#[expect(clippy::disallowed_methods, reason = "tests run what they like")]
fn by_program(program: &str, file: &Path) -> Option<Vec<u8>> {
    let output = Command::new(program).arg("-c").arg(file).output().ok()?;
    output.status.success().then_some(output.stdout)
}

#[test]
fn what_cannot_be_a_feed_is_told_and_the_old_file_stays() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("old.htadv").display().to_string();
    std::fs::write(&file, "old").unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = directory.path().join(name).display().to_string();
        std::fs::write(&path, content).unwrap();
        path
    };
    let no_release = data("updateinfo-suse.xml").display().to_string();
    for (feed, says) in [
        (directory.path().join("absent.zip").display().to_string(), "cannot be read"),
        (write("torn.zip", b"PK\x03\x04 torn"), "no zip archive that can be read"),
        (write("page.html", b"<html></html>"), "no updateinfo.xml: it begins with <html>"),
        (write("empty.xml", b""), "the updateinfo.xml is empty"),
        (write("list.json", b"{\"id\": 1}"), "no OSV record"),
        (write("npm.json", br#"{"id": "GHSA-1", "affected": [{"package": {"ecosystem": "npm", "name": "a"}}]}"#), "it names npm"),
        (no_release, "give the feed as RELEASE="),
    ] {
        let told = error(&["build", "--output", &file, &feed]);
        assert!(told.contains(says), "{feed}: {told}");
        assert!(told.starts_with("error: ") && told.lines().count() == 1, "{told}");
        assert_eq!(std::fs::read(&file).unwrap(), b"old");
    }
    let told = error(&["show", &file]);
    assert!(told.contains("no file of advisories"), "{told}");
}
