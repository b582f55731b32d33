//! A stand-in for Lynis that misbehaves as told. Where a test is about Lynis itself, the real one
//! is used.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Makes a directory that passes for Lynis, whose program runs `script` instead. The script finds
/// the report file in `$REPORT` and the log file in `$LOG`.
///
/// # Panics
///
/// Where it cannot be written.
pub fn pretend(directory: &Path, script: &str) {
    for name in ["include", "db", "plugins"] {
        std::fs::create_dir_all(directory.join(name)).unwrap();
    }
    let program = format!(
        r#"#!/bin/sh
PROGRAM_VERSION="3.1.4"
INCLUDE_TESTS="ssh"
REPORT=/dev/null LOG=/dev/null
while [ $# -gt 0 ]; do
  case $1 in
    --report-file) REPORT=$2; shift ;;
    --logfile) LOG=$2; shift ;;
  esac
  shift
done
{script}
"#
    );
    let files = [
        ("lynis", program.as_str()),
        ("default.prf", "# a profile\n"),
        ("include/consts", "# constants\n"),
        ("include/functions", "# functions\n"),
        ("include/tests_ssh", "# tests\n"),
        (
            "db/tests.db",
            "SSH-7402:test:security:ssh::Check for running SSH daemon:\n",
        ),
    ];
    for (name, content) in files {
        let path = directory.join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    }
}
