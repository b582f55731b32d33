//! What all functions ask of AWS: S3 and SQS by the few verbs needed, and how a call is made, tried again
//! and reported. Each verb is one API call (or all pages of one), named in its errors.

pub mod function;
pub mod id;
pub mod s3;
pub mod sqs;

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::{Builder, tls};

use self::s3::conflict::CODE as CONFLICT;

/// How often a call is tried (SDK's standard mode: throttling, 5xx, broken connections).
const ATTEMPTS: u32 = 4;

/// The limits of one try and of a whole call: two whole calls fit into the Lambda's 60 s.
const TRY_LIMIT: Duration = Duration::from_secs(12);
const CALL_LIMIT: Duration = Duration::from_secs(25);

/// Why a call failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {}{message}", if code.is_empty() { String::new() } else { format!("{code}: ") })]
pub struct Error {
    /// The API's operation, for example `RunInstances`.
    pub operation: &'static str,
    /// The service's error code, else the HTTP status; empty if there was no answer.
    pub code: String,
    /// What the service said of it, or what broke the connection.
    pub message: String,
    /// Whether the service answered with a 5xx.
    pub server: bool,
}

impl Error {
    /// Whether the same call may succeed later: no answer, throttled, met by another, or the service's own fault.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        let code = self.code.as_str();
        self.server
            || code.starts_with("Throttl")
            || code.ends_with("Unavailable") && !code.starts_with("InvalidAMIID")
            || matches!(
                code,
                "" | "RequestLimitExceeded"
                    | "SlowDown"
                    | "RequestExpired"
                    | "ExpiredToken"
                    | CONFLICT
            )
    }

    /// What became of a call of `operation`.
    pub fn of<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let said = error.message().map(ToOwned::to_owned);
        let status = error.raw_response().map(HttpResponse::status);
        // The answer to a HEAD has no body that would name a code.
        let code = error.code().map(ToOwned::to_owned);
        let code = code.or_else(|| status.map(|status| status.as_u16().to_string()));
        Self {
            operation,
            code: code.unwrap_or_default(),
            message: said.unwrap_or_else(|| causes(error)),
            server: status.is_some_and(|status| status.is_server_error()),
        }
    }
}

/// An error and what caused it, each once: outer ones often repeat the inner one's words.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(one) = cause {
        let words = one.to_string();
        if !text.ends_with(&words) {
            text = format!("{text}: {words}");
        }
        cause = one.source();
    }
    text
}

/// What all clients share: region and credentials from Lambda's environment, TLS by rustls with
/// ring, retries and time limits.
pub async fn shared() -> SdkConfig {
    let tls = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(tls).build_https())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(TRY_LIMIT)
                .operation_timeout(CALL_LIMIT)
                .build(),
        )
        .load()
        .await
}
