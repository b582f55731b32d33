//! Why Slack was not told, and what somebody can do about it.

/// Why Slack was not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlackError {
    /// It said no, with a word of its own, and what can be done about it if that is known.
    #[error("Slack's {method} says {word}{}{}", explained(why.as_deref()), hinted(word))]
    Refused {
        /// The API's method.
        method: &'static str,
        /// Its word.
        word: String,
        /// What it explained.
        why: Option<String>,
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

fn explained(why: Option<&str>) -> String {
    why.map(|why| format!(" ({why})")).unwrap_or_default()
}

fn hinted(word: &str) -> String {
    hint(word)
        .map(|hint| format!(": {hint}"))
        .unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_slack_says_comes_with_what_to_do() {
        let of = |word: &str| SlackError::Refused {
            method: "chat.postMessage",
            word: word.to_owned(),
            why: None,
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
        let explained = SlackError::Refused {
            method: "files.completeUploadExternal",
            word: "missing_scope".to_owned(),
            why: Some("needed: files:write".to_owned()),
        };
        assert_eq!(
            explained.to_string(),
            "Slack's files.completeUploadExternal says missing_scope (needed: files:write): give the app the bot \
             scopes chat:write and files:write, and install it in the workspace again"
        );
    }
}
