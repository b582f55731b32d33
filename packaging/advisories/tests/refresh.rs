//! The function `hardtarget-refresh` as a program; what it does is in `tests/cloud/test_refresh.py`.
#![allow(
    clippy::unwrap_used,
    reason = "tests may: a failure here is a failed test"
)]

use std::process::Command;

#[test]
#[expect(clippy::disallowed_methods, reason = "the program under test")]
fn without_settings_it_says_which_is_missing() {
    let output = Command::new(env!("CARGO_BIN_EXE_hardtarget-refresh"))
        .env_clear()
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("HARDTARGET_AGENT_BUCKET is not set"),
        "{said}"
    );
}
