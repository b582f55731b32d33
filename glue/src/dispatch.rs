//! Which event goes where, and what is answered.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tracing::{error, warn};

use crate::app::{App, now};
use crate::event::{self, Event, Message, Order};
use crate::launch::{self, Outcome};
use crate::{reap, tag};
use hardtarget_aws::id::AmiId;

/// A message of the queue is begun only if this much of the invocation's time is left.
const ONE_LAUNCH: SignedDuration = SignedDuration::from_secs(20);

/// Handles one event of Lambda's, which has until `until`. An error makes Lambda try again.
pub async fn handle(
    app: &App,
    event: &Value,
    request_id: &str,
    until: Timestamp,
) -> anyhow::Result<Value> {
    match event::parse(event) {
        Ok(Event::Queue(messages)) => Ok(work_off(app, &messages, until).await),
        Ok(Event::ByHand(order)) => by_hand(app, &order, request_id).await,
        Ok(Event::Report(created)) if created.bucket == app.config.bucket => {
            tag::tag(app, &created).await?;
            Ok(Value::Null)
        }
        Ok(Event::Report(created)) => {
            error!(created.bucket, "an object in a bucket that is not ours");
            Ok(Value::Null)
        }
        Ok(Event::Reap) => {
            reap::reap(app).await?;
            Ok(Value::Null)
        }
        // No second try would make it readable.
        Err(why) => {
            error!(why, "an event that cannot be read");
            Ok(json!({"outcome": "nothing", "reason": why}))
        }
    }
}

/// Works off a batch in its order. From the first message that has to wait, all go back, so that
/// none overtakes another.
async fn work_off(app: &App, messages: &[Message], until: Timestamp) -> Value {
    let mut rest = messages.iter();
    let mut back = Vec::new();
    for message in rest.by_ref() {
        let in_time = until.duration_since(now()) >= ONE_LAUNCH;
        if !in_time || !is_done(app, message).await {
            back.push(json!({"itemIdentifier": message.id}));
            break;
        }
    }
    back.extend(rest.map(|message| json!({"itemIdentifier": message.id})));
    json!({ "batchItemFailures": back })
}

async fn is_done(app: &App, message: &Message) -> bool {
    let order = match &message.order {
        Ok(order) => order,
        Err(why) => {
            error!(message = message.id, why, "a message that cannot be read");
            return true;
        }
    };
    match launch::launch(app, order, &message.id).await {
        Ok(outcomes) => !outcomes
            .iter()
            .any(|(_, outcome)| matches!(outcome, Outcome::Waits(_))),
        Err(error) => {
            warn!(
                ami = ami(order),
                error = format!("{error:#}"),
                "goes back to the queue"
            );
            false
        }
    }
}

async fn by_hand(app: &App, order: &Order, request_id: &str) -> anyhow::Result<Value> {
    let outcomes = launch::launch(app, order, request_id)
        .await
        .inspect_err(|error| {
            error!(
                ami = ami(order),
                error = format!("{error:#}"),
                "could not be launched"
            );
        })?;
    let mut answers = outcomes.iter().map(|(ami, outcome)| answer(ami, outcome));
    Ok(answers.next().unwrap_or(Value::Null))
}

fn ami(order: &Order) -> Option<&str> {
    match &order.of {
        event::Of::Ami(ami) => Some(ami.as_str()),
        event::Of::ImageBuilder(_) => None,
    }
}

fn answer(ami: &AmiId, outcome: &Outcome) -> Value {
    let ami = ami.as_str();
    let (name, key, value) = match outcome {
        Outcome::Launched(instance) => ("launched", "instance", instance.as_str()),
        Outcome::UnderWay(instance) => ("under-way", "instance", instance.as_str()),
        Outcome::Nothing(reason) => ("nothing", "reason", reason.as_str()),
        Outcome::Unsupported(reason) => ("unsupported", "reason", reason.as_str()),
        Outcome::Failed(reason) => ("failed", "reason", reason.as_str()),
        Outcome::Waits(reason) => ("waits", "reason", reason.as_str()),
    };
    json!({"ami": ami, "outcome": name, key: value})
}
