use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const NAME: &str = "i-0123456789abcdef0";

fn control(id: &str, title: &str, impact: f64, statuses: &[&str]) -> Value {
    let results: Vec<Value> = statuses
        .iter()
        .map(|status| {
            json!({"status": status, "code_desc": format!("File {id} is expected to exist"),
                "run_time": 0.01, "start_time": "2026-11-21T06:00:00+00:00"})
        })
        .collect();
    json!({"id": id, "title": title, "desc": "…", "descriptions": [], "impact": impact, "refs": [],
        "tags": {"nist": ["AC-6"]}, "code": "control …", "source_location": {"line": 1, "ref": "a.rb"},
        "waiver_data": {}, "results": results})
}

fn document(controls: &[Value]) -> Value {
    json!({"platform": {"name": "debian", "release": "12"}, "version": "5.22.3",
        "statistics": {"duration": 1.5},
        "profiles": [{"name": "baseline", "sha256": "0", "supports": [], "attributes": [],
            "groups": [], "status": "loaded", "controls": controls}]})
}

fn told(document: &Value) -> Tells {
    read(NAME, document.to_string().as_bytes()).unwrap()
}

#[test]
fn failed_passed_and_skipped_controls() {
    let told = told(&document(&[
        control(
            "sshd-01",
            "Root may not log in",
            0.7,
            &["passed", "failed", "failed"],
        ),
        control("os-01", "No telnet", 1.0, &["passed"]),
        control("os-02", "Only on Windows", 1.0, &["skipped"]),
        control("os-03", "Never run", 1.0, &[]),
    ]));
    let [
        Sighting {
            fault,
            waived: false,
            ..
        },
    ] = &told.failed[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!(fault.key, Fault::md5_key(NAME, "Root may not log in"));
    assert_eq!(
        (fault.id.as_str(), fault.severity),
        ("sshd-01", Severity::High)
    );
    assert_eq!(
        fault.subject,
        "File sshd-01 is expected to exist (and 1 more)"
    );
    assert_eq!(told.passed, [Fault::md5_key(NAME, "No telnet")]);
    assert_eq!(told.skipped, 2);
}

#[test]
fn severities_are_those_of_inspecs_own_bands() {
    for (impact, severity) in [
        (1.0, Severity::Critical),
        (0.9, Severity::Critical),
        (0.89, Severity::High),
        (0.7, Severity::High),
        (0.69, Severity::Medium),
        (0.4, Severity::Medium),
        (0.39, Severity::Low),
        (0.01, Severity::Low),
        (0.0, Severity::Info),
    ] {
        let told = told(&document(&[control("a", "b", impact, &["failed"])]));
        assert_eq!(told.failed[0].fault.severity, severity, "{impact}");
    }
    for (impact, severity) in [
        (json!("critical"), Severity::Critical),
        (json!("none"), Severity::Info),
        (json!("strange"), Severity::Medium),
        (Value::Null, Severity::Medium),
    ] {
        let mut one = control("a", "b", 0.0, &["failed"]);
        one["impact"] = impact;
        assert_eq!(told(&document(&[one])).failed[0].fault.severity, severity);
    }
}

#[test]
fn what_somebody_lives_with_is_waived_until_the_waiver_expires() {
    let mut one = control("a", "b", 0.7, &["failed"]);
    one["waiver_data"] = json!({"justification": "Until spring", "run": true,
        "skipped_due_to_waiver": false, "message": ""});
    assert!(told(&document(&[one.clone()])).failed[0].waived);
    one["waiver_data"]["message"] =
        json!("Waiver expired on 2026-01-01, evaluating control normally");
    assert!(!told(&document(&[one])).failed[0].waived);
}

#[test]
fn the_short_form_has_results_instead_of_controls() {
    let result = |id: &str, status: &str| {
        json!({"id": id, "profile_id": "baseline", "profile_sha256": "0", "status": status,
            "code_desc": "Port 23 is expected not to be listening"})
    };
    let told = told(
        &json!({"statistics": {"duration": 1}, "version": "5.22.3", "controls": [
        result("os-01", "passed"), result("os-02", "passed"), result("os-01", "failed"),
        result("os-03", "skipped")]}),
    );
    let Sighting { fault, waived, .. } = &told.failed[0];
    assert_eq!(
        (fault.id.as_str(), fault.title.as_str()),
        ("os-01", "os-01")
    );
    assert_eq!((fault.severity, *waived), (Severity::Medium, false));
    assert_eq!(told.passed, [Fault::md5_key(NAME, "os-02")]);
    assert_eq!((told.failed.len(), told.skipped), (1, 1));
}

#[test]
fn of_a_control_that_is_there_twice_the_place_is_the_same_whatever_comes_first() {
    let mut twice = [
        control("a", "No telnet", 0.7, &["failed"]),
        control("a", "No telnet", 0.7, &["failed", "failed"]),
    ];
    let subject = |controls: &[Value]| told(&document(controls)).failed[0].fault.subject.clone();
    let there = subject(&twice);
    twice.reverse();
    assert_eq!(subject(&twice), there);
}

#[test]
fn hostile_text_is_cleaned_and_cut() {
    let long = "x".repeat(10_000);
    let told = told(&document(&[control(
        "a\u{1b}[2J\n",
        &long,
        0.5,
        &["failed"],
    )]));
    let fault = &told.failed[0].fault;
    assert_eq!(fault.id, "a\u{FFFD}[2J\u{FFFD}");
    assert_eq!(fault.title.chars().count(), TITLE);
}

#[test]
fn what_is_no_report_is_refused_in_one_line() {
    for text in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"profiles": 1}"#,
        r#"{"profiles": [{"controls": [{}]}]}"#,
    ] {
        let error = read(NAME, text.as_bytes()).unwrap_err().to_string();
        assert!(
            !error.contains('\n') && error.starts_with("no JSON of InSpec"),
            "{error}"
        );
    }
    let many: Vec<Value> = (0..=MOST).map(|_| json!({"id": "a"})).collect();
    let many = json!({ "profiles": [{ "controls": many }] }).to_string();
    assert!(matches!(
        read(NAME, many.as_bytes()),
        Err(DocumentError::Many)
    ));
}

proptest! {
    #[test]
    fn the_order_of_the_controls_does_not_matter(
        controls in prop::collection::vec(("[abc]", "[xyz]?", 0..5_u8, 0..4_usize), 0..10)
    ) {
        let statuses: [&[&str]; 4] = [&["failed"], &["passed"], &["skipped"], &["passed", "failed"]];
        let mut controls: Vec<Value> = controls
            .into_iter()
            .map(|(id, title, impact, at)| {
                control(&id, &title, f64::from(impact) / 4.0, statuses[at])
            })
            .collect();
        let there = told(&document(&controls));
        controls.reverse();
        prop_assert_eq!(&there, &told(&document(&controls)));
        for one in &there.failed {
            prop_assert!(!there.passed.contains(&one.fault.key));
        }
    }

    #[test]
    fn no_text_makes_it_stumble(text in "\\PC{0,80}") {
        let _ = read(NAME, text.as_bytes());
    }
}
