//! What Lambda hands to the ledger's functions: batches of SQS, with events of S3, State Manager and EC2 within, and
//! schedules. A message is read as if it had come alone, and what is to be done names places of its kind only.
#![no_main]

use hardtarget_ledger::compliance::event::{Whose, read};
use hardtarget_ledger::event::{Event, Job, parse};
use hardtarget_ledger::instance_id::is_instance;
use hardtarget_ledger::terminated;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(event) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    match parse(&event) {
        Ok(Event::Direct(job)) => is_of_its_kind(&job),
        Ok(Event::Queue(messages)) => {
            let records = event["Records"].as_array().expect("a batch has records");
            assert_eq!(
                messages.len(),
                records.len(),
                "every message gets an answer"
            );
            for (message, record) in messages.iter().zip(records) {
                // A struct may come as a list of its members too, which SQS does not do.
                if !record.is_object() {
                    continue;
                }
                assert_eq!(Some(&*message.id), record["messageId"].as_str());
                let body = record["body"].as_str().unwrap_or_default();
                let alone = serde_json::from_str(body).ok().and_then(|body: Value| {
                    let nested = body.get("Records").is_some();
                    parse(&body).ok().filter(|_| !nested)
                });
                match (&message.job, alone) {
                    (Ok(job), Some(Event::Direct(alone))) => {
                        assert_eq!(*job, alone);
                        is_of_its_kind(job);
                    }
                    (Ok(job), None) => is_of_its_kind(job),
                    (job, alone) => {
                        assert!(job.is_err() && alone.is_none(), "{job:?}, alone {alone:?}")
                    }
                }
            }
        }
        Err(_) => {}
    }
});

fn is_of_its_kind(job: &Job) {
    match job {
        Job::Report(key) => assert!(key.starts_with("reports/") && key.ends_with("/report.json")),
        Job::Image(key) => assert!(key.starts_with("reports/") && key.ends_with("/image.json")),
        Job::Inspec(key) => assert!(key.starts_with("inspec/") && key.ends_with(".json")),
        Job::Tell(key) => assert!(key.starts_with("changes/") && key.ends_with(".json")),
        Job::Compliance(event) => {
            let Ok(ran) = read(event) else { return };
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            assert!((1..=64).contains(&ran.event.len()) && ran.event.chars().all(plain));
            if let Whose::Instances(instances) = ran.whose {
                assert!((1..=1000).contains(&instances.len()));
                assert!(instances.iter().all(|one| is_instance(one)));
            }
        }
        Job::Instance(event) => {
            let now = Timestamp::constant(1_795_241_600, 0);
            if let Ok(Some(end)) = terminated::read(event, now) {
                assert!(is_instance(&end.instance) && end.at <= now);
            }
        }
        Job::Monthly | Job::Wake | Job::StillOpen | Job::Golden | Job::GoldenCheck => {}
    }
}
