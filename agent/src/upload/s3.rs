//! S3 as a [`Store`].

use std::error::Error;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Config, Region, SharedCredentialsProvider, SharedHttpClient,
};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::result::DispatchFailure;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use hardtarget_report::clean_line;

use super::{Destination, Object, PutError, Store};
use crate::environment;

/// Attempts that the SDK makes before it tells of a failure; whoever calls tries on.
const ATTEMPTS: u32 = 3;

/// How long one attempt may take, at least and at most; in between it is a part of what is left.
const ATTEMPT: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

/// The longest that anything S3 says may be in our words.
const MAX_WORDS: usize = 240;

/// Answers that say no for now, with a status that otherwise means no: the body did not arrive as it
/// was sent, or the clock or the credentials were off and the next attempt has them put right
/// (Amazon S3 API Reference, "List of error codes").
const NOT_YET: [&str; 9] = [
    "BadDigest",
    "XAmzContentChecksumMismatch",
    "XAmzContentSHA256Mismatch",
    "IncompleteBody",
    "RequestTimeout",
    "RequestTimeTooSkewed",
    "ExpiredToken",
    "OperationAborted",
    "SlowDown",
];

/// A place in S3.
#[derive(Debug)]
pub(crate) struct S3 {
    client: Client,
    destination: Destination,
}

impl S3 {
    /// A client made from the environment and the metadata service alone. The SDK's own way of
    /// finding its settings is not taken: it would read `~/.aws`, and that was written by whoever
    /// made the image.
    pub(crate) fn new(
        destination: Destination,
        region: String,
        metadata: imds::Client,
        http: SharedHttpClient,
        budget: Duration,
    ) -> Self {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(credentials(metadata))
            .http_client(http)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout((budget / 6).clamp(ATTEMPT.0, Duration::from_secs(5)))
                    .operation_attempt_timeout((budget / 6).clamp(ATTEMPT.0, ATTEMPT.1))
                    .build(),
            );
        if let Some(endpoint) = environment::endpoint() {
            config = config.endpoint_url(endpoint);
        }
        Self {
            client: Client::from_conf(config.build()),
            destination,
        }
    }
}

/// The environment's credentials where it has any, else the instance's role.
fn credentials(metadata: imds::Client) -> SharedCredentialsProvider {
    if has_credentials_in_environment() {
        return SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    }
    SharedCredentialsProvider::new(
        ImdsCredentialsProvider::builder()
            .configure(&ProviderConfig::empty())
            .imds_client(metadata)
            .build(),
    )
}

fn has_credentials_in_environment() -> bool {
    environment::variable("AWS_ACCESS_KEY_ID").is_some()
}

impl Store for S3 {
    async fn put(&self, object: &Object) -> Result<(), PutError> {
        self.client
            .put_object()
            .bucket(self.destination.bucket())
            .key(self.destination.key(&object.name))
            .content_type(object.content_type)
            .body(ByteStream::from(object.body.clone()))
            .send()
            .await
            .map(drop)
            .map_err(|error| in_words(&error))
    }
}

fn in_words(error: &SdkError<PutObjectError>) -> PutError {
    if let SdkError::ServiceError(service) = error {
        let status = service.raw().status().as_u16();
        return answer(status, service.err().code(), service.err().message());
    }
    let words = match error {
        SdkError::TimeoutError(_) => "S3 gave no answer in time".to_owned(),
        SdkError::ResponseError(_) => {
            format!("S3 gave an answer that is none: {}", root_cause(error))
        }
        SdkError::DispatchFailure(failure) if is_before_dispatch(failure) => {
            let place = match has_credentials_in_environment() {
                true => "environment",
                false => "instance metadata service",
            };
            format!("the {place} gave no credentials: {}", root_cause(error))
        }
        _ => format!("S3 could not be asked: {}", root_cause(error)),
    };
    PutError {
        refused: false,
        words: clean_line(&words, MAX_WORDS),
    }
}

/// Whether nothing was sent at all. The SDK's word for that is a connector's failure of no kind, which
/// no connector returns; what is left then is that credentials could not be had.
fn is_before_dispatch(failure: &DispatchFailure) -> bool {
    failure.is_other() && failure.as_other().is_none()
}

/// What S3 answered, for people, and whether it was a "no".
fn answer(status: u16, code: Option<&str>, message: Option<&str>) -> PutError {
    let code = code.unwrap_or("no reason");
    let refused = (300..500).contains(&status) && status != 429 && !NOT_YET.contains(&code);
    let verb = if refused { "refused it" } else { "failed" };
    let said = message.map_or_else(String::new, |message| format!(", {message}"));
    PutError {
        refused,
        words: clean_line(
            &format!("S3 {verb}: {code}{said} (HTTP {status})"),
            MAX_WORDS,
        ),
    }
}

/// The innermost error, which says what happened; those around it say where.
pub(crate) fn root_cause(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_from_a_bad_day() {
        for (status, code, refused) in [
            (403, Some("AccessDenied"), true),
            (404, Some("NoSuchBucket"), true),
            (301, Some("PermanentRedirect"), true),
            (403, Some("RequestTimeTooSkewed"), false),
            (400, Some("BadDigest"), false),
            (400, Some("XAmzContentChecksumMismatch"), false),
            (400, Some("RequestTimeout"), false),
            (503, Some("SlowDown"), false),
            (500, None, false),
            (429, None, false),
        ] {
            let error = answer(status, code, None);
            assert_eq!(error.refused, refused, "{error}");
        }
    }

    #[test]
    fn what_s3_says_is_cleaned_and_cut() {
        let error = answer(
            403,
            Some("AccessDenied"),
            Some(&format!("no\u{1b}[2J {}", "x".repeat(500))),
        );
        assert!(error.words.starts_with("S3 refused it: AccessDenied, no"));
        assert!(!error.words.contains('\u{1b}'));
        assert!(error.words.chars().count() <= MAX_WORDS);
    }
}
