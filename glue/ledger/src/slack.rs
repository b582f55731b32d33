//! Slack's Web API (<https://docs.slack.dev/apis/web-api>): a message in a channel, with a file or without.
//!
//! A file goes the way that `files.upload` was retired for: `files.getUploadURLExternal` gives a URL,
//! the bytes are posted there, and `files.completeUploadExternal` shares the file with a comment. Until that last call
//! nobody sees anything, so what fails before it can be done again from the start.
//!
//! Nearly all answers are HTTP 200: `ok` tells whether it went well, and `error` is a word. Who is too quick gets
//! a 429 with `Retry-After` in seconds; that is waited for if it is short.

pub mod mrkdwn;
pub mod token;

use std::time::Duration;

use hardtarget_report::clean_line;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use ureq::http::Uri;

use self::token::Token;

/// How long one request may take, all told; one that carries a file.
const LIMIT: Duration = Duration::from_secs(8);
const UPLOAD_LIMIT: Duration = Duration::from_secs(20);

/// How much of an answer is read, in bytes.
const ANSWER: u64 = 256 * 1024;

/// The longest `Retry-After` that is waited for, and how often in one message. The function has a minute, and a
/// message that waits in the queue costs nothing.
const PATIENCE: u64 = 5;
const WAITS: u32 = 2;

/// How much of a word of Slack's is shown, in characters.
const WORD: usize = 100;

/// The API.
#[derive(Debug, Clone)]
pub struct Slack {
    agent: ureq::Agent,
    url: String,
}

/// A file to share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, with the suffix by which Slack knows what it is.
    pub name: String,
    /// What stands above it.
    pub title: String,
    /// Its bytes; not none.
    pub body: Vec<u8>,
}

/// Why Slack was not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlackError {
    /// It said no, with a word of its own, and what can be done about it if that is known.
    #[error("Slack's {method} says {word}{}", hint(word).map(|hint| format!(": {hint}")).unwrap_or_default())]
    Refused {
        /// The API's method.
        method: &'static str,
        /// Its word.
        word: String,
    },
    /// It is asked too often.
    #[error("Slack's {method} wants to be left alone for {seconds} s")]
    Limited {
        /// The API's method.
        method: &'static str,
        /// For how long.
        seconds: u64,
    },
    /// It answered something else.
    #[error("Slack's {method} answered HTTP {status}")]
    Status {
        /// The API's method.
        method: &'static str,
        /// The status.
        status: u16,
    },
    /// No answer, or none that can be read.
    #[error("Slack's {method}: {why}")]
    Broken {
        /// The API's method.
        method: &'static str,
        /// What happened.
        why: String,
    },
}

impl SlackError {
    /// Whether another token may help: this one is wrong, or not one any more.
    #[must_use]
    pub fn is_of_the_token(&self) -> bool {
        let Self::Refused { word, .. } = self else {
            return false;
        };
        matches!(
            word.as_str(),
            "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive"
        )
    }
}

/// What somebody can do about a word of Slack's.
fn hint(word: &str) -> Option<&'static str> {
    Some(match word {
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" => {
            "put the app's current bot token (xoxb-…) into the parameter that HARDTARGET_SLACK_TOKEN_PARAMETER names"
        }
        "missing_scope" => {
            "give the app the bot scopes chat:write and files:write, and install it in the workspace again"
        }
        "not_in_channel" => "invite the app to the channel",
        "channel_not_found" => {
            "HARDTARGET_SLACK_CHANNEL has to be a channel's id (C…), and the app has to be invited there"
        }
        "is_archived" => "HARDTARGET_SLACK_CHANNEL has to be a channel that is in use",
        _ => return None,
    })
}

struct Request {
    method: &'static str,
    url: String,
    authorization: Option<String>,
    content_type: &'static str,
    body: Vec<u8>,
    limit: Duration,
}

struct Answer {
    status: u16,
    retry_after: Option<u64>,
    body: String,
}

