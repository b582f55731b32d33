use proptest::prelude::*;

use super::*;
use crate::change::sample;

fn config() -> Config {
    let given = |name: &str| {
        let value = match name {
            "HARDTARGET_ACCOUNT" => "123456789012",
            "HARDTARGET_BUCKET" => "reports",
            "AWS_REGION" => "eu-west-1",
            _ => return None,
        };
        Some(value.to_owned())
    };
    Config::read(given).unwrap()
}

#[test]
fn a_finding_of_an_ami() {
    let all = findings(&sample::change(), &config());
    assert_eq!(all.len(), 11);
    insta::assert_debug_snapshot!(all[0]);
    assert_eq!(all.iter().filter(|one| one.archived).count(), 3);
    assert!(all.iter().skip(8).all(|one| one.archived));
}

#[test]
fn a_known_vulnerability_names_its_package() {
    let all = findings(&sample::change(), &config());
    assert_eq!(all[1].kind, VULNERABILITY);
    let package = Some("libssl3".to_owned());
    assert_eq!(
        all[1].vulnerability,
        Some(("CVE-2026-31337".to_owned(), package))
    );
    assert_eq!(all[0].vulnerability, None);
}

#[test]
fn the_same_fault_of_the_next_ami_is_the_same_finding() {
    let before = findings(&sample::change(), &config());
    let mut next = sample::change();
    next.ami = Some("ami-0ffffffffffffffff".to_owned());
    next.fixed = next.new.split_off(0);
    let after = findings(&next, &config());
    assert_eq!(before[0].id, after[1].id);
    assert!(after[1].archived);
    let mut other = sample::change();
    other.target = Target::Family("db".to_owned());
    assert_ne!(findings(&other, &config())[0].id, before[0].id);
}

#[test]
fn what_is_part_of_another_finding_now_is_archived_and_the_other_active() {
    let change = Change {
        quietly_opened: sample::change().new.split_off(5),
        quietly_closed: sample::change().fixed,
        ..sample::nothing_new()
    };
    let all = findings(&change, &config());
    let states: Vec<bool> = all.iter().map(|one| one.archived).collect();
    assert_eq!(states, [false, false, true, true]);
}

#[test]
fn what_is_gone_is_archived() {
    let all = findings(&sample::terminated(), &config());
    assert_eq!(all.len(), 2);
    for one in all {
        assert!(one.archived);
        assert_eq!(one.recommendation, "Nothing: the instance was terminated.");
    }
}

#[test]
fn what_does_not_say_since_when_is_dated_by_its_look() {
    let mut change = sample::change();
    change.new[0].changed = None;
    let all = findings(&change, &config());
    assert_eq!(all[0].updated, "2026-11-21T06:14:50.000Z");
    assert_eq!(all[1].updated, "2026-11-21T06:16:02.125Z");
}

#[test]
fn what_is_still_open_is_the_finding_that_it_was() {
    let new = findings(&sample::change(), &config());
    assert_eq!(still_open(&sample::still_open(), &config()), new[..7]);
}

#[test]
fn an_instance_is_one_to_security_hub() {
    let mut change = sample::change();
    change.target = Target::Instance("i-0123456789abcdef0".to_owned());
    (change.ami, change.report) = (None, None);
    let resource = &findings(&change, &config())[0].resource;
    assert_eq!(resource.kind, "AwsEc2Instance");
    assert_eq!(
        resource.id,
        "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0"
    );
    change.target = Target::Instance("mainframe".to_owned());
    assert_eq!(findings(&change, &config())[0].resource.kind, "Other");
}

proptest! {
    #[test]
    fn whatever_it_is_called_it_is_taken(
        title in any::<String>(),
        subject in "\\PC{0,2000}",
        id in any::<String>(),
        family in "\\PC{1,600}",
    ) {
        let mut change = sample::change();
        change.target = Target::Family(family);
        change.new[0].fault.title = title;
        change.new[0].fault.subject = subject;
        change.new[0].fault.id = id;
        let all = findings(&change, &config());
        let one = &all[0];
        for (text, max) in [
            (&one.id, ID),
            (&one.generator_id, ID),
            (&one.title, TITLE),
            (&one.description, DESCRIPTION),
            (&one.recommendation, RECOMMENDATION),
            (&one.resource.id, ID),
        ] {
            prop_assert!((1..=max).contains(&text.len()), "{text}");
            prop_assert!(!text.trim().is_empty());
        }
        for value in one.fields.values().chain(one.resource.details.values()) {
            prop_assert!((1..=FIELD).contains(&value.len()));
        }
    }
}
