use super::*;
use crate::change::sample;

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
fn a_month() {
    insta::assert_snapshot!(monthly(&sample::monthly(), HERE, true));
}

#[test]
fn a_golden_run() {
    insta::assert_snapshot!(golden(&sample::golden()));
}

#[test]
fn scores_have_an_arrow_only_where_they_compare() {
    let of = |old, new, reasons: &[&str]| {
        let reasons = reasons.iter().map(ToString::to_string).collect();
        score(&ScoreMove { old, new, reasons })
    };
    for (old, new, reasons, said) in [
        (Some(67), Some(71), [].as_slice(), Some("Score: 67 → 71")),
        (Some(71), Some(71), &[], Some("Score: 71, as before")),
        (
            Some(67),
            Some(71),
            &["Lynis 3.1.4 against 3.1.7"],
            Some("Score: 71; the 67 of before does not compare: Lynis 3.1.4 against 3.1.7"),
        ),
        (
            Some(67),
            None,
            &["the new scan has no score"],
            Some("Score: none; it was 67 before"),
        ),
        (None, None, &["neither scan has a score"], None),
    ] {
        assert_eq!(of(old, new, reasons).as_deref(), said);
    }
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