impl Slack {
    /// A client of the API at `url`, which ends in `/`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // The token goes to Slack, not to where Slack's answer points.
            .max_redirects(0)
            .user_agent(concat!("hardtarget/", env!("CARGO_PKG_VERSION")))
            .build();
        Self {
            agent: config.into(),
            url: url.to_owned(),
        }
    }

    /// Posts a message, in mrkdwn.
    pub async fn post(&self, token: &Token, channel: &str, text: &str) -> Result<(), SlackError> {
        let arguments = json!({
            "channel": channel,
            "text": text,
            "parse": "none",
            "unfurl_links": false,
            "unfurl_media": false,
        });
        let request = self.json("chat.postMessage", token, &arguments)?;
        let mut waits = WAITS;
        self.call(request, &mut waits).await?;
        Ok(())
    }

    /// Shares a file, with a comment in mrkdwn: that is one message.
    pub async fn share(
        &self,
        token: &Token,
        channel: &str,
        text: &str,
        file: &Attachment,
    ) -> Result<(), SlackError> {
        const BEGIN: &str = "files.getUploadURLExternal";
        let mut left = WAITS;
        let waits = &mut left;
        let length = file.body.len().to_string();
        let form = [("filename", file.name.as_str()), ("length", &length)];
        let answer = self.call(self.form(BEGIN, token, &form)?, waits).await?;
        let text_of = |name: &str| {
            let found = answer.get(name).and_then(Value::as_str);
            found
                .map(ToOwned::to_owned)
                .ok_or_else(|| SlackError::Broken {
                    method: BEGIN,
                    why: format!("the answer has no {name}"),
                })
        };
        let (url, id) = (text_of("upload_url")?, text_of("file_id")?);
        self.upload(url, file, waits).await?;
        let arguments = json!({
            "files": [{"id": id, "title": file.title}],
            "channel_id": channel,
            "initial_comment": text,
        });
        let request = self.json("files.completeUploadExternal", token, &arguments)?;
        self.call(request, waits).await?;
        Ok(())
    }

    /// The bytes go to a URL that is as good as a password for that: without the token.
    async fn upload(
        &self,
        url: String,
        file: &Attachment,
        waits: &mut u32,
    ) -> Result<(), SlackError> {
        const METHOD: &str = "upload";
        if !may_upload_to(&url, &self.url) {
            let why = format!("{:?} is no place of Slack's", clean_line(&url, WORD));
            return Err(SlackError::Broken {
                method: METHOD,
                why,
            });
        }
        let request = Request {
            method: METHOD,
            url,
            authorization: None,
            content_type: "application/octet-stream",
            body: file.body.clone(),
            limit: UPLOAD_LIMIT,
        };
        self.patiently(request, waits).await?;
        Ok(())
    }

    fn json(
        &self,
        method: &'static str,
        token: &Token,
        arguments: &Value,
    ) -> Result<Request, SlackError> {
        let body = arguments.to_string().into_bytes();
        self.request(method, token, "application/json; charset=utf-8", body)
    }

    fn form(
        &self,
        method: &'static str,
        token: &Token,
        fields: &[(&str, &str)],
    ) -> Result<Request, SlackError> {
        let fields = fields.iter().map(|(name, value)| {
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        });
        let body = fields.collect::<Vec<_>>().join("&").into_bytes();
        self.request(method, token, "application/x-www-form-urlencoded", body)
    }

    fn request(
        &self,
        method: &'static str,
        token: &Token,
        content_type: &'static str,
        body: Vec<u8>,
    ) -> Result<Request, SlackError> {
        if !is_private(&self.url) {
            let why = "HARDTARGET_SLACK_URL has to begin with https://".to_owned();
            return Err(SlackError::Broken { method, why });
        }
        Ok(Request {
            method,
            url: format!("{}{method}", self.url),
            authorization: Some(format!("Bearer {}", token.reveal())),
            content_type,
            body,
            limit: LIMIT,
        })
    }

    /// A call of the API; its answer, if that is `ok`.
    async fn call(&self, request: Request, waits: &mut u32) -> Result<Value, SlackError> {
        let method = request.method;
        let answer = self.patiently(request, waits).await?;
        let broken = |why: &str| SlackError::Broken {
            method,
            why: why.to_owned(),
        };
        let value: Value =
            serde_json::from_str(&answer.body).map_err(|_| broken("the answer is no JSON"))?;
        match (value.get("ok"), value.get("error").and_then(Value::as_str)) {
            (Some(Value::Bool(true)), _) => Ok(value),
            (_, Some(word)) => Err(SlackError::Refused {
                method,
                word: clean_line(word, WORD),
            }),
            _ => Err(broken("the answer says neither that it is ok nor why not")),
        }
    }

    /// Sends a request, again after a short `Retry-After`; an answer with status 200.
    async fn patiently(&self, request: Request, waits: &mut u32) -> Result<Answer, SlackError> {
        let method = request.method;
        let request = std::sync::Arc::new(request);
        loop {
            let (agent, sent) = (self.agent.clone(), request.clone());
            let answer = tokio::task::spawn_blocking(move || send(&agent, &sent)).await;
            let answer = answer
                .map_err(|error| error.to_string())
                .and_then(|answer| answer)
                .map_err(|why| SlackError::Broken { method, why })?;
            match answer.status {
                200 => return Ok(answer),
                429 => {
                    let seconds = answer.retry_after.unwrap_or(PATIENCE + 1);
                    if seconds > PATIENCE || *waits == 0 {
                        return Err(SlackError::Limited { method, seconds });
                    }
                    *waits -= 1;
                    tokio::time::sleep(Duration::from_secs(seconds)).await;
                }
                status => return Err(SlackError::Status { method, status }),
            }
        }
    }
}

