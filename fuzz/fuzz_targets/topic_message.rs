//! What the topic is told of a hostile change: JSON that SNS takes, whose lists are cut at their ends and which says
//! by how much. The parts of the input are those of [`hostile_change::change`].
#![no_main]

mod hostile_change;

use hardtarget_ledger::change::News;
use hardtarget_ledger::tell::topic::message;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// What SNS takes, attributes included (API Reference, "Publish").
const LARGEST: usize = 262_144;

fuzz_target!(|text: &str| {
    let change = hostile_change::change(text);
    let lists = [
        ("new", change.new.clone()),
        ("returned", change.returned.clone()),
        ("fixed", change.fixed.clone()),
    ];
    let message = message(
        &News::Change(change),
        "reports-of-ours",
        "changes/2026/11/5a7c2f0e9d3b.json",
    );
    let subject = &message.subject;
    assert!(
        (1..100).contains(&subject.len()) && subject.starts_with("Hard Target: "),
        "{subject:?}"
    );
    assert!(
        subject.chars().all(|c| matches!(c, ' '..='~')),
        "{subject:?}"
    );
    let attributes: usize = message
        .attributes
        .iter()
        .map(|(name, value)| name.len() + "String".len() + value.len())
        .sum();
    assert!(
        message.body.len() + attributes <= LARGEST,
        "{} bytes",
        message.body.len()
    );
    assert!(
        message
            .attributes
            .iter()
            .all(|(_, value)| !value.is_empty() && !value.contains(char::is_control))
    );
    let body: Value = serde_json::from_str(&message.body).expect("the body is JSON");
    let mut cut = false;
    for (name, all) in lists {
        let told = body[name].as_array().expect("a list");
        let left_out = body["truncated"][name].as_u64().expect("a count");
        assert_eq!(told.len() as u64 + left_out, all.len() as u64, "{name}");
        assert!(told.iter().zip(&all).all(|(told, one)| *told == json!(one)));
        assert!(
            !cut || told.is_empty(),
            "{name} has room that what stands before it lacked"
        );
        cut |= left_out > 0;
    }
});
