//! What the function is woken by: pure.

use serde::Deserialize;
use serde_json::Value;

use crate::reason::cleaned;
use hardtarget_aws::id::AmiId;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A batch from the queue, in its order.
    Queue(Vec<Message>),
    /// Somebody invokes the function for one AMI.
    ByHand(Order),
    /// A report has arrived.
    Report(ObjectCreated),
    /// It is time to look for what got stuck.
    Reap,
}

/// A message of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// SQS's id of it.
    pub id: String,
    /// What it asks for, or why that cannot be read.
    pub order: Result<Order, String>,
}

/// An AMI to assess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Which.
    pub of: Of,
    /// Who asks.
    pub by: By,
    /// What the instance is to be besides.
    pub wishes: Wishes,
}

/// What an order may say of its instance: members of the message beside `ami-id`, as in a golden list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `instanceType`: tried before the types of the settings.
    pub instance_type: Option<String>,
    /// `userData`: a script that runs before the scan; empty for none.
    pub user_data: String,
    /// `copyTags`: whether the instance gets the AMI's own tags.
    pub copy_tags: bool,
}

/// How an order names its AMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// By its id.
    Ami(AmiId),
    /// All AMIs that carry this ARN of an Image Builder image.
    ImageBuilder(String),
}

/// Who asks for an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// An event of AWS, or the sweep, which stands in for one.
    Event,
    /// Somebody; with `again` even if there is a result.
    Hand {
        /// Whether there was `"again":true`.
        again: bool,
    },
}

/// An object has arrived in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreated {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// How many bytes it has.
    pub size: Option<u64>,
}

