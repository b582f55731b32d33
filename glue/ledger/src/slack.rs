//! Slack's Web API (<https://docs.slack.dev/apis/web-api>): a message in a channel, with a file or without.
//!
//! A file goes the way that `files.upload` was retired for: `files.getUploadURLExternal` gives a URL,
//! the bytes are posted there, and `files.completeUploadExternal` shares the file with a text. Until that last call
//! nobody sees anything, so what fails before it can be done again from the start.
//!
//! Nearly all answers are HTTP 200: `ok` tells whether it went well, and `error` is a word. Who is too quick gets
//! a 429 with `Retry-After` in seconds; that is waited for if it is short.

pub mod blocks;
pub mod error;
pub mod mrkdwn;
pub mod token;
mod transport;

use std::time::Duration;

use hardtarget_report::clean_line;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

pub use self::error::SlackError;
use self::token::Token;
use self::transport::{Request, WAITS, is_private, may_upload_to};

/// How long one request may take, all told; one that carries a file.
const LIMIT: Duration = Duration::from_secs(8);
const UPLOAD_LIMIT: Duration = Duration::from_secs(20);

/// How much of a word of Slack's is shown, and of what it explains, in characters.
const WORD: usize = 100;
const WHY: usize = 200;

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

impl Slack {
    /// A client of the API at `url`, which ends in `/`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            agent: transport::agent(),
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

    /// Shares a file, with a text in mrkdwn: that is one message. The text goes as [`blocks`].
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
            "blocks": blocks::sections(text),
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
        transport::send(&self.agent, request, waits).await?;
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
            authorization: Some(token.clone()),
            content_type,
            body,
            limit: LIMIT,
        })
    }

    /// A call of the API; its answer, if that is `ok`.
    async fn call(&self, request: Request, waits: &mut u32) -> Result<Value, SlackError> {
        let method = request.method;
        let answer = transport::send(&self.agent, request, waits).await?;
        read(method, &answer)
    }
}

/// What an answer of the API's `method` says, if that is `ok`.
#[doc(hidden)]
pub fn read(method: &'static str, answer: &str) -> Result<Value, SlackError> {
    let broken = |why: &str| SlackError::Broken {
        method,
        why: why.to_owned(),
    };
    let value: Value = serde_json::from_str(answer).map_err(|_| broken("the answer is no JSON"))?;
    match (value.get("ok"), value.get("error").and_then(Value::as_str)) {
        (Some(Value::Bool(true)), _) => Ok(value),
        (_, Some(word)) => Err(SlackError::Refused {
            method,
            word: clean_line(word, WORD),
            why: why(&value),
        }),
        _ => Err(broken("the answer says neither that it is ok nor why not")),
    }
}

/// What an answer says beyond its word: the first of its `response_metadata.messages`, or the scope that it `needed`
/// (<https://docs.slack.dev/apis/web-api/#responses>).
fn why(answer: &Value) -> Option<String> {
    let message = answer.pointer("/response_metadata/messages/0");
    let needed = answer.get("needed").and_then(Value::as_str);
    let said = match message.and_then(Value::as_str) {
        Some(message) => clean_line(message, WHY),
        None => format!("needed: {}", clean_line(needed?, WORD)),
    };
    (!said.trim().is_empty()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_slack_explains_is_told_on_one_line_and_cut() {
        let of = |answer: Value| why(&answer);
        let messages =
            json!({"messages": ["[ERROR] input must match regex pattern\u{202e}\n", "more"]});
        let said = of(json!({"error": "invalid_arguments", "response_metadata": messages}));
        let said = said.unwrap();
        assert!(said.starts_with("[ERROR] input must match regex pattern"));
        assert!(!said.contains(['\n', '\u{202e}']), "{said:?}");
        let scope =
            json!({"error": "missing_scope", "needed": "files:write", "provided": "chat:write"});
        assert_eq!(of(scope).as_deref(), Some("needed: files:write"));
        let long = json!({"response_metadata": {"messages": ["x".repeat(9_000)]}});
        assert!(of(long).unwrap().chars().count() <= WHY);
        for nothing in [
            json!({"error": "fatal_error"}),
            json!({"response_metadata": {"messages": [7]}}),
            json!({"response_metadata": {"messages": [" "]}}),
            json!({"response_metadata": null, "needed": 3}),
        ] {
            assert_eq!(of(nothing), None);
        }
    }
}
