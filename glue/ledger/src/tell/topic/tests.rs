use proptest::prelude::*;

use super::*;
use crate::change::sample;

const KEY: &str = "changes/2026/11/5a7c2f0e9d3b.json";

fn of(news: &News) -> (Message, Value) {
    let message = message(news, "reports", KEY);
    let body = serde_json::from_str(&message.body).unwrap();
    (message, body)
}

fn attributes(message: &Message) -> Vec<(&str, &str)> {
    let all = message.attributes.iter();
    all.map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn a_change_is_told_whole() {
    let news = News::Change(sample::change());
    let (message, body) = of(&news);
    assert_eq!(
        message.subject,
        "Hard Target: web: 7 new, 1 again (worst: critical), 2 fixed"
    );
    assert_eq!(
        attributes(&message),
        [
            ("kind", "change"),
            ("worst", "critical"),
            ("target", "family:web")
        ]
    );
    let none = json!({"new": 0, "returned": 0, "fixed": 0, "waived": 0, "gone": 0,
        "quietly_opened": 0, "quietly_closed": 0});
    assert_eq!(body["truncated"], none);
    assert_eq!(
        (&body["bucket"], &body["whole"]),
        (&json!("reports"), &json!(KEY))
    );
    assert_eq!(serde_json::from_value::<News>(body).unwrap(), news);
}

#[test]
fn of_too_much_the_worst_is_told() {
    let mut change = sample::change();
    let one = change.new[6].clone();
    change.new.extend((0..5_000).map(|_| one.clone()));
    let (message, body) = of(&News::Change(change));
    let size = message.body.len();
    assert!((LARGEST - 1_000..=LARGEST).contains(&size), "{size}");
    let told = body["new"].as_array().unwrap().len() as u64;
    assert_eq!(body["truncated"]["new"], 5_007 - told);
    assert_eq!(body["truncated"]["fixed"], 2);
    assert_eq!(body["new"][0]["id"], "HT-SSH-001");
    assert!(serde_json::from_value::<News>(body).is_ok());
}

#[test]
fn nothing_new_can_be_filtered_out() {
    let (message, _) = of(&News::Change(sample::nothing_new()));
    assert_eq!(attributes(&message)[1], ("worst", "none"));
    assert_eq!(message.subject, "Hard Target: web: 0 new, 0 again, 0 fixed");
}

#[test]
fn the_end_of_an_instance_is_told_as_such() {
    let (message, body) = of(&News::Change(sample::terminated()));
    assert_eq!(
        message.subject,
        "Hard Target: i-0123456789abcdef0: terminated, 2 open there"
    );
    assert_eq!(attributes(&message)[1], ("worst", "none"));
    assert_eq!(body["gone"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&body["source"], &body["fixed"]),
        (&json!("ec2"), &json!([]))
    );
}

#[test]
fn the_golden_message_goes_as_it_stands() {
    let golden = sample::golden();
    let (message, body) = of(&News::Golden(golden.clone()));
    assert_eq!(body, golden.message);
    assert_eq!(
        attributes(&message),
        [("kind", "golden"), ("worst", "critical")]
    );
    let mut large = golden;
    let one = large.message[0].clone();
    large.message = Value::Array(vec![one; 2_000]);
    let (message, body) = of(&News::Golden(large));
    assert!(message.body.len() <= LARGEST);
    let told = body.as_array().unwrap();
    let last = &told[told.len() - 1]["hardtarget"];
    assert_eq!(last["truncated"], 2_000 - (told.len() as u64 - 1));
    assert_eq!(last["whole"], KEY);
}

#[test]
fn a_months_list_says_how_much_is_open() {
    let (message, body) = of(&News::Monthly(sample::monthly()));
    assert_eq!(
        message.subject,
        "Hard Target: 8 open in 12 targets, 2026-11"
    );
    assert_eq!(
        attributes(&message),
        [("kind", "monthly"), ("worst", "critical")]
    );
    assert_eq!(body["csv"], "monthly/2026-11.csv");
    assert_eq!(body["truncated"], json!({"oldest": 0}));
}

proptest! {
    #[test]
    fn a_subject_is_as_sns_wants_it(name in any::<String>()) {
        let subject = ascii(&format!("Hard Target: {name}"));
        prop_assert!(subject.len() <= SUBJECT);
        prop_assert!(subject.chars().all(|c| matches!(c, ' '..='~')));
    }
}
