//! What every Lambda function begins with.

use std::process::ExitCode;

use tracing::error;
use tracing_subscriber::EnvFilter;

/// Logs as JSON, by `HARDTARGET_LOG` or from `info` on, and runs a function's `main`: why it cannot run is its
/// last line.
pub async fn run(main: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    let filter = EnvFilter::try_from_env("HARDTARGET_LOG");
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_env_filter(filter.unwrap_or_else(|_| EnvFilter::new("info")))
        .init();
    match main.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!(error = format!("{error:#}"), "the function cannot run");
            ExitCode::FAILURE
        }
    }
}
