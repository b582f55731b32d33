//! Something is told: to Slack, to the topic and to Security Hub, each on its own.
//!
//! What a channel was told stands in the ledger (see [`told`]) as soon as it was: when one fails, the message goes
//! back to the queue and only that one is told when it comes again, until the queue gives up and lays the
//! message aside. All are told at the same time, so one that hangs takes no time from the others. None is told
//! twice because of another, but each is told *at least* once, not once: when the function dies between the
//! telling and the row, or an answer gets lost on the way, it is told again.
//!
//! Not every channel is told everything: see [`Channel::wants`].

pub mod asff;
pub mod slack;
pub mod slack_message;
pub mod told;
pub mod topic;

use anyhow::Context as _;
use futures_util::future::join_all;
use hardtarget_aws::s3::Object;
use jiff::Timestamp;
use tracing::{info, warn};

use crate::app::App;
use crate::change::{Change, News};
use crate::config::Config;

/// How much there may be to tell, in bytes: some 50,000 findings.
const LARGEST: usize = 32 * 1024 * 1024;

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The topic, see [`topic`].
    Topic,
    /// Security Hub, see [`asff`].
    SecurityHub,
    /// A Slack channel, see [`slack`].
    Slack,
}

impl Channel {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Topic, Self::SecurityHub, Self::Slack];

    /// Its name in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Topic => "sns",
            Self::SecurityHub => "security_hub",
            Self::Slack => "slack",
        }
    }

    /// Whether it is to be told: the topic is told everything; Slack a change that has something new, returned,
    /// fixed or gone, or any if so configured, and all else; Security Hub such changes alone, and what is waived or
    /// told in no words. What is still open is for Security Hub and for nobody else.
    #[must_use]
    pub fn wants(self, news: &News, config: &Config) -> bool {
        let changed = |change: &Change| {
            let Change {
                new,
                returned,
                fixed,
                gone,
                ..
            } = change;
            [new, returned, fixed, gone]
                .iter()
                .any(|list| !list.is_empty())
        };
        let kept = |change: &Change| {
            let Change {
                waived,
                quietly_opened,
                quietly_closed,
                ..
            } = change;
            let lists = [waived, quietly_opened, quietly_closed];
            lists.iter().any(|list| !list.is_empty())
        };
        match (self, news) {
            (Self::SecurityHub, News::StillOpen(_)) => config.security_hub,
            (Self::Topic | Self::Slack, News::StillOpen(_)) => false,
            (Self::Topic, _) => !config.topic_arn.is_empty(),
            (Self::SecurityHub, News::Change(change)) => {
                config.security_hub && (changed(change) || kept(change))
            }
            (Self::SecurityHub, _) => false,
            (Self::Slack, News::Change(change)) => {
                !config.slack_channel.is_empty() && (config.tell_nothing_new || changed(change))
            }
            (Self::Slack, _) => !config.slack_channel.is_empty(),
        }
    }
}

/// Tells what stands under `key` to all that were not told yet. An error names those that could not be told.
pub async fn tell(app: &App, key: &str, now: Timestamp) -> anyhow::Result<()> {
    let Some(news) = read(app, key).await? else {
        warn!(key, "what was to be told is not there any more");
        return Ok(());
    };
    let id = id(key);
    let told = told::read(&app.ledger, id).await?;
    let open = Channel::ALL
        .into_iter()
        .filter(|channel| channel.wants(&news, &app.config) && !told.contains_key(channel.name()));
    let turns = open.map(|channel| turn(app, channel, &news, key, now));
    let failed: Vec<String> = join_all(turns).await.into_iter().flatten().collect();
    anyhow::ensure!(failed.is_empty(), "not told: {}", failed.join("; "));
    Ok(())
}

/// One channel's turn; why it failed, if it did.
async fn turn(
    app: &App,
    channel: Channel,
    news: &News,
    key: &str,
    now: Timestamp,
) -> Option<String> {
    let told = async {
        match channel {
            Channel::Topic => topic::publish(app, news, key).await?,
            Channel::SecurityHub => asff::import(app, news).await?,
            Channel::Slack => slack::send(app, news).await?,
        }
        told::mark(&app.ledger, id(key), channel.name(), now)
            .await
            .context("it was told, but the ledger does not know")
    };
    match told.await {
        Ok(()) => {
            info!(key, channel = channel.name(), "told");
            None
        }
        Err(error) => Some(format!("{}: {error:#}", channel.name())),
    }
}

async fn read(app: &App, key: &str) -> anyhow::Result<Option<News>> {
    match app.s3.get(key, LARGEST).await? {
        Object::Missing => Ok(None),
        Object::TooLarge => anyhow::bail!("{key} is larger than {LARGEST} bytes"),
        Object::Body(body) => {
            let news = serde_json::from_slice(&body);
            Ok(Some(news.with_context(|| format!("{key} is no news"))?))
        }
    }
}

/// The id of what is told: `changes/2026/11/<id>.json`.
fn id(key: &str) -> &str {
    let name = key.rsplit('/').next().unwrap_or(key);
    name.strip_suffix(".json").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::sample;

    fn config(settings: &[(&str, &str)]) -> Config {
        let given = |name: &str| {
            let found = settings.iter().find(|(one, _)| *one == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Config::read(given).unwrap()
    }

    fn told(news: &News, settings: &[(&str, &str)]) -> Vec<&'static str> {
        let config = config(settings);
        let wants = Channel::ALL
            .into_iter()
            .filter(|one| one.wants(news, &config));
        wants.map(Channel::name).collect()
    }

    const ALL: [(&str, &str); 3] = [
        (
            "HARDTARGET_TOPIC_ARN",
            "arn:aws:sns:eu-west-1:123456789012:news",
        ),
        ("HARDTARGET_SLACK_CHANNEL", "C1"),
        ("HARDTARGET_SECURITY_HUB", "true"),
    ];

    #[test]
    fn who_is_told_what() {
        let change = News::Change(sample::change());
        assert_eq!(told(&change, &ALL), ["sns", "security_hub", "slack"]);
        assert!(told(&change, &[]).is_empty());
        let nothing = News::Change(sample::nothing_new());
        assert_eq!(told(&nothing, &ALL), ["sns"]);
        assert_eq!(
            told(&News::Change(sample::terminated()), &ALL),
            ["sns", "security_hub", "slack"]
        );
        // What is part of another finding now is said to nobody, but kept where lists are.
        let quiet = News::Change(Change {
            quietly_closed: sample::change().fixed,
            ..sample::nothing_new()
        });
        assert_eq!(told(&quiet, &ALL), ["sns", "security_hub"]);
        let asked = [ALL.as_slice(), &[("HARDTARGET_TELL_NOTHING_NEW", "true")]].concat();
        assert_eq!(told(&nothing, &asked), ["sns", "slack"]);
        for news in [
            News::Monthly(sample::monthly()),
            News::Golden(sample::golden()),
        ] {
            assert_eq!(told(&news, &ALL), ["sns", "slack"]);
        }
        let still = News::StillOpen(sample::still_open());
        assert_eq!(told(&still, &ALL), ["security_hub"]);
        assert!(told(&still, &ALL[..2]).is_empty());
    }

    #[test]
    fn a_change_is_known_by_its_name() {
        assert_eq!(id("changes/2026/11/5a7c.json"), "5a7c");
    }
}
