//! How a request gets to Slack: where it may go, how long it may take, and how often Slack may say "not now".

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;

use super::error::SlackError;
use super::token::Token;

/// How much of an answer is read, in bytes.
const ANSWER: u64 = 256 * 1024;

/// The longest `Retry-After` that is waited for, and how often in one message. The function has three minutes,
/// and a message that waits in the queue costs nothing.
const PATIENCE: u64 = 5;
pub(super) const WAITS: u32 = 2;

/// An agent that follows no redirects: the token goes to Slack, not to where an answer points.
pub(super) fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("hardtarget/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// One POST.
#[derive(Debug)]
pub(super) struct Request {
    /// What it is called in errors.
    pub(super) method: &'static str,
    pub(super) url: String,
    /// With the token, where that belongs.
    pub(super) authorization: Option<Token>,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    /// How long it may take, all told.
    pub(super) limit: Duration,
}

struct Answer {
    status: u16,
    retry_after: Option<u64>,
    body: String,
}

/// Sends a request, again after a short `Retry-After`; the body of an answer with status 200. `waits` counts down how
/// often it may still be waited for.
pub(super) async fn send(
    agent: &Agent,
    request: Request,
    waits: &mut u32,
) -> Result<String, SlackError> {
    let method = request.method;
    let request = Arc::new(request);
    loop {
        let (agent, sent) = (agent.clone(), request.clone());
        let answer = tokio::task::spawn_blocking(move || post(&agent, &sent)).await;
        let answer = answer
            .map_err(|error| error.to_string())
            .and_then(|answer| answer)
            .map_err(|why| SlackError::Broken { method, why })?;
        match answer.status {
            200 => return Ok(answer.body),
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

fn post(agent: &Agent, request: &Request) -> Result<Answer, String> {
    let mut sent = agent
        .post(&request.url)
        .config()
        .timeout_global(Some(request.limit))
        .build()
        .content_type(request.content_type);
    if let Some(token) = &request.authorization {
        sent = sent.header("Authorization", format!("Bearer {}", token.reveal()));
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
pub(super) fn is_private(url: &str) -> bool {
    let Ok(url) = url.parse::<Uri>() else {
        return false;
    };
    let local = matches!(url.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    url.scheme_str() == Some("https") || url.scheme_str() == Some("http") && local
}

/// Whether a URL that the API gave is one of Slack's: by https on the API's host (`slack.com`) or below it
/// (`files.slack.com`), or at the very address that the settings name.
pub(super) fn may_upload_to(url: &str, api: &str) -> bool {
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
}
