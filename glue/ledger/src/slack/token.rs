//! The bot's token: read from Systems Manager when it is first needed, kept for as long as the process lives,
//! and read again when Slack says that it is no good. It is in no environment, no log and no error.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::aws::{self, ssm::Ssm};

/// A bot's token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token itself, for a request's header.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why there is no token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TokenError {
    /// No parameter is named.
    #[error(
        "a Slack channel is set but no HARDTARGET_SLACK_TOKEN_PARAMETER: name the SSM parameter with the bot's token"
    )]
    NotNamed,
    /// There is no such parameter.
    #[error(
        "there is no SSM parameter {0}: put the Slack app's bot token (xoxb-…) there, as a SecureString"
    )]
    Missing(String),
    /// It holds something else.
    #[error(
        "the SSM parameter {0} holds no token: it has to be the Slack app's bot token (xoxb-…), or JSON with it as \"token\""
    )]
    Unusable(String),
    /// Systems Manager did not give it.
    #[error("read Slack's token from the SSM parameter {0}")]
    Unread(String, #[source] aws::Error),
}

/// Where the token is kept.
#[derive(Debug)]
pub struct Keeper {
    parameter: String,
    kept: Mutex<Option<Token>>,
}

impl Keeper {
    /// A keeper of the token in the parameter of that name.
    #[must_use]
    pub fn new(parameter: &str) -> Self {
        Self {
            parameter: parameter.to_owned(),
            kept: Mutex::new(None),
        }
    }

    /// The token, if it was read before.
    #[must_use]
    pub fn kept(&self) -> Option<Token> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Keeps no token: the next one is read afresh.
    pub fn forget(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Reads the token and keeps it.
    pub async fn read(&self, ssm: &Ssm) -> Result<Token, TokenError> {
        let name = || self.parameter.clone();
        if self.parameter.is_empty() {
            return Err(TokenError::NotNamed);
        }
        let value = ssm.parameter(&self.parameter).await;
        let value = value.map_err(|error| TokenError::Unread(name(), error))?;
        let value = value.ok_or_else(|| TokenError::Missing(name()))?;
        let token = parse(&value).ok_or_else(|| TokenError::Unusable(name()))?;
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }
}

/// The token in a parameter's or a secret's value: the value itself, or the member `token` of an object.
fn parse(value: &str) -> Option<Token> {
    let text = match serde_json::from_str::<Value>(value) {
        Ok(Value::Object(members)) => members.get("token")?.as_str()?.to_owned(),
        Ok(Value::String(text)) => text,
        _ => value.to_owned(),
    };
    let text = text.trim();
    let usable =
        !text.is_empty() && text.len() <= 1000 && text.chars().all(|c| c.is_ascii_graphic());
    usable.then(|| Token(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_or_in_json() {
        for value in [
            "xoxb-1-abc",
            " xoxb-1-abc\n",
            "\"xoxb-1-abc\"",
            "{\"token\": \"xoxb-1-abc\", \"team\": \"T1\"}",
        ] {
            assert_eq!(
                parse(value),
                Some(Token("xoxb-1-abc".to_owned())),
                "{value}"
            );
        }
        for value in [
            "",
            " ",
            "{}",
            "{\"token\": 7}",
            "{\"token\": \"\"}",
            "xoxb-1\r\nX-Evil: 1",
            "two words",
        ] {
            assert_eq!(parse(value), None, "{value}");
        }
    }

    #[test]
    fn it_is_not_shown() {
        let token = parse("xoxb-1-abc").unwrap();
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
