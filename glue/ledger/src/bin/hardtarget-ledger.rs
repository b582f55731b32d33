//! The command line of the ledger.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    hardtarget_ledger::cli::run(std::env::args_os()).await
}
