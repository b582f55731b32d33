//! The golden list: AMIs that are assessed again by schedule, with the advisories of the day.
//!
//! A run begins by `{"golden": true}`: the list is read from its SSM parameter and an order for each AMI goes to
//! the launch queue. The answers are the AMIs' `image.json`, as they arrive, or as they are looked up every
//! quarter of an hour, should an event have been lost. When all are in or given up, one object under `changes/`
//! tells of the run.

pub mod changes;
pub mod flow;
pub mod list;
pub mod message;
pub mod outcome;
pub mod run;
pub mod user_data;

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use hardtarget_report::clean_line;
use hardtarget_report::image_status::ImageStatus;
use hardtarget_report::refusal::{self, Refusal};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use tracing::{info, warn};

use crate::app::App;
use crate::aws;
use crate::aws::s3::Object;
use crate::change::{self, News};
use crate::fleet::page::Shelf as _;
use crate::published::{LONGEST_DIFF, LONGEST_IMAGE, LONGEST_REPORT, key};

use changes::Changes;
use flow::Outside;
use list::Wanted;
use outcome::Outcome;
use run::Run;

/// Begins a run. The answer says what came of it, see [`flow::start`].
pub async fn start(app: &App, now: Timestamp) -> anyhow::Result<Value> {
    if app.config.golden_parameter.is_empty() {
        bail!("there is no golden list: HARDTARGET_GOLDEN_PARAMETER names no parameter");
    }
    flow::start(&app.ledger, app, app.config.golden_patience, now).await
}

/// An AMI's `image.json` was written under this key, see [`flow::arrived`].
pub async fn image(app: &App, key: &str, now: Timestamp) -> anyhow::Result<()> {
    match ami_of(key) {
        Some(ami) => flow::arrived(&app.ledger, app, ami, key, now).await,
        None => Ok(()),
    }
}

/// Looks after the open run, see [`flow::check`].
pub async fn check(app: &App, now: Timestamp) -> anyhow::Result<()> {
    flow::check(&app.ledger, app, now).await
}

/// The AMI of `reports/<family>/<ami>/image.json`.
fn ami_of(key: &str) -> Option<&str> {
    let (_, ami) = key::of_image(key)?;
    list::is_ami(ami).then_some(ami)
}

async fn read_score(app: &App, key: &str) -> anyhow::Result<Option<u8>> {
    #[derive(Deserialize)]
    struct Report {
        score: Option<Score>,
    }
    #[derive(Deserialize)]
    struct Score {
        index: u8,
    }
    let report = read(app, key, LONGEST_REPORT, |body| {
        serde_json::from_slice::<Report>(body)
    });
    let score = report.await?.and_then(|report| report.score);
    Ok(score.map(|score| score.index))
}

async fn read_changes(app: &App, report: &str) -> anyhow::Result<Option<Changes>> {
    let Some((folder, _)) = report.rsplit_once('/') else {
        return Ok(None);
    };
    let key = format!("{folder}/diff.json");
    read(app, &key, LONGEST_DIFF, changes::read).await
}

/// Reads an object. One that is missing, too large or cannot be read is none: no run waits for it.
async fn read<T>(
    app: &App,
    key: &str,
    limit: usize,
    parse: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
) -> anyhow::Result<Option<T>> {
    match app.s3.get(key, limit).await? {
        Object::Missing => Ok(None),
        Object::TooLarge => {
            warn!(key, limit, "an object that is too large to be read");
            Ok(None)
        }
        Object::Body(body) => Ok(parse(&body)
            .inspect_err(|error| warn!(key, %error, "an object that cannot be read"))
            .ok()),
    }
}

impl Outside for App {
    async fn list(&self) -> anyhow::Result<(Vec<Wanted>, Vec<String>)> {
        let name = &self.config.golden_parameter;
        let text = match self.parameter_of(name).await? {
            Ok(text) => text,
            Err(why) => return Ok((vec![], vec![format!("the golden list, {name}: {why}")])),
        };
        let list = list::parse(&text);
        let mut found = BTreeMap::new();
        for name in list.parameters() {
            let value = self.parameter_of(name).await?;
            let ami = value.map_err(|why| why.of_an_entry()).and_then(|value| {
                list::ami_in(&value).ok_or_else(|| "it holds no AMI's id".to_owned())
            });
            found.insert(name.to_owned(), ami);
        }
        let (wanted, problems) = list.wanted(&found);
        Ok((wanted, problems.iter().map(ToString::to_string).collect()))
    }

    async fn order(&self, order: Value, id: String) -> anyhow::Result<()> {
        let ami = order.get("ami-id").map(Value::to_string);
        let sent = self.sqs.send(order.to_string(), id).await;
        sent.with_context(|| format!("no order for {}", ami.unwrap_or_default()))
    }

    async fn images(&self) -> anyhow::Result<Vec<(String, String)>> {
        let fleet = self.s3.state().await?;
        Ok(fleet.map_or_else(Vec::new, |(state, _)| state.images()))
    }

    async fn image(&self, key: &str) -> anyhow::Result<Option<ImageStatus>> {
        read(self, key, LONGEST_IMAGE, |body| {
            serde_json::from_slice(body)
        })
        .await
    }

    async fn refusal(&self, ami: &str) -> anyhow::Result<Option<Refusal>> {
        let key = refusal::key(ami);
        read(self, &key, LONGEST_IMAGE, |body| {
            serde_json::from_slice(body)
        })
        .await
    }

    async fn outcome(&self, image: ImageStatus) -> anyhow::Result<Outcome> {
        let (mut score, mut changes) = (None, None);
        if let Some(key) = outcome::report_key(&image) {
            score = read_score(self, key).await?;
            changes = read_changes(self, key).await?;
        }
        info!(ami = image.ami, status = image.status, "an answer");
        Ok(outcome::of(image, score, changes))
    }

    fn compose(&self, run: &Run, outcomes: &BTreeMap<String, Outcome>, now: Timestamp) -> News {
        News::Golden(change::Golden {
            version: 1,
            run: run.run.clone(),
            started: run.started,
            ended: now,
            problems: run.problems.clone(),
            message: message::compose(run, outcomes, &self.config.bucket),
        })
    }

    async fn publish(&self, key: &str, news: &News) -> anyhow::Result<()> {
        let body = serde_json::to_vec(news)?;
        self.s3.put_once(key, "application/json", body).await?;
        Ok(())
    }
}

impl App {
    /// The value of a parameter, or why there is none. An error means that trying again may help.
    async fn parameter_of(&self, name: &str) -> anyhow::Result<Result<String, Unread>> {
        match self.ssm.parameter(name).await {
            Ok(Some(value)) => Ok(Ok(value)),
            Ok(None) => Ok(Err(Unread::Missing)),
            Err(error) if error.is_passing() => Err(error.into()),
            Err(error) => Ok(Err(Unread::Refused(error))),
        }
    }
}

/// Why a parameter has no value, and will have none if it is asked for again.
#[derive(Debug, thiserror::Error)]
enum Unread {
    #[error("there is no such parameter")]
    Missing,
    #[error("{}", clean_line(&.0.to_string(), 200))]
    Refused(aws::Error),
}

impl Unread {
    /// Why, of a parameter that the list names: which ones may be read somebody has to say in the template.
    fn of_an_entry(&self) -> String {
        match self {
            Self::Refused(error) if error.code == "AccessDeniedException" => {
                "the golden list's function may not read it: the ledger's template allows what its parameter \
                 GoldenAmiParameters names, and AWS's own below /aws/service/"
                    .to_owned()
            }
            why => why.to_string(),
        }
    }
}
