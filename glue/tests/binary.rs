//! The function's program, as the Lambda service starts it.

use std::process::Command;

#[test]
#[expect(clippy::disallowed_methods, reason = "the program under test")]
fn it_starts() {
    let status = Command::new(env!("CARGO_BIN_EXE_hardtarget-glue")).status();
    assert!(status.is_ok());
}
