//! The one object in S3 that the file of advisories is. Its metadata tell its SHA-256 and what it holds.

use std::path::Path;

use anyhow::Context as _;
use aws_config::{BehaviorVersion, retry::RetryConfig};
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::{Builder, tls};

/// How often a call is tried.
const TRIES: u32 = 4;

/// The object.
#[derive(Debug, Clone)]
pub struct Store {
    client: aws_sdk_s3::Client,
    bucket: String,
    key: String,
}

/// What the metadata of the object tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// How many releases the file tells of.
    pub sections: usize,
    /// Which feeds it is made of, see [`super::config::Config::fingerprint`].
    pub feeds: String,
    /// Its SHA-256.
    pub sha256: String,
}

impl Store {
    /// The object `key` in `bucket`, with region and credentials from Lambda's environment.
    pub async fn new(bucket: &str, key: &str) -> Self {
        let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        let shared = aws_config::defaults(BehaviorVersion::latest())
            .http_client(Builder::new().tls_provider(ring).build_https())
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
            .load()
            .await;
        Self {
            client: aws_sdk_s3::Client::new(&shared),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        }
    }

    /// What is there now; `None` if there is nothing, or nothing that says what it is.
    ///
    /// # Errors
    /// What S3 says.
    pub async fn state(&self) -> anyhow::Result<Option<State>> {
        let request = self.client.head_object().bucket(&self.bucket);
        let head = match request.key(&self.key).send().await {
            Ok(head) => head,
            Err(error) => {
                let status = error
                    .raw_response()
                    .map(|response| response.status().as_u16());
                // To whom may not list the bucket, what is missing is forbidden.
                if matches!(status, Some(403 | 404)) {
                    return Ok(None);
                }
                return Err(self.failed("HeadObject", DisplayErrorContext(error)));
            }
        };
        let metadata = head.metadata.unwrap_or_default();
        let text = |name: &str| metadata.get(name).cloned();
        let sections = text("sections").and_then(|sections| sections.parse().ok());
        let state = sections.zip(text("feeds")).zip(text("sha256"));
        Ok(state.map(|((sections, feeds), sha256)| State {
            sections,
            feeds,
            sha256,
        }))
    }

    /// Puts a file there.
    ///
    /// # Errors
    /// What S3 says.
    pub async fn put(&self, file: &Path, state: &State) -> anyhow::Result<()> {
        let body = ByteStream::from_path(file).await;
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(&self.key)
            .content_type("application/octet-stream")
            .metadata("sha256", &state.sha256)
            .metadata("sections", state.sections.to_string())
            .metadata("feeds", &state.feeds)
            .body(body.with_context(|| file.display().to_string())?)
            .send()
            .await
            .map_err(|error| self.failed("PutObject", DisplayErrorContext(error)))?;
        Ok(())
    }

    fn failed(&self, call: &str, error: impl std::fmt::Display) -> anyhow::Error {
        anyhow::anyhow!("{call} of s3://{}/{}: {error}", self.bucket, self.key)
    }
}
