use proptest::prelude::*;

use super::*;
use crate::change::{Change, ScoreMove, Source, sample};
use crate::target::Target;

const HERE: Place<'_> = Place {
    bucket: "hardtarget-reports",
    region: "eu-west-1",
};

#[test]
fn a_change() {
    insta::assert_snapshot!(change(&sample::change(), HERE));
}

#[test]
fn a_first_report() {
    let first = Change {
        first: true,
        returned: vec![],
        fixed: vec![],
        waived: vec![],
        snoozed: 0,
        score: Some(ScoreMove {
            old: None,
            new: Some(71),
            reasons: vec![],
        }),
        ..sample::change()
    };
    insta::assert_snapshot!(change(&first, HERE));
}

#[test]
fn nothing_new() {
    insta::assert_snapshot!(change(&sample::nothing_new(), HERE));
}

#[test]
fn an_instance_of_which_systems_manager_tells() {
    let mut ssm = sample::change();
    ssm.new.truncate(2);
    let ssm = Change {
        target: Target::Instance("i-0123456789abcdef0".to_owned()),
        source: Source::Ssm,
        ami: None,
        ami_name: None,
        report: None,
        score: None,
        snoozed: 0,
        fixed: vec![],
        waived: vec![],
        ..ssm
    };
    insta::assert_snapshot!(change(&ssm, HERE));
}

#[test]
fn a_snooze_that_is_over() {
    let snooze = Change {
        source: Source::Snooze,
        new: vec![],
        fixed: vec![],
        waived: vec![],
        snoozed: 0,
        score: None,
        report: None,
        ..sample::change()
    };
    insta::assert_snapshot!(change(&snooze, HERE));
}

#[test]
fn the_end_of_an_instance() {
    let text = change(&sample::terminated(), HERE);
    assert_eq!(
        text,
        "i-0123456789abcdef0 was terminated 2026-11-21 06:14 UTC: what was open there is off the list \
         (1 high, 1 medium)"
    );
}

#[test]
fn a_month() {
    insta::assert_snapshot!(monthly(&sample::monthly(), HERE, true));
}

#[test]
fn a_golden_run() {
    insta::assert_snapshot!(golden(&sample::golden()));
}

#[test]
fn hostile_text_calls_nobody_and_links_nowhere() {
    let text = change(&sample::hostile(), HERE);
    let opened: Vec<&str> = text
        .match_indices('<')
        .map(|(at, _)| text[at..].split(['|', '>']).next().unwrap())
        .collect();
    assert!(!opened.is_empty());
    for link in opened {
        assert!(
            link.starts_with("<https://eu-west-1.console.aws.amazon.com/s3/object/"),
            "{link}"
        );
    }
    assert!(!text.contains("```"), "{text}");
    assert!(!text.contains("@here"), "{text}");
    assert!(!text.contains("http://"), "{text}");
    for line in text.lines() {
        assert_eq!(line.matches('`').count() % 2, 0, "{line}");
    }
}

#[test]
fn the_longest_text_is_cut_between_lines() {
    let mut long = sample::change();
    for one in &mut long.new {
        one.fault.title = "<&>".repeat(1000);
        one.fault.subject = "&".repeat(1000);
        one.fault.id = "&".repeat(1000);
    }
    long.target = Target::Family("&".repeat(1000));
    long.ami_name = Some("&".repeat(1000));
    let text = change(&long, HERE);
    assert!(text.len() <= LARGEST, "{}", text.len());
    let cut = text
        .replace("&amp;", "")
        .replace("&lt;", "")
        .replace("&gt;", "");
    let links = cut.replace("?region=eu-west-1&prefix", "");
    assert!(!links.contains('&'), "an escape was cut: {links}");
    assert!(text.contains("more in the CSV"), "{text}");
}

proptest! {
    #[test]
    fn whatever_it_is_called_it_stays_within_its_line(
        title in any::<String>(),
        subject in any::<String>(),
        id in any::<String>(),
        name in "\\PC{1,40}",
    ) {
        let mut any = sample::change();
        any.target = Target::Family(name.clone());
        any.ami_name = Some(name);
        let fault = &mut any.new[0].fault;
        (fault.title, fault.subject, fault.id) = (title, subject, id);
        let text = change(&any, HERE);
        prop_assert_eq!(text.lines().count(), change(&sample::change(), HERE).lines().count());
        // Only our own two links.
        prop_assert_eq!(text.matches('<').count(), 2);
        prop_assert_eq!(text.matches("<https://eu-west-1.console.aws.amazon.com/").count(), 2);
        prop_assert!(text.lines().all(|line| line.matches('`').count() % 2 == 0));
    }
}
