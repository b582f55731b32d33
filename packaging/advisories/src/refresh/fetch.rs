//! Downloads over HTTPS, each with a limit: on its length, on how long nothing may come, and on how often
//! it is tried. Redirects are not followed: a feed that has moved is to be looked at by a person.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::Path;
use std::time::Duration;

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use tokio::time::{sleep, timeout};
use tracing::warn;

use super::config::is_secure;

/// How often a download is begun, and the pause before the second time; the next one is twice as long.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(1);

/// How long nothing may come.
const STALL: Duration = Duration::from_secs(30);

/// Why something could not be downloaded.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The bytes could be anybody's.
    #[error("{0} is not fetched: only https is")]
    Insecure(String),
    /// The server did not answer, or stopped in the middle.
    #[error("{url}: {why}")]
    Broken {
        /// What was asked for.
        url: String,
        /// What happened.
        why: String,
    },
    /// The server answered with something else.
    #[error("{url} was answered with HTTP {status}{}", if (300..400).contains(status) { ": it has moved" } else { "" })]
    Status {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// It is too long.
    #[error("{url} is longer than {limit} bytes")]
    TooLong {
        /// What was asked for.
        url: String,
        /// The limit.
        limit: u64,
    },
    /// It cannot be kept.
    #[error("{url} cannot be kept")]
    Write {
        /// What was asked for.
        url: String,
        /// What the system says.
        source: io::Error,
    },
}

impl FetchError {
    /// Whether it may work another time.
    const fn is_passing(&self) -> bool {
        match self {
            Self::Broken { .. } => true,
            Self::Status { status, .. } => matches!(status, 429 | 500..),
            _ => false,
        }
    }
}

/// What downloads.
#[derive(Debug)]
pub struct Client(Connector);

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// A client that trusts whom the system trusts.
    #[must_use]
    pub fn new() -> Self {
        let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        Self(Connector::builder().tls_provider(ring).build())
    }

    /// A text of at most `limit` bytes.
    ///
    /// # Errors
    /// That it cannot be had, or is no UTF-8.
    pub async fn text(&self, url: &str, limit: u64) -> Result<String, FetchError> {
        let bytes = self.tried(url, limit, || Ok(Vec::new())).await?;
        String::from_utf8(bytes).map_err(|_| FetchError::Broken {
            url: url.to_owned(),
            why: "it is no UTF-8".to_owned(),
        })
    }

    /// Downloads at most `limit` bytes into a file; gives their SHA-256.
    ///
    /// # Errors
    /// That it cannot be had or written.
    pub async fn file(&self, url: &str, path: &Path, limit: u64) -> Result<String, FetchError> {
        let write = |source| FetchError::Write {
            url: url.to_owned(),
            source,
        };
        self.tried(url, limit, || File::create(path).map_err(write))
            .await?;
        sha256(path).map_err(write)
    }

    /// Downloads into what `make` makes, which makes a new one each time it is tried.
    async fn tried<W: Write>(
        &self,
        url: &str,
        limit: u64,
        make: impl Fn() -> Result<W, FetchError>,
    ) -> Result<W, FetchError> {
        if !is_secure(url) {
            return Err(FetchError::Insecure(url.to_owned()));
        }
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.once(url, limit, make()?).await {
                Err(error) if error.is_passing() => warn!(%error, "is tried again"),
                done => return done,
            }
            sleep(pause).await;
            pause *= 2;
        }
        self.once(url, limit, make()?).await
    }

    async fn once<W: Write>(&self, url: &str, limit: u64, mut to: W) -> Result<W, FetchError> {
        let broken = |why: String| FetchError::Broken {
            url: url.to_owned(),
            why,
        };
        let stalled = |_| broken(format!("nothing came for {} seconds", STALL.as_secs()));
        let mut request = HttpRequest::get(url).map_err(|error| broken(error.to_string()))?;
        let agent = concat!("hardtarget-refresh/", env!("CARGO_PKG_VERSION"));
        request.headers_mut().insert("user-agent", agent);
        let answer = timeout(STALL, self.0.call(request))
            .await
            .map_err(stalled)?;
        let answer = answer.map_err(|error| broken(reasons(&error)))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(FetchError::Status {
                url: url.to_owned(),
                status,
            });
        }
        let mut body = ByteStream::new(answer.into_body());
        let mut length = 0;
        while let Some(part) = timeout(STALL, body.next()).await.map_err(stalled)? {
            let part = part.map_err(|error| broken(reasons(&error)))?;
            length += part.len() as u64;
            if length > limit {
                return Err(FetchError::TooLong {
                    url: url.to_owned(),
                    limit,
                });
            }
            to.write_all(&part).map_err(|source| FetchError::Write {
                url: url.to_owned(),
                source,
            })?;
        }
        Ok(to)
    }
}

/// An error with its causes, in one line.
fn reasons(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The SHA-256 of a file, as 64 hexadecimal digits.
///
/// # Errors
/// What the system says.
pub fn sha256(path: &Path) -> io::Result<String> {
    let (mut file, mut digest) = (File::open(path)?, Sha256::new());
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(HEXLOWER.encode(&digest.finalize())),
            count => digest.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}
