//! What the functions are woken by: pure.

use serde::Deserialize;
use serde_json::Value;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A batch from a queue.
    Queue(Vec<Message>),
    /// Somebody invokes a function, or a rule does without a queue.
    Direct(Job),
}

/// A message of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// SQS's id of it.
    pub id: String,
    /// What it asks for, or why that cannot be read.
    pub job: Result<Job, String>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// A report was published under this key: `reports/…/report.json`.
    Report(String),
    /// What is known of an AMI was written under this key: `reports/…/image.json`.
    Image(String),
    /// An InSpec report was put under this key: `inspec/…`.
    Inspec(String),
    /// There is something to tell under this key: `changes/…`.
    Tell(String),
    /// An association of State Manager ran; the event as it came.
    Compliance(Value),
    /// The state of an instance changed; the event as it came.
    Instance(Value),
    /// `{"monthly": true}`: time for the month's list.
    Monthly,
    /// `{"wake": true}`: time to look for snoozes that are over.
    Wake,
    /// `{"still-open": true}`: time to tell again what is open to who forgets.
    StillOpen,
    /// `{"golden": true}`: time to assess the golden list.
    Golden,
    /// `{"golden-check": true}`: time to look for golden runs that do not end.
    GoldenCheck,
}

#[derive(Deserialize)]
struct Records {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    #[serde(default)]
    body: String,
}

/// Reads what Lambda hands over. An error says in one sentence what it is not.
pub fn parse(event: &Value) -> Result<Event, String> {
    if event.get("Records").is_none() {
        return job(event).map(Event::Direct);
    }
    let batch = Records::deserialize(event).map_err(|error| error.to_string())?;
    let messages = batch.records.into_iter().map(|record| Message {
        job: serde_json::from_str(&record.body)
            .map_err(|error| error.to_string())
            .and_then(|body| job(&body)),
        id: record.message_id,
    });
    Ok(Event::Queue(messages.collect()))
}

fn job(event: &Value) -> Result<Job, String> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    match text("/detail-type") {
        Some("Object Created") => object(text("/detail/object/key").unwrap_or_default()),
        Some(
            "EC2 State Manager Association State Change"
            | "EC2 State Manager Instance Association State Change",
        ) => Ok(Job::Compliance(event.clone())),
        Some("EC2 Instance State-change Notification") => Ok(Job::Instance(event.clone())),
        Some(other) => Err(format!("no event for this function: {other:?}")),
        None => [
            ("monthly", Job::Monthly),
            ("wake", Job::Wake),
            ("still-open", Job::StillOpen),
            ("golden", Job::Golden),
            ("golden-check", Job::GoldenCheck),
        ]
        .into_iter()
        .find(|(name, _)| event.get(name) == Some(&Value::Bool(true)))
        .map(|(_, job)| job)
        .ok_or_else(|| "no event that this function knows".to_owned()),
    }
}

fn object(key: &str) -> Result<Job, String> {
    let name = key.rsplit('/').next().unwrap_or_default();
    match (key.split('/').next(), name) {
        (Some("reports"), "report.json") => Ok(Job::Report(key.to_owned())),
        (Some("reports"), "image.json") => Ok(Job::Image(key.to_owned())),
        (Some("inspec"), _) if name.ends_with(".json") => Ok(Job::Inspec(key.to_owned())),
        (Some("changes"), _) if name.ends_with(".json") => Ok(Job::Tell(key.to_owned())),
        _ => Err(format!("no object for this function: {key:?}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn created(key: &str) -> Value {
        json!({"source": "aws.s3", "detail-type": "Object Created",
            "detail": {"bucket": {"name": "b"}, "object": {"key": key, "size": 12}}})
    }

    #[test]
    fn objects_by_where_they_are() {
        let key = "reports/web/ami-0abc/20261121T061450Z/report.json";
        assert_eq!(
            parse(&created(key)),
            Ok(Event::Direct(Job::Report(key.to_owned())))
        );
        let tell = "changes/2026/11/x.json";
        let batch = json!({"Records": [
            {"messageId": "1", "body": created(tell).to_string()},
            {"messageId": "2", "body": "{"},
            {"messageId": "3", "body": created("reports/web/ami-0abc/x/report.html").to_string()},
        ]});
        let Ok(Event::Queue(messages)) = parse(&batch) else {
            panic!("no batch")
        };
        assert_eq!(messages[0].job, Ok(Job::Tell(tell.to_owned())));
        assert!(messages[1].job.is_err() && messages[2].job.is_err());
    }

    #[test]
    fn events_of_other_services() {
        let of = |kind: &str| parse(&json!({"detail-type": kind, "detail": {}}));
        let instance = of("EC2 Instance State-change Notification");
        assert!(matches!(instance, Ok(Event::Direct(Job::Instance(_)))));
        let association = of("EC2 State Manager Instance Association State Change");
        assert!(matches!(association, Ok(Event::Direct(Job::Compliance(_)))));
        assert!(of("EC2 AMI State Change").is_err());
    }

    #[test]
    fn schedules_and_nonsense() {
        for (name, job) in [
            ("monthly", Job::Monthly),
            ("wake", Job::Wake),
            ("still-open", Job::StillOpen),
            ("golden", Job::Golden),
            ("golden-check", Job::GoldenCheck),
        ] {
            assert_eq!(parse(&json!({ name: true })), Ok(Event::Direct(job)));
            assert!(parse(&json!({ name: "yes" })).is_err());
        }
        for nonsense in [json!({}), json!([]), json!("golden"), json!({"Records": 1})] {
            assert!(parse(&nonsense).is_err(), "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(body in any::<String>()) {
            let _ = parse(&json!({"Records": [{"messageId": "1", "body": body}]}));
            let _ = parse(&created(&body));
        }
    }
}
