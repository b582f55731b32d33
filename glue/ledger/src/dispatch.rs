//! From an event to what handles it. Messages of a queue fail one by one: what failed comes again.

use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::{error, info};

use crate::app::App;
use crate::event::{self, Event, Job};
use crate::published::published;
use crate::{
    compliance, fleet, golden, inspec, monthly, record, snooze, still_open, tell, terminated,
};

/// Handles an event. An error means that trying again may help.
pub async fn handle(app: &App, event: &Value, now: Timestamp) -> anyhow::Result<Value> {
    match event::parse(event) {
        Ok(Event::Direct(job)) => run(app, &job, now).await,
        Ok(Event::Queue(messages)) => {
            let mut back = Vec::new();
            for message in messages {
                let job = match message.job {
                    Ok(job) => job,
                    Err(why) => {
                        error!(message = message.id, why, "a message that cannot be read");
                        continue;
                    }
                };
                if let Err(error) = run(app, &job, now).await {
                    error!(?job, error = format!("{error:#}"), "goes back to the queue");
                    back.push(json!({"itemIdentifier": message.id}));
                }
            }
            Ok(json!({ "batchItemFailures": back }))
        }
        Err(why) => {
            error!(why, "an event that cannot be read");
            Ok(Value::Null)
        }
    }
}

/// Does what is asked for. What it gives is the function's answer to whoever invokes it by hand.
async fn run(app: &App, job: &Job, now: Timestamp) -> anyhow::Result<Value> {
    info!(?job, "begins");
    match job {
        Job::Report(key) => {
            if let Some(published) = published(app, key).await? {
                record::report(app, &published, now).await?;
                fleet::report(app, &published, now).await?;
            }
        }
        Job::Image(key) => {
            fleet::image(app, key, now).await?;
            golden::image(app, key, now).await?;
        }
        Job::Inspec(key) => inspec::report(app, key, now).await?,
        Job::Tell(key) => tell::tell(app, key, now).await?,
        Job::Compliance(event) => compliance::changed(app, event, now).await?,
        Job::Instance(event) => terminated::changed(app, event, now).await?,
        Job::Monthly => monthly::list(app, now).await?,
        Job::Wake => snooze::wake(app, now).await?,
        Job::StillOpen => still_open::list(app, now).await?,
        Job::Golden => return golden::start(app, now).await,
        Job::GoldenCheck => golden::check(app, now).await?,
    }
    Ok(Value::Null)
}