fn send(agent: &ureq::Agent, request: &Request) -> Result<Answer, String> {
    let mut sent = agent
        .post(&request.url)
        .config()
        .timeout_global(Some(request.limit))
        .build()
        .content_type(request.content_type);
    if let Some(authorization) = &request.authorization {
        sent = sent.header("Authorization", authorization);
    }
    let mut answer = sent
        .send(&request.body)
        .map_err(|error| error.to_string())?;
    let retry_after = answer.headers().get("Retry-After");
    let retry_after = retry_after.and_then(|seconds| seconds.to_str().ok()?.trim().parse().ok());
    let body = answer.body_mut().with_config().limit(ANSWER).read_to_vec();
    let body = body.map_err(|error| error.to_string())?;
    Ok(Answer {
        status: answer.status().as_u16(),
        retry_after,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// Whether nobody on the way can read what is sent there.
fn is_private(url: &str) -> bool {
    let Ok(url) = url.parse::<Uri>() else {
        return false;
    };
    let local = matches!(url.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    url.scheme_str() == Some("https") || url.scheme_str() == Some("http") && local
}

/// Whether a URL that the API gave is one of Slack's: by https on the API's host (`slack.com`) or below it
/// (`files.slack.com`), or at the very address that the settings name.
fn may_upload_to(url: &str, api: &str) -> bool {
    let (Ok(url), Ok(api)) = (url.parse::<Uri>(), api.parse::<Uri>()) else {
        return false;
    };
    let (Some(host), Some(of_api)) = (url.host(), api.host()) else {
        return false;
    };
    let (host, of_api) = (host.to_ascii_lowercase(), of_api.to_ascii_lowercase());
    let below = host.strip_suffix(&of_api);
    let is_slack = below.is_some_and(|below| below.is_empty() || below.ends_with('.'));
    let secure = url.scheme_str() == Some("https") && url.port_u16().is_none_or(|port| port == 443);
    let same = url.scheme() == api.scheme() && url.authority() == api.authority();
    same || secure && is_slack
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_only_where_slack_is() {
        let slack = "https://slack.com/api/";
        for url in [
            "https://files.slack.com/upload/v1/ABC",
            "https://slack.com/upload/v1/ABC",
            "https://FILES.SLACK.COM/upload",
        ] {
            assert!(may_upload_to(url, slack), "{url}");
        }
        for url in [
            "http://files.slack.com/upload/v1/ABC",
            "https://files.slack.com.evil.example/upload",
            "https://evilslack.com/upload",
            "https://slack.com@evil.example/upload",
            "https://files.slack.com:8443/upload",
            "file:///etc/passwd",
            "/upload",
            "",
        ] {
            assert!(!may_upload_to(url, slack), "{url}");
        }
        let government = "https://slack-gov.com/api/";
        assert!(may_upload_to("https://files.slack-gov.com/x", government));
        assert!(!may_upload_to("https://files.slack.com/x", government));
        let lab = "http://127.0.0.1:4711/api/";
        assert!(may_upload_to("http://127.0.0.1:4711/upload/1", lab));
        assert!(!may_upload_to("http://127.0.0.1:4712/upload/1", lab));
        assert!(!may_upload_to("http://169.254.169.254/latest", lab));
    }

    #[test]
    fn the_token_is_sent_where_nobody_listens() {
        assert!(is_private("https://slack.com/api/"));
        assert!(is_private("http://127.0.0.1:4711/api/"));
        for url in ["http://slack.com/api/", "slack.com", "ftp://slack.com/", ""] {
            assert!(!is_private(url), "{url}");
        }
    }

    #[test]
    fn what_slack_says_comes_with_what_to_do() {
        let of = |word: &str| SlackError::Refused {
            method: "chat.postMessage",
            word: word.to_owned(),
        };
        let wrong = of("invalid_auth");
        assert!(wrong.is_of_the_token());
        assert_eq!(
            wrong.to_string(),
            "Slack's chat.postMessage says invalid_auth: put the app's current bot token (xoxb-…) into the \
             parameter that HARDTARGET_SLACK_TOKEN_PARAMETER names"
        );
        assert_eq!(
            of("fatal_error").to_string(),
            "Slack's chat.postMessage says fatal_error"
        );
        assert!(!of("fatal_error").is_of_the_token());
    }
}
