//! The Lambda functions of the ledger: one program, deployed with different rights and settings.

use std::pin::Pin;
use std::process::ExitCode;

use hardtarget_ledger::app::{self, App};
use hardtarget_ledger::config::Config;
use hardtarget_ledger::dispatch;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    hardtarget_aws::function::run(run()).await
}

async fn run() -> anyhow::Result<()> {
    let variable = |name: &str| std::env::var(name).ok();
    let config = Config::read(variable)?;
    if variable("AWS_LAMBDA_RUNTIME_API").is_none() {
        anyhow::bail!("this program is a Lambda function: it is started by AWS Lambda");
    }
    let app = App::new(config).await;
    let handler = service_fn(async |event: LambdaEvent<Value>| {
        // Boxed: the future of so many calls is too deep a type for the compiler otherwise.
        let answer: Pin<Box<dyn Future<Output = _> + Send>> =
            Box::pin(dispatch::handle(&app, &event.payload, app::now()));
        answer.await.map_err(|error| Diagnostic {
            error_type: "HardTarget".to_owned(),
            error_message: format!("{error:#}"),
        })
    });
    lambda_runtime::run(handler)
        .await
        .map_err(|error| anyhow::anyhow!(error))
}
