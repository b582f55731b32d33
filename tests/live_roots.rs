//! Live scans inside real roots of other distributions: the agent runs in a chroot, with the
//! Lynis that it carries.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests may: a failure here is a failed test"
)]

use std::path::Path;
use std::process::Command;

use hardtarget_report::{Report, Status};
use hardtarget_tests::{agent, roots};

/// Scans `root` from inside. It is not changed: an overlay over it takes what is written.
fn scan_inside(root: &Path, args: &str) -> (Option<i32>, Report) {
    let script = format!(
        "mount -t tmpfs none /mnt
         mkdir /mnt/upper /mnt/work /mnt/root
         mount -t overlay overlay -o lowerdir=$ROOT,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
         mount --bind /proc /mnt/root/proc; mount --bind /sys /mnt/root/sys; mount --bind /dev /mnt/root/dev
         mount -t tmpfs none /mnt/root/run
         cp $AGENT /mnt/root/run/agent
         code=0; chroot /mnt/root /run/agent --dry-run --quiet --output /run/out {args} || code=$?
         cat /mnt/root/run/out/report.json
         left=$(ls -A /mnt/root/run | grep -v -x -e agent -e out || true)
         test -z \"$left\" || {{ echo left behind: $left >&2; exit 99; }}
         exit $code"
    );
    let output = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-ec", &script])
        .env("ROOT", root)
        .env("AGENT", agent::path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let report = hardtarget_report::v1::parse(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}: {stderr}", root.display()));
    assert_ne!(output.status.code(), Some(99), "{stderr}");
    (output.status.code(), report)
}

#[test]
fn debian_11_12_and_13_are_scanned_from_inside_with_every_engine() {
    if std::env::var_os("HARDTARGET_AGENT").is_none() {
        eprintln!("left out: needs the static agent with Lynis inside that `make test` builds");
        return;
    }
    for suite in roots::DEBIAN {
        let (code, report) = scan_inside(&roots::debian(suite), "");
        assert_eq!(
            report.scan.status,
            Status::Complete,
            "{suite}: {:?}",
            report.scan.why
        );
        assert_eq!(code, Some(0), "{suite}");
        let score = report
            .score
            .as_ref()
            .unwrap_or_else(|| panic!("{suite}: no score"));
        assert!((20..=90).contains(&score.index), "{suite}: {}", score.index);
        assert_eq!(report.target.os.id.as_deref(), Some("debian"));
        assert!(report.packages.len() > 60, "{suite}");
        assert!(report.packages.iter().all(|package| package.kind == "deb"));
        let native = report
            .engines
            .iter()
            .find(|run| run.engine.as_str() == "native")
            .unwrap();
        assert!(
            native
                .checks
                .iter()
                .any(|check| check.outcome.as_str() == "pass")
        );
    }
}
