//! The scanner's program: hands the real world to [`hardtarget_agent::run`].

use std::process::ExitCode;

fn main() -> ExitCode {
    hardtarget_agent::run(std::env::args_os())
}
