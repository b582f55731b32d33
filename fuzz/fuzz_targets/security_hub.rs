//! What Security Hub is told of a hostile change: findings within the limits of the format, one a fault, and the same
//! finding when it is fixed. The parts of the input are those of [`hostile_change::change`].
#![no_main]

mod hostile_change;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hardtarget_ledger::config::Config;
use hardtarget_ledger::tell::asff::{AsffFinding, findings};
use libfuzzer_sys::fuzz_target;

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let set = |name: &str| match name {
        "HARDTARGET_BUCKET" => Some("reports-of-ours".to_owned()),
        "HARDTARGET_ACCOUNT" => Some("210987654321".to_owned()),
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        _ => None,
    };
    Config::read(set).expect("settings")
});

/// What the service takes of one finding, in bytes (Partner Integration Guide, "Guidelines for using the
/// BatchImportFindings API").
const LARGEST: usize = 240 * 1024;

fuzz_target!(|text: &str| {
    let change = hostile_change::change(text);
    let all = findings(&change, &CONFIG);
    assert_eq!(
        all.len(),
        change.new.len() + change.returned.len() + change.fixed.len()
    );
    all.iter().for_each(holds);
    let (active, archived): (Vec<_>, Vec<_>) = all.iter().partition(|one| !one.archived);
    let new: BTreeSet<&str> = active
        .iter()
        .take(change.new.len())
        .map(|one| &*one.id)
        .collect();
    assert_eq!(new.len(), change.new.len(), "two faults are one finding");
    // All that is fixed in this change is new in it too.
    assert!(
        archived
            .iter()
            .all(|one| change.new.len() < change.fixed.len() || new.contains(&*one.id))
    );
});

/// API Reference, `AwsSecurityFinding` and what it is made of.
fn holds(one: &AsffFinding) {
    let mut size = 0;
    let mut text = |text: &str, longest: usize| {
        assert!(text.len() <= longest, "{} bytes: {text:?}", text.len());
        assert!(
            !text.trim().is_empty() && !text.contains(char::is_control),
            "{text:?}"
        );
        size += text.len();
    };
    text(&one.id, 512);
    text(&one.generator_id, 512);
    text(&one.title, 256);
    text(&one.description, 1024);
    text(&one.recommendation, 512);
    text(&one.resource.id, 512);
    if let Some(url) = &one.url {
        text(url, 2048);
    }
    for (name, value) in one.fields.iter().chain(&one.resource.details) {
        text(name, 128);
        text(value, 1024);
    }
    if let Some((id, package)) = &one.vulnerability {
        text(id, 512);
        if let Some(package) = package {
            text(package, 256);
        }
    }
    assert!(one.fields.len() <= 50 && one.resource.details.len() <= 50);
    assert!(size + 4096 <= LARGEST);
}
