//! What the template tells the functions, by environment variables. Each function is given what it needs; what
//! it was not given stays empty, and is an error where it is asked for.

use jiff::SignedDuration;

/// The settings, see [`Config::read`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `HARDTARGET_BUCKET`: the bucket of reports.
    pub bucket: String,
    /// `HARDTARGET_LEDGER_TABLE`: entries, looks, snoozes, runs, what was told.
    pub ledger_table: String,
    /// `HARDTARGET_LEDGER_BY`: `family` (unless said) or `ami`: what reports are held against.
    pub by_ami: bool,
    /// `HARDTARGET_HISTORY_DAYS`: how long what is fixed is kept; 400 unless said.
    pub history: SignedDuration,
    /// `HARDTARGET_COMPLIANCE_TYPES`: types of compliance items, separated by commas;
    /// `Custom:InSpec,Custom:Inspec` unless said. Two that differ in case alone are two spellings of one type.
    pub compliance_types: Vec<String>,
    /// `HARDTARGET_LEDGER_QUEUE_URL`: the queue that the ledger works off.
    pub ledger_queue_url: String,
    /// `HARDTARGET_SLACK_CHANNEL`: the channel's id; empty for no Slack.
    pub slack_channel: String,
    /// `HARDTARGET_SLACK_TOKEN_PARAMETER`: the name of the SSM parameter (SecureString, or
    /// `/aws/reference/secretsmanager/NAME`) that holds the bot's token.
    pub slack_token_parameter: String,
    /// `HARDTARGET_SLACK_URL`: where Slack's API is; `https://slack.com/api/` unless said.
    pub slack_url: String,
    /// `HARDTARGET_TELL_NOTHING_NEW`: whether a look that changed nothing is told in Slack too.
    pub tell_nothing_new: bool,
    /// `HARDTARGET_TOPIC_ARN`: the topic that is told everything as JSON; empty for none.
    pub topic_arn: String,
    /// `HARDTARGET_SECURITY_HUB`: whether findings go to Security Hub.
    pub security_hub: bool,
    /// `HARDTARGET_GOLDEN_PARAMETER`: the name of the SSM parameter that holds the golden list; empty for none.
    pub golden_parameter: String,
    /// `HARDTARGET_LAUNCH_QUEUE_URL`: the queue of AMIs that wait for their assessment.
    pub launch_queue_url: String,
    /// `HARDTARGET_GOLDEN_HOURS`: after how many hours a golden run is given up; 12 unless said.
    pub golden_patience: SignedDuration,
    /// `HARDTARGET_ACCOUNT`: this account.
    pub account: String,
    /// `AWS_REGION`: this region.
    pub region: String,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {why}")]
pub struct ConfigError {
    variable: &'static str,
    why: String,
}

impl Config {
    /// Reads the settings from where `variable` finds them.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let text = |name: &str| variable(name).unwrap_or_default();
        let or = |name: &str, default: &str| {
            let value = variable(name).filter(|value| !value.is_empty());
            value.unwrap_or_else(|| default.to_owned())
        };
        let number = |name: &'static str, default: &str| {
            let value = or(name, default);
            value
                .parse::<i32>()
                .ok()
                .filter(|value| *value > 0)
                .ok_or_else(|| ConfigError {
                    variable: name,
                    why: format!("{value:?} is no whole number above 0"),
                })
        };
        let is = |name: &'static str| match text(name).as_str() {
            "" | "false" => Ok(false),
            "true" => Ok(true),
            other => Err(ConfigError {
                variable: name,
                why: format!("{other:?} is neither true nor false"),
            }),
        };
        let by_ami = match or("HARDTARGET_LEDGER_BY", "family").as_str() {
            "family" => false,
            "ami" => true,
            other => {
                let why = format!("{other:?} is neither family nor ami");
                return Err(ConfigError {
                    variable: "HARDTARGET_LEDGER_BY",
                    why,
                });
            }
        };
        let types = or("HARDTARGET_COMPLIANCE_TYPES", "Custom:InSpec,Custom:Inspec");
        let types = types
            .split(',')
            .map(str::trim)
            .filter(|one| !one.is_empty());
        let days = number("HARDTARGET_HISTORY_DAYS", "400")?;
        let hours = number("HARDTARGET_GOLDEN_HOURS", "12")?;
        Ok(Self {
            bucket: text("HARDTARGET_BUCKET"),
            ledger_table: text("HARDTARGET_LEDGER_TABLE"),
            by_ami,
            history: SignedDuration::from_hours(24 * i64::from(days)),
            compliance_types: types.map(ToOwned::to_owned).collect(),
            ledger_queue_url: text("HARDTARGET_LEDGER_QUEUE_URL"),
            slack_channel: text("HARDTARGET_SLACK_CHANNEL"),
            slack_token_parameter: text("HARDTARGET_SLACK_TOKEN_PARAMETER"),
            slack_url: or("HARDTARGET_SLACK_URL", "https://slack.com/api/"),
            tell_nothing_new: is("HARDTARGET_TELL_NOTHING_NEW")?,
            topic_arn: text("HARDTARGET_TOPIC_ARN"),
            security_hub: is("HARDTARGET_SECURITY_HUB")?,
            golden_parameter: text("HARDTARGET_GOLDEN_PARAMETER"),
            launch_queue_url: text("HARDTARGET_LAUNCH_QUEUE_URL"),
            golden_patience: SignedDuration::from_hours(i64::from(hours)),
            account: text("HARDTARGET_ACCOUNT"),
            region: text("AWS_REGION"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_has_a_default_and_nonsense_is_refused() {
        let config = Config::read(|_| None).unwrap();
        assert_eq!(config.compliance_types, ["Custom:InSpec", "Custom:Inspec"]);
        assert_eq!(config.slack_url, "https://slack.com/api/");
        assert!(!config.by_ami && !config.security_hub);
        for (name, value) in [
            ("HARDTARGET_LEDGER_BY", "host"),
            ("HARDTARGET_HISTORY_DAYS", "-1"),
            ("HARDTARGET_GOLDEN_HOURS", "soon"),
            ("HARDTARGET_SECURITY_HUB", "yes"),
        ] {
            let error =
                Config::read(|asked| (asked == name).then(|| value.to_owned())).unwrap_err();
            assert!(error.to_string().starts_with(name), "{error}");
        }
    }
}
