//! Whose compliance may have changed, by an event of State Manager: pure.
//!
//! Shapes: Systems Manager User Guide, "Amazon EventBridge event examples for Systems Manager", State Manager
//! Association State Change and State Manager Instance Association State Change. The first has `targets`, a
//! text that is JSON again: `[{"key":"InstanceIds","values":["i-…"]}]`, or `tag:…`, or `*` for all; the second has
//! `instance-id` as well.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::instance_id::is_instance;

/// The event that names one instance.
const OF_ONE: &str = "EC2 State Manager Instance Association State Change";

/// The most instances of one event. State Manager takes 50 ids for an association (API reference, `Target`).
const MOST: usize = 1000;

/// Whose compliance an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// These instances'.
    Instances(BTreeSet<String>),
    /// It names tags, groups or all: anybody's.
    Anybody,
    /// Nobody's yet: the association has not run.
    Nobody,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// EventBridge's id of the event: the same when it comes again.
    pub event: String,
    /// When it happened, by the event: the same when it comes again.
    pub time: Timestamp,
    /// Whose compliance may have changed.
    pub whose: Whose,
}

impl Ran {
    /// The same event, about one instance, in the shape that [`read`] reads.
    pub(super) fn about(&self, instance: &str) -> Value {
        json!({
            "id": self.event,
            "time": self.time.to_string(),
            "detail-type": OF_ONE,
            "detail": {"instance-id": instance},
        })
    }
}

#[derive(Deserialize)]
struct Target {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

/// Reads an event. An error says in one sentence what it is not.
pub fn read(event: &Value) -> Result<Ran, String> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let id = text("/id").unwrap_or_default();
    if !is_id(id) {
        return Err("the event has no id".to_owned());
    }
    let time = text("/time").and_then(|time| time.parse().ok());
    let time: Timestamp = time.ok_or("the event has no time")?;
    let ran = |whose| Ran {
        event: id.to_owned(),
        time,
        whose,
    };
    if matches!(text("/detail/status"), Some("Pending" | "InProgress")) {
        return Ok(ran(Whose::Nobody));
    }
    if let Some(instance) = text("/detail/instance-id") {
        if !is_instance(instance) {
            return Err(format!("{instance:?} is no instance id"));
        }
        return Ok(ran(Whose::Instances([instance.to_owned()].into())));
    }
    let targets = text("/detail/targets").unwrap_or("[]");
    let targets: Vec<Target> =
        serde_json::from_str(targets).map_err(|error| format!("targets: {error}"))?;
    let named = targets
        .iter()
        .all(|one| one.key.eq_ignore_ascii_case("instanceids"));
    let instances: BTreeSet<String> = targets.into_iter().flat_map(|one| one.values).collect();
    let all_are_ids = instances.iter().all(|one| is_instance(one));
    if !named || instances.is_empty() || !all_are_ids || instances.len() > MOST {
        return Ok(ran(Whose::Anybody));
    }
    Ok(ran(Whose::Instances(instances)))
}

/// EventBridge's ids are UUIDs.
fn is_id(text: &str) -> bool {
    let fits = |one: u8| one.is_ascii_alphanumeric() || one == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const INSTANCE: &str = "i-0123456789abcdef0";

    fn association(targets: &str, status: &str) -> Value {
        json!({
            "id": "db839caf-6f6c-40af-9a48-25b2ae2b7774",
            "time": "2026-11-21T06:14:50Z",
            "detail-type": "EC2 State Manager Association State Change",
            "source": "aws.ssm",
            "resources": ["arn:aws:ssm:us-east-2::document/AWS-RunInspecChecks"],
            "detail": {
                "association-id": "6e37940a-23ba-4ab0-9b96-5d0a1a05464f",
                "document-name": "AWS-RunInspecChecks",
                "targets": targets,
                "status": status,
                "association-status-aggregated-count": "{\"Success\":1}",
            },
        })
    }

    fn whose(event: &Value) -> Whose {
        read(event).unwrap().whose
    }

    fn instances(names: &[&str]) -> Whose {
        Whose::Instances(names.iter().map(|&one| one.to_owned()).collect())
    }

    #[test]
    fn the_instances_that_an_event_names() {
        let two = r#"[{"key":"InstanceIds","values":["i-0123456789abcdef0","i-12345678"]}]"#;
        assert_eq!(
            whose(&association(two, "Success")),
            instances(&[INSTANCE, "i-12345678"])
        );
        let one = json!({
            "id": "4", "time": "2026-11-21T06:14:50Z", "detail-type": OF_ONE,
            "detail": {"instance-id": INSTANCE, "status": "Failed",
                "targets": "[{\"key\":\"instanceids\",\"values\":[\"i-0123456789abcdef0\"]}]"},
        });
        assert_eq!(whose(&one), instances(&[INSTANCE]));
    }

    #[test]
    fn tags_groups_and_all_are_anybody() {
        for targets in [
            r#"[{"key":"tag:Environment","values":["prod"]}]"#,
            r#"[{"key":"InstanceIds","values":["*"]}]"#,
            r#"[{"key":"resource-groups:Name","values":["web"]}]"#,
            r#"[{"key":"InstanceIds","values":["i-12345678"]},{"key":"tag:A","values":["b"]}]"#,
            "[]",
        ] {
            assert_eq!(whose(&association(targets, "Success")), Whose::Anybody);
        }
        let mut without = association("[]", "Success");
        without["detail"].as_object_mut().unwrap().remove("targets");
        assert_eq!(whose(&without), Whose::Anybody);
    }

    #[test]
    fn about_one_it_is_the_same_event() {
        let all = read(&association("[]", "Success")).unwrap();
        let one = read(&all.about(INSTANCE)).unwrap();
        assert_eq!((&one.event, one.time), (&all.event, all.time));
        assert_eq!(one.whose, instances(&[INSTANCE]));
        assert!(crate::event::parse(&all.about(INSTANCE)).is_ok());
    }

    #[test]
    fn what_has_not_run_has_changed_nothing() {
        let targets = r#"[{"key":"InstanceIds","values":["i-12345678"]}]"#;
        assert_eq!(whose(&association(targets, "Pending")), Whose::Nobody);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(read(&json!({})).is_err());
        assert!(read(&association("{", "Success")).is_err());
        let time = "2026-11-21T06:14:50Z";
        let odd = json!({"id": "4", "time": time, "detail": {"instance-id": "i-12345678/../x"}});
        assert!(read(&odd).unwrap_err().contains("no instance id"));
        let odd = json!({"id": "4", "time": "noon", "detail": {"instance-id": INSTANCE}});
        assert!(read(&odd).unwrap_err().contains("no time"));
    }

    proptest! {
        #[test]
        fn no_targets_make_it_stumble(targets in "\\PC{0,80}") {
            let _ = read(&association(&targets, "Success"));
        }
    }
}
