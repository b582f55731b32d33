//! The functions' program, as the Lambda service starts it.
#![allow(
    clippy::unwrap_used,
    reason = "tests may: a failure here is a failed test"
)]

use std::process::Command;

#[test]
#[expect(clippy::disallowed_methods, reason = "the program under test")]
fn with_a_setting_that_cannot_be_used_it_says_which_and_ends() {
    let output = Command::new(env!("CARGO_BIN_EXE_hardtarget-ledger-function"))
        .env_clear()
        .env("HARDTARGET_LEDGER_BY", "host")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["level"], "ERROR");
    assert_eq!(
        said["error"],
        "HARDTARGET_LEDGER_BY: \"host\" is neither family nor ami"
    );
}
