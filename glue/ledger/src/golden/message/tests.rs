use jiff::{SignedDuration, Timestamp};

use hardtarget_report::Severity;

use super::*;
use crate::golden::outcome::given_up;

const BEGAN: Timestamp = Timestamp::constant(1_795_240_800, 0);

fn run(wanted: usize, problems: &[&str]) -> Run {
    let wanted = (0..wanted).map(|number| Wanted {
        ami: ami(number),
        instance_type: None,
        user_data: None,
    });
    let problems = problems.iter().map(|&problem| problem.to_owned()).collect();
    let patience = SignedDuration::from_hours(12);
    let mut run = Run::begin(BEGAN, None, patience, wanted.collect(), problems);
    run.sent = true;
    run
}

fn ami(number: usize) -> String {
    format!("ami-{number:017x}")
}

fn by_severity(numbers: [u64; 5]) -> BTreeMap<String, u64> {
    let names = SEVERITIES.map(|(ours, _)| ours.to_owned());
    names.into_iter().zip(numbers).collect()
}

fn changed(number: usize) -> Changed {
    Changed {
        id: format!("CVE-2026-{number:04}"),
        severity: Severity::High,
        title: "openssl 3.0.15-1~deb12u1".to_owned(),
        why: "it was not known then, in the same version of the package".to_owned(),
    }
}

fn assessed(new: usize) -> Outcome {
    let tags = [
        ("Name", "web"),
        ("app-name", "shop"),
        ("hardtarget", "a trick"),
    ];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    Outcome {
        status: "assessed".to_owned(),
        since: Some(BEGAN),
        name: Some("web-2026-11-21".to_owned()),
        family: Some("web".to_owned()),
        tags: tags.into(),
        report: Some(Reported {
            key: "reports/web/ami-0/20261121T061501Z/report.json".to_owned(),
            score: Some(64),
            findings: by_severity([0, 1, 2, 3, 4]),
            vulnerabilities: Some(by_severity([1, 10, 0, 0, 0])),
            changes: Some(Changes {
                ami: Some(ami(0)),
                finished: BEGAN,
                new_findings: 0,
                new_vulnerabilities: u64::try_from(new).unwrap(),
                new: (0..new).map(changed).collect(),
                fixed_findings: 0,
                fixed_vulnerabilities: 0,
                fixed: vec![],
            }),
        }),
        ..Outcome::default()
    }
}

#[test]
fn what_subscribers_read() {
    let run = run(
        3,
        &["entry 4: \"web\" is neither an AMI's id nor a parameter's path"],
    );
    let unsupported = Outcome {
        status: "unsupported".to_owned(),
        reason: "Windows cannot be assessed: only Linux can".to_owned(),
        since: Some(BEGAN),
        ..Outcome::default()
    };
    let outcomes = BTreeMap::from([
        (ami(0), assessed(2)),
        (ami(1), unsupported),
        (ami(2), given_up(&run, None)),
    ]);
    let message = compose(&run, &outcomes, "reports-bucket");
    insta::assert_snapshot!(serde_json::to_string_pretty(&message).unwrap());
}

/// What consumers of AWS's own solution do: they read each object as texts by name.
#[test]
fn tags_and_counts_are_texts_and_the_counts_add_up() {
    let message = compose(&run(1, &[]), &BTreeMap::from([(ami(0), assessed(0))]), "b");
    let mut members = message[0].as_object().unwrap().clone();
    assert!(members.remove("hardtarget").unwrap().is_object());
    assert!(members.values().all(Value::is_string), "{members:?}");
    assert_eq!(members["app-name"], "shop");
    assert_eq!(members["Finding-Severity-Critical-Count"], "1");
    assert_eq!(members["Finding-Severity-High-Count"], "11");
    assert_eq!(members["Finding-Severity-Informational-Count"], "4");
}

#[test]
fn what_has_not_been_assessed_has_no_counts() {
    let failed = Outcome {
        status: "failed".to_owned(),
        ..Outcome::default()
    };
    let message = compose(&run(1, &[]), &BTreeMap::from([(ami(0), failed)]), "b");
    assert_eq!(message[0].as_object().unwrap().len(), 1);
    assert!(message[0]["hardtarget"]["findings"].is_null());
}

#[test]
fn no_tag_stands_for_a_count() {
    let name = "Finding-Severity-Critical-Count".to_owned();
    let failed = Outcome {
        status: "failed".to_owned(),
        tags: BTreeMap::from([(name, "0".to_owned())]),
        ..Outcome::default()
    };
    let message = compose(&run(1, &[]), &BTreeMap::from([(ami(0), failed)]), "b");
    assert_eq!(message[0].as_object().unwrap().len(), 1);
}

#[test]
fn the_longest_list_fits_into_a_message_of_sns() {
    // As many as a parameter of 8 KB can hold.
    let run = run(630, &["a problem"]);
    for value in ["x", &"ü".repeat(256)] {
        let mut outcome = assessed(20);
        // In a message of a machine's own a character may have four bytes.
        outcome.reason = value.replace('ü', "\u{1F600}");
        let tags = (0..48).map(|number| (format!("tag-{number}"), value.to_owned()));
        outcome.tags = tags.collect();
        let outcomes = (0..630)
            .map(|number| (ami(number), outcome.clone()))
            .collect();
        let message = compose(&run, &outcomes, "reports-bucket");
        assert!(
            message.to_string().len() <= LARGEST,
            "{}",
            message.to_string().len()
        );
        assert_eq!(message.as_array().unwrap().len(), 631);
        assert_eq!(message[629]["hardtarget"]["ami"], ami(629));
        assert_eq!(message[629]["Finding-Severity-High-Count"], "11");
    }
}

#[test]
fn a_few_amis_keep_all_that_is_known_of_them() {
    let outcomes = BTreeMap::from([(ami(0), assessed(20))]);
    let message = compose(&run(1, &[]), &outcomes, "b");
    assert_eq!(
        message[0]["hardtarget"]["new"]["worst"]
            .as_array()
            .unwrap()
            .len(),
        20
    );
    assert_eq!(message[0]["Name"], "web");
}
