//! The Slack channel: one message each, with a CSV if there is a list to it.

use anyhow::Context as _;
use hardtarget_aws::s3::Object;
use hardtarget_report::clean_line;
use jiff::tz::TimeZone;

use super::slack_message::{self, Place};
use crate::app::App;
use crate::change::{Change, Monthly, News};
use crate::csv;
use crate::slack::token::Token;
use crate::slack::{Attachment, SlackError};

/// The largest list that is attached, in bytes. A larger one is in the bucket, as the text says.
const LARGEST: usize = 32 * 1024 * 1024;

/// What is said.
struct Message {
    text: String,
    file: Option<Attachment>,
}

/// Says it. A token that Slack does not take is read again, once.
pub async fn send(app: &App, news: &News) -> anyhow::Result<()> {
    let message = compose(app, news).await?;
    if let Some(token) = app.slack_token.kept() {
        match say(app, &token, &message).await {
            Err(error) if error.is_of_the_token() => app.slack_token.forget(),
            said => return Ok(said?),
        }
    }
    let token = app.slack_token.read(&app.ssm).await?;
    let said = say(app, &token, &message).await;
    if said.as_ref().is_err_and(SlackError::is_of_the_token) {
        app.slack_token.forget();
    }
    Ok(said?)
}

async fn say(app: &App, token: &Token, message: &Message) -> Result<(), SlackError> {
    let (slack, channel) = (&app.slack, &app.config.slack_channel);
    match &message.file {
        Some(file) => slack.share(token, channel, &message.text, file).await,
        None => slack.post(token, channel, &message.text).await,
    }
}

async fn compose(app: &App, news: &News) -> anyhow::Result<Message> {
    let place = Place {
        bucket: &app.config.bucket,
        region: &app.config.region,
    };
    Ok(match news {
        News::Change(change) => Message {
            text: slack_message::change(change, place),
            file: new_ones(change)?,
        },
        News::Monthly(monthly) => {
            let file = list(app, monthly).await?;
            Message {
                text: slack_message::monthly(monthly, place, file.is_some()),
                file,
            }
        }
        News::Golden(golden) => Message {
            text: slack_message::golden(golden),
            file: None,
        },
        News::StillOpen(_) => anyhow::bail!("what is still open is no news for people"),
    })
}

/// All that is new or returned, if anything is.
fn new_ones(change: &Change) -> Result<Option<Attachment>, csv::CsvError> {
    if change.new.is_empty() && change.returned.is_empty() {
        return Ok(None);
    }
    let day = change.at.to_zoned(TimeZone::UTC).date();
    let target = change.target.name();
    Ok(Some(Attachment {
        name: format!("new-{}-{day}.csv", file_name(target)),
        title: format!("New in {}, {day}", clean_line(target, 100)),
        body: csv::of_change(change)?.into_bytes(),
    }))
}

/// The month's list, if it is not too large.
async fn list(app: &App, monthly: &Monthly) -> anyhow::Result<Option<Attachment>> {
    let key = &monthly.csv;
    let body = match app.s3.get(key, LARGEST).await? {
        Object::TooLarge => return Ok(None),
        Object::Body(body) => Some(body),
        Object::Missing => None,
    };
    let body = body.with_context(|| format!("the month's list {key} is not there"))?;
    Ok((!body.is_empty()).then(|| Attachment {
        name: format!("open-{}.csv", file_name(&monthly.month)),
        title: format!("Open in {}", clean_line(&monthly.month, 20)),
        body,
    }))
}

/// What a file can be called everywhere.
fn file_name(text: &str) -> String {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = text.chars().take(60);
    name.map(|c| if usable(c) { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::sample;

    #[test]
    fn the_list_is_named_after_its_target_and_day() {
        let file = new_ones(&sample::change()).unwrap().unwrap();
        assert_eq!(file.name, "new-web-2026-11-21.csv");
        assert_eq!(file.title, "New in web, 2026-11-21");
        let hostile = new_ones(&sample::hostile()).unwrap().unwrap();
        assert_eq!(hostile.name, "new---here--web--2026-11-21.csv");
        assert_eq!(new_ones(&sample::nothing_new()).unwrap(), None);
    }
}