#[derive(Deserialize)]
struct Records {
    #[serde(rename = "Records")]
    records: Vec<SqsRecord>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SqsRecord {
    message_id: String,
    #[serde(default)]
    body: String,
}

/// Reads what Lambda hands over. An error says in one sentence what it is not.
pub fn parse(event: &Value) -> Result<Event, String> {
    if event.get("Records").is_some() {
        let batch = Records::deserialize(event).map_err(|error| error.to_string())?;
        let messages = batch.records.into_iter().map(|record| Message {
            order: serde_json::from_str(&record.body)
                .map_err(|error| error.to_string())
                .and_then(|body| order(&body)),
            id: record.message_id,
        });
        return Ok(Event::Queue(messages.collect()));
    }
    if event.get("reap") == Some(&Value::Bool(true)) {
        return Ok(Event::Reap);
    }
    match text(event, "/source") {
        Some("aws.s3") => object_created(event)
            .map(Event::Report)
            .ok_or_else(|| "the event names no object".to_owned()),
        _ => order(event).map(Event::ByHand),
    }
}

/// What a message of the queue, or somebody, asks for.
fn order(body: &Value) -> Result<Order, String> {
    let by_event = |of| {
        Ok(Order {
            of,
            by: By::Event,
            wishes: Wishes::default(),
        })
    };
    let ami = |id: &str| {
        let ami = AmiId::parse(id).map(Of::Ami);
        ami.ok_or_else(|| format!("{:?} is no id of an AMI", cleaned(id, 40)))
    };
    match text(body, "/detail-type") {
        Some("EC2 AMI State Change") => match text(body, "/detail/State") {
            Some("available") => by_event(ami(text(body, "/detail/ImageId").unwrap_or_default())?),
            _ => Err("the AMI is not available".to_owned()),
        },
        Some("EC2 Image Builder Image State Change") => {
            let arn = text(body, "/resources/0").filter(|arn| arn.starts_with("arn:"));
            match (text(body, "/detail/state/status"), arn) {
                (Some("AVAILABLE"), Some(arn)) => by_event(Of::ImageBuilder(arn.to_owned())),
                (Some("AVAILABLE"), None) => Err("the event names no image".to_owned()),
                _ => Err("the image is not available".to_owned()),
            }
        }
        Some(other) => Err(format!(
            "no event for this function: {}",
            cleaned(other, 80)
        )),
        None => {
            let id = text(body, "/ami-id").ok_or("no event that this function knows")?;
            let flag = |name| body.get(name) == Some(&Value::Bool(true));
            let by = match flag("sweep") {
                true => By::Event,
                false => By::Hand {
                    again: flag("again"),
                },
            };
            Ok(Order {
                of: ami(id)?,
                by,
                wishes: wishes(body)?,
            })
        }
    }
}

fn wishes(body: &Value) -> Result<Wishes, String> {
    let given = |name| body.get(name).filter(|value| !value.is_null());
    let word = |name| match given(name) {
        None => Ok(""),
        Some(value) => value.as_str().ok_or_else(|| format!("{name} is no text")),
    };
    Ok(Wishes {
        instance_type: Some(word("instanceType")?.trim().to_owned()).filter(|one| !one.is_empty()),
        user_data: word("userData")?.to_owned(),
        copy_tags: given("copyTags") == Some(&Value::Bool(true)),
    })
}

fn object_created(event: &Value) -> Option<ObjectCreated> {
    Some(ObjectCreated {
        bucket: text(event, "/detail/bucket/name")?.to_owned(),
        key: text(event, "/detail/object/key")?.to_owned(),
        size: event.pointer("/detail/object/size").and_then(Value::as_u64),
    })
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const AMI: &str = "ami-0c1f3a9b27d5e8846";

    fn ami(by: By) -> Order {
        Order {
            of: Of::Ami(AmiId::parse(AMI).unwrap()),
            by,
            wishes: Wishes::default(),
        }
    }

    #[test]
    fn orders_by_hand() {
        let hand = |again| Ok(Event::ByHand(ami(By::Hand { again })));
        assert_eq!(parse(&json!({"ami-id": AMI})), hand(false));
        assert_eq!(parse(&json!({"ami-id": AMI, "again": true})), hand(true));
        assert_eq!(
            parse(&json!({"ami-id": AMI, "sweep": true})),
            Ok(Event::ByHand(ami(By::Event)))
        );
    }

    #[test]
    fn what_an_order_wishes_of_its_instance() {
        let wishes = |body: Value| match parse(&body) {
            Ok(Event::ByHand(order)) => Ok(order.wishes),
            other => Err(other),
        };
        let body = json!({"ami-id": AMI, "again": true, "instanceType": " m5.large ",
            "userData": "#!/bin/sh\ndnf -y update\n", "copyTags": true});
        assert_eq!(
            wishes(body),
            Ok(Wishes {
                instance_type: Some("m5.large".to_owned()),
                user_data: "#!/bin/sh\ndnf -y update\n".to_owned(),
                copy_tags: true,
            })
        );
        let none = json!({"ami-id": AMI, "instanceType": "", "userData": null, "copyTags": "true"});
        assert_eq!(wishes(none), Ok(Wishes::default()));
        for bad in [
            json!({"ami-id": AMI, "userData": ["x"]}),
            json!({"ami-id": AMI, "instanceType": 5}),
        ] {
            assert!(wishes(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_batch_keeps_its_order_and_what_cannot_be_read() {
        let state = json!({"source": "aws.ec2", "detail-type": "EC2 AMI State Change",
            "detail": {"State": "available", "ImageId": AMI}});
        let builder = json!({"source": "aws.imagebuilder",
            "detail-type": "EC2 Image Builder Image State Change",
            "resources": ["arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.0.0/1"],
            "detail": {"state": {"status": "AVAILABLE"}}});
        let record = |id: &str, body: String| json!({"messageId": id, "body": body, "eventSource": "aws:sqs"});
        let event = json!({"Records": [
            record("1", state.to_string()),
            record("2", "{".to_owned()),
            record("3", builder.to_string()),
            record("4", json!({"detail-type": "Else"}).to_string()),
            record("5", json!({"ami-id": "i-1"}).to_string()),
        ]});
        let Ok(Event::Queue(messages)) = parse(&event) else {
            panic!("no batch")
        };
        let ids: Vec<&str> = messages.iter().map(|message| message.id.as_str()).collect();
        assert_eq!(ids, ["1", "2", "3", "4", "5"]);
        assert_eq!(messages[0].order, Ok(ami(By::Event)));
        assert!(messages[1].order.is_err());
        let arn = "arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.0.0/1".to_owned();
        assert_eq!(
            messages[2].order,
            Ok(Order {
                of: Of::ImageBuilder(arn),
                by: By::Event,
                wishes: Wishes::default()
            })
        );
        assert_eq!(
            messages[3].order,
            Err("no event for this function: Else".to_owned())
        );
        assert_eq!(
            messages[4].order,
            Err("\"i-1\" is no id of an AMI".to_owned())
        );
    }

    #[test]
    fn an_object_that_has_arrived() {
        let key = "scans/AROA1:i-0abc12345def67890/report.json";
        let event = json!({"source": "aws.s3", "detail-type": "Object Created",
            "detail": {"bucket": {"name": "b"}, "object": {"key": key, "size": 12}}});
        let created = ObjectCreated {
            bucket: "b".to_owned(),
            key: key.to_owned(),
            size: Some(12),
        };
        assert_eq!(parse(&event), Ok(Event::Report(created)));
        assert!(parse(&json!({"source": "aws.s3", "detail": {}})).is_err());
    }

    #[test]
    fn the_schedule_and_nonsense() {
        assert_eq!(parse(&json!({"reap": true})), Ok(Event::Reap));
        for nonsense in [
            json!({}),
            json!([]),
            json!("reap"),
            json!({"reap": false}),
            json!({"Records": 1}),
        ] {
            assert!(parse(&nonsense).is_err(), "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(body in any::<String>(), key in any::<String>()) {
            let _ = parse(&json!({"Records": [{"messageId": "1", "body": body}]}));
            let _ = parse(&json!({"source": "aws.s3", "detail": {"bucket": {"name": body}, "object": {"key": key}}}));
            let _ = parse(&json!({"ami-id": key}));
        }
    }
}
