//! The function's program, as the Lambda service starts it.
#![allow(
    clippy::unwrap_used,
    reason = "tests may: a failure here is a failed test"
)]

use std::process::Command;

#[test]
#[expect(clippy::disallowed_methods, reason = "the program under test")]
fn without_settings_it_says_which_is_missing_and_ends() {
    let output = Command::new(env!("CARGO_BIN_EXE_hardtarget-glue"))
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["level"], "ERROR");
    assert_eq!(said["error"], "HARDTARGET_BUCKET: is not set");
}
