//! The Lambda function `hardtarget-refresh`: once a day it makes the file of advisories anew.

use std::process::ExitCode;

use hardtarget_advisories::refresh::config::Config;
use hardtarget_advisories::refresh::refresh;
use hardtarget_advisories::refresh::store::Store;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use tracing::{error, info};
use tracing_subscriber::EnvFilter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("HARDTARGET_LOG");
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_env_filter(filter.unwrap_or_else(|_| EnvFilter::new("info")))
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!(error = format!("{error:#}"), "the function cannot run");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the function's one clock"
)]
async fn run() -> anyhow::Result<()> {
    let variable = |name: &str| std::env::var(name).ok();
    let config = Config::read(variable)?;
    if variable("AWS_LAMBDA_RUNTIME_API").is_none() {
        anyhow::bail!("this program is a Lambda function: it is started by AWS Lambda");
    }
    let store = Store::new(&config.bucket, &config.key).await;
    let (config, store) = (&config, &store);
    let handler = service_fn(async |_: LambdaEvent<Value>| {
        match refresh(config, store, Timestamp::now()).await {
            Ok(refreshed) => {
                info!(?refreshed, "the advisories are new");
                Ok(refreshed)
            }
            Err(failure) => {
                let failure = format!("{failure:#}");
                error!(error = failure, "the advisories stay as they were");
                Err(Diagnostic {
                    error_type: "HardTarget".to_owned(),
                    error_message: failure,
                })
            }
        }
    });
    lambda_runtime::run(handler)
        .await
        .map_err(|error| anyhow::anyhow!(error))
}
