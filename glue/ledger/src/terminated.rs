//! An instance was terminated: what was open on it is gone with it.
//!
//! Its entries, of Systems Manager's items and of InSpec's reports, are closed as [`crate::entry::State::Gone`] and kept
//! as history like those that are fixed. A terminated instance does not come back, so its end is newer than every look
//! at it ([`Order::of_end`]): what is looked at or told later cannot open anything there, whatever comes first. For
//! that the end itself is noted in the ledger, of every instance: one write, and two queries, for its entries and the snoozes. Where there
//! are none it is forgotten after two months. Ten thousand ends a month come to some three cents (us-east-1, November
//! 2026): SQS 1.2, Lambda one, DynamoDB 0.8, log lines less than one. EC2's own events are free.
//!
//! The template has the rule with compliance types only: an account that looks at AMIs alone pays for none of it.
//!
//! Not closed is what InSpec found under another name than the instance's id, and what belongs to instances of other
//! accounts or regions: of their ends nobody tells here. Nor is what an event was lost of. EC2 sends its events with its
//! best effort only (EventBridge Events Reference, "Delivery level for AWS service events"), and nothing here looks for
//! ends that it did not tell of: it would take EC2's API, which the ledger has no right to and no client for. Systems
//! Manager does not know instances that never ran its agent, nor does time tell, since nobody has to look often. By hand
//! it is told by invoking the function with such an event; `time` may be left out.

use jiff::Timestamp;
use serde_json::Value;
use tracing::{error, info};

use crate::app::App;
use crate::change::Source;
use crate::entry::Order;
use crate::instance_id::is_instance;
use crate::record::{LookAt, Nothing, Sight, look, publish};
use crate::target::Target;

/// The end of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The instance's id.
    pub instance: String,
    /// When EC2 told of it.
    pub at: Timestamp,
}

/// The state of an instance changed. An event that cannot be read is said in the log and does not come again.
pub async fn changed(app: &App, event: &Value, now: Timestamp) -> anyhow::Result<()> {
    let end = match read(event, now) {
        Ok(Some(end)) => end,
        Ok(None) => return Ok(()),
        Err(why) => {
            error!(why, "an event of EC2 that cannot be read");
            return Ok(());
        }
    };
    let at = LookAt {
        // One end an instance: whichever event tells of it, it is told once.
        order: Order::of_end(end.at, format!("terminated-{}", end.instance)),
        target: Target::Instance(end.instance.clone()),
        source: Source::Ec2,
        report: None,
        sight: Sight::ended(),
    };
    let outcome = look(&app.ledger, &at, &Nothing, app.config.history, now).await?;
    if outcome.is_empty() {
        return Ok(());
    }
    info!(
        end.instance,
        gone = outcome.gone.len(),
        "an instance was terminated"
    );
    if let Some(mut change) = outcome.into_change(&at) {
        change.instance = Some(end.instance);
        publish(app, change).await?;
    }
    Ok(())
}

/// Reads an event; `None` if no instance has ended. An error says in one sentence what it is not.
///
/// Shape: EC2 User Guide, "State change events for Amazon EC2 instances".
pub fn read(event: &Value, now: Timestamp) -> Result<Option<End>, String> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    if text("/detail/state") != Some("terminated") {
        return Ok(None);
    }
    let instance = text("/detail/instance-id").unwrap_or_default();
    if !is_instance(instance) {
        return Err(format!("{instance:?} is no instance id"));
    }
    let at = text("/time").and_then(|time| time.parse().ok());
    Ok(Some(End {
        instance: instance.to_owned(),
        at: at.unwrap_or(now).min(now),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INSTANCE: &str = "i-1234567890abcdef0";

    fn event(state: &str) -> Value {
        json!({
            "id": "7bf73129-1428-4cd3-a780-95db273d1602",
            "detail-type": "EC2 Instance State-change Notification",
            "source": "aws.ec2",
            "account": "123456789012",
            "time": "2021-11-11T21:29:54Z",
            "region": "us-east-1",
            "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-1234567890abcdef0"],
            "detail": {"instance-id": INSTANCE, "state": state},
        })
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn only_what_is_terminated_has_ended() {
        let now = at("2021-11-11T21:30:00Z");
        let end = read(&event("terminated"), now).unwrap().unwrap();
        assert_eq!(end.instance, INSTANCE);
        assert_eq!(end.at, at("2021-11-11T21:29:54Z"));
        for state in ["pending", "running", "stopping", "stopped", "shutting-down"] {
            assert_eq!(read(&event(state), now), Ok(None), "{state}");
        }
    }

    #[test]
    fn by_hand_it_ended_now_and_nothing_ends_later() {
        let now = at("2021-11-11T21:29:00Z");
        let by_hand = json!({"detail-type": "EC2 Instance State-change Notification",
            "detail": {"instance-id": INSTANCE, "state": "terminated"}});
        for event in [by_hand, event("terminated")] {
            assert_eq!(read(&event, now).unwrap().unwrap().at, now);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let now = at("2021-11-11T21:30:00Z");
        for odd in ["", "web-1", "i-1234567890abcdef0/..", "*"] {
            let mut event = event("terminated");
            event["detail"]["instance-id"] = json!(odd);
            assert!(read(&event, now).unwrap_err().contains("no instance id"));
        }
        assert_eq!(read(&json!({}), now), Ok(None));
    }
}
