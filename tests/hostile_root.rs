//! A root made by somebody who does not want to be scanned.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may: a failure here is a failed test"
)]

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Output;

use hardtarget_report::Report;
use hardtarget_tests::agent;
use nix::sys::stat::{Mode, SFlag, makedev, mknod};
use nix::unistd::mkfifo;

/// The files that some check reads: each will be something else than a file.
const READ_BY_CHECKS: &[&str] = &[
    "etc/machine-id",
    "etc/passwd",
    "etc/shadow",
    "etc/group",
    "etc/sudoers",
    "etc/sudoers.d/00",
    "etc/ssh/sshd_config",
    "etc/ssh/sshd_config.d/00.conf",
    "etc/pam.d/common-auth",
    "etc/sysctl.conf",
    "etc/sysctl.d/00.conf",
    "etc/fstab",
    "etc/crontab",
    "etc/cron.d/00",
    "etc/os-release",
    "etc/apt/sources.list",
    "etc/yum.repos.d/00.repo",
    "etc/systemd/system/00.service",
    "etc/cloud/cloud.cfg",
    "etc/ssl/certs/00.pem",
    "var/lib/dpkg/status",
    "var/lib/dpkg/info/00.list",
    "lib/apk/db/installed",
    "root/.ssh/authorized_keys",
    "root/.ssh/id_rsa",
    "root/.bash_history",
    "root/.aws/credentials",
    "root/.docker/config.json",
    "root/.netrc",
    "root/.npmrc",
    "root/.git-credentials",
];

fn scan(root: &Path) -> (Output, Report) {
    let output = agent::command([
        "--dry-run",
        "--format",
        "json",
        "--engine",
        "native",
        "--engine",
        "packages",
        "--deadline",
        "5m",
        "--root",
    ])
    .arg(root)
    .output()
    .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let report = hardtarget_report::v1::parse(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {stderr}"));
    for run in &report.engines {
        let why = run.outcome.why().unwrap_or_default();
        assert!(!why.contains("internal error"), "{why}");
        for check in &run.checks {
            let why = check.outcome.why().unwrap_or_default();
            assert!(!why.contains("internal error"), "{}: {why}", check.id);
        }
    }
    (output, report)
}

fn root_with(put: impl Fn(&Path)) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in READ_BY_CHECKS {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        put(&path);
    }
    directory
}

#[test]
fn fifos_do_not_stop_a_scan() {
    scan(root_with(|path| mkfifo(path, Mode::from_bits_truncate(0o644)).unwrap()).path());
}

#[test]
fn devices_are_not_read() {
    // /dev/zero never ends, and it is a device.
    let zero = makedev(1, 5);
    scan(
        root_with(|path| {
            mknod(path, SFlag::S_IFCHR, Mode::from_bits_truncate(0o644), zero)
                .expect("the tests run as root");
        })
        .path(),
    );
}

#[test]
fn links_in_a_circle_and_out_of_the_root_are_not_followed() {
    scan(root_with(|path| symlink(path.file_name().unwrap(), path).unwrap()).path());
    // A secret of the scanning machine that the root points at.
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("passwd");
    std::fs::write(&secret, "intruder::0:0::/:/bin/sh\n").unwrap();
    let (_, report) = scan(root_with(|path| symlink(&secret, path).unwrap()).path());
    assert!(
        !format!("{report:?}").contains("intruder"),
        "the scan read a file outside the root"
    );
}

#[test]
fn directories_where_files_are_expected_are_no_trouble() {
    scan(root_with(|path| std::fs::create_dir(path).unwrap()).path());
}

#[test]
fn bytes_of_any_kind_are_no_trouble() {
    let noise: Vec<u8> = (0..65_536_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    scan(root_with(|path| std::fs::write(path, &noise).unwrap()).path());
    let long_line = vec![b'a'; 1 << 20];
    scan(root_with(|path| std::fs::write(path, &long_line).unwrap()).path());
    scan(root_with(|path| std::fs::write(path, b"").unwrap()).path());
}

#[test]
fn a_gigabyte_where_kilobytes_are_expected_is_not_read() {
    // Sparse: it costs no disk, but whoever reads it whole pays a gigabyte.
    let root = root_with(|path| File::create(path).unwrap().set_len(1 << 30).unwrap());
    std::fs::create_dir_all(root.path().join("var/log")).unwrap();
    for name in ["auth.log", "wtmp", "lastlog"] {
        File::create(root.path().join("var/log").join(name))
            .unwrap()
            .set_len(1 << 30)
            .unwrap();
    }
    scan(root.path());
}

#[test]
fn names_of_any_bytes_are_reported_harmlessly() {
    let directory = tempfile::tempdir().unwrap();
    let bin = directory.path().join("usr/bin");
    std::fs::create_dir_all(&bin).unwrap();
    for name in [
        &b"new\nline"[..],
        b"\xff\xfe",
        b"\x1b[31mred",
        "\u{202e}gnp.exe".as_bytes(),
        b"<script>",
        b"=1+1",
    ] {
        let path = bin.join(OsStr::from_bytes(name));
        std::fs::write(&path, "x").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o4755)).unwrap();
    }
    let (output, report) = scan(directory.path());
    let set_uid: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.id == "HT-FS-001")
        .collect();
    assert_eq!(set_uid.len(), 6, "{set_uid:#?}");
    let text = String::from_utf8(output.stdout).expect("the report is UTF-8");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
}

#[test]
fn ten_thousand_users_are_read() {
    let directory = tempfile::tempdir().unwrap();
    let etc = directory.path().join("etc");
    std::fs::create_dir_all(&etc).unwrap();
    let (mut passwd, mut shadow) = (
        String::from("root:x:0:0::/root:/bin/sh\n"),
        String::from("root:*:1::::::\n"),
    );
    for user in 0..10_000 {
        writeln!(
            passwd,
            "u{user}:x:{}:{}::/home/u{user}:/bin/sh",
            1000 + user,
            1000 + user
        )
        .unwrap();
        writeln!(shadow, "u{user}:!:1::::::").unwrap();
        std::fs::create_dir_all(directory.path().join(format!("home/u{user}"))).unwrap();
    }
    passwd.push_str("twin:x:0:0::/root:/bin/sh\n");
    shadow.push_str("twin:!:1::::::\n");
    std::fs::write(etc.join("passwd"), passwd).unwrap();
    std::fs::write(etc.join("shadow"), shadow).unwrap();
    let (_, report) = scan(directory.path());
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.id == "HT-ACC-002"),
        "the last of 10,000 users has UID 0 and was not seen"
    );
}
