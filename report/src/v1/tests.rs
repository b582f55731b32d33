//! The wire format keeps its shape, loses nothing, and takes nothing that is not of it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Error, parse, to_json};
use crate::{Report, sample, strategy};

/// A report with a bit of everything, short enough to read.
fn small() -> Report {
    let mut report = sample::vulnerable();
    report.findings.truncate(2);
    report.vulnerabilities.retain(|one| one.waiver.is_some());
    report.vulnerabilities.truncate(2);
    report.packages.truncate(2);
    for run in &mut report.engines {
        let mut seen = std::collections::BTreeSet::new();
        run.checks
            .retain(|check| seen.insert(check.outcome.as_str()));
    }
    report.facts = report.facts.into_iter().take(2).collect();
    if let Some(score) = &mut report.score {
        score.tests.truncate(2);
    }
    report
}

fn error(json: &Value) -> String {
    parse(json.to_string().as_bytes()).unwrap_err().to_string()
}

fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut json: Value = serde_json::from_str(&to_json(&small()).unwrap()).unwrap();
    change(&mut json);
    error(&json)
}

#[test]
fn the_form_is_frozen() {
    insta::assert_snapshot!(to_json(&small()).unwrap());
}

/// The schema of the types.
fn schema() -> Value {
    let mut schema = schemars::schema_for!(super::Report);
    schema.insert(
        "$id".to_owned(),
        "https://github.com/hardtarget/hardtarget/blob/main/report/schema/v1.json".into(),
    );
    schema.to_value()
}

/// `HARDTARGET_GENERATE=1 cargo test -p hardtarget-report schema` writes it anew.
#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/v1.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("HARDTARGET_GENERATE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == text,
        "report/schema/v1.json is not what the types say. Version 1 is frozen: change the types \
         back, or, for a mere wording, run `make generate` and commit the file."
    );
}

#[test]
fn every_sample_is_valid_by_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for report in [
        sample::typical(),
        sample::vulnerable(),
        sample::partial(),
        sample::failed(),
        sample::spotless(),
        sample::hostile(),
    ] {
        let json = serde_json::from_str(&to_json(&report).unwrap()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&json)
            .map(|error| error.to_string().chars().take(200).collect())
            .collect();
        assert_eq!(errors, [""; 0]);
    }
}

#[test]
fn the_schema_refuses_what_the_types_refuse() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let good: Value = serde_json::from_str(&to_json(&small()).unwrap()).unwrap();
    for (place, value) in [
        ("/extra", json!(1)),
        ("/schema_version", json!(2)),
        ("/scan/id", json!("7F")),
        ("/scan/status", json!("fine")),
        ("/score/index", json!(101)),
        ("/findings/0/severity", json!("bad")),
        ("/findings/0/fingerprint", json!("x")),
        ("/engines/0/checks/0/outcome", json!("passed")),
    ] {
        let mut bad = good.clone();
        set(&mut bad, place, value);
        assert!(!validator.is_valid(&bad), "the schema takes {place}");
        assert!(
            parse(bad.to_string().as_bytes()).is_err(),
            "the types take {place}"
        );
    }
}

fn set(json: &mut Value, place: &str, value: Value) {
    let (parent, name) = place.rsplit_once('/').unwrap();
    json.pointer_mut(parent).unwrap()[name] = value;
}

#[test]
fn what_is_refused_is_told_in_a_sentence() {
    let twice = |json: &mut Value| {
        let first = json["findings"][0].clone();
        json["findings"].as_array_mut().unwrap().push(first);
    };
    insta::assert_snapshot!(
        [
            error(&json!([])),
            error(&json!({})),
            error(&json!({"schema_version": 2, "whatever": true})),
            changed(|json| json["colour\u{1b}[2J"] = json!("red")),
            changed(|json| json["findings"][0]["extra"] = json!(1)),
            changed(|json| json["counts"]["high"] = json!(7)),
            changed(|json| json["findings"][0]["fingerprint"] = json!("0".repeat(32))),
            changed(|json| json["findings"][0]["subject"] = json!("/elsewhere")),
            changed(|json| json["score"]["index"] = json!(101)),
            changed(|json| json["score"]["index"] = json!(99)),
            changed(|json| json["scan"]["id"] = json!("\u{1b}[2J")),
            changed(|json| json["scan"]["started"] = json!("yesterday")),
            changed(|json| json["engines"][0]["why"] = json!("it ran")),
            changed(|json| json["engines"][0]["checks"][0]["why"] = json!("both")),
            changed(|json| json["engines"][1]["engine"] = json!("lynis")),
            changed(twice),
            changed(|json| json["findings"][0]["references"][0] = json!(["CWE-1", null])),
            changed(|json| json["scan"]["status"] = json!({"complete": null})),
            changed(|json| json["scan"]["finished"] = json!("2001-01-01T00:00:00Z")),
            changed(|json| json["scan"]["status"] = json!("partial")),
            changed(|json| json["scan"]["status"] = json!("failed")),
            changed(|json| json["scan"]["why"] = json!(["something"])),
            changed(|json| json["engines"] = json!([])),
            changed(|json| {
                json["engines"][0]["outcome"] = json!("failed");
                json["engines"][0]["why"] = json!("killed");
            }),
            changed(|json| {
                json["engines"][0]["outcome"] = json!("partial");
                json["engines"][0]["why"] = json!("killed");
                json["scan"]["status"] = json!("partial");
            }),
            changed(|json| json["score"]["max_points"] = json!(0)),
            changed(|json| json["score"]["max_points"] = json!(100)),
            changed(|json| json["score"]["max_points"] = json!(null)),
            changed(|json| json["score"]["points"] = json!(0)),
        ]
        .join("\n")
    );
}

#[test]
fn a_text_that_goes_on_is_refused() {
    let json = to_json(&small()).unwrap();
    assert!(parse(format!("{json}{json}").as_bytes()).is_err());
    assert!(parse(&json.as_bytes()[..json.len() / 2]).is_err());
    assert!(parse(b"\xff\xfe").is_err());
}

/// A compact JSON text in which the object that begins at `at` has become the list of its members.
fn as_list(json: &str, at: usize) -> String {
    let mut out = format!("{}[", &json[..at]);
    let (mut depth, mut in_name, mut in_string) = (1, true, false);
    for (place, c) in json.char_indices().skip_while(|(place, _)| *place <= at) {
        match c {
            '"' => in_string = !in_string,
            '{' | '[' if !in_string => depth += 1,
            '}' | ']' if !in_string => depth -= 1,
            ',' if !in_string && depth == 1 => in_name = true,
            _ => {}
        }
        if depth == 0 {
            return format!("{out}]{}", &json[place + 1..]);
        }
        if !in_name || c == ',' {
            out.push(c);
        }
        if c == ':' && !in_string && depth == 1 {
            in_name = false;
        }
    }
    panic!("no object begins at {at}");
}

#[test]
fn a_list_is_no_object_wherever_it_stands() {
    let json = serde_json::to_string(&super::Report::from(&small())).unwrap();
    assert!(parse(json.as_bytes()).is_ok());
    let objects = json.match_indices('{').map(|(at, _)| at);
    let facts = json.rfind('{').unwrap();
    for at in objects.filter(|at| *at != facts) {
        let bad = as_list(&json, at);
        // Serde alone takes it.
        assert!(serde_json::from_str::<super::Report>(&bad).is_ok(), "{bad}");
        let result = parse(bad.as_bytes());
        assert!(matches!(result, Err(Error::Form)), "{bad}: {result:?}");
    }
    assert!(parse(as_list(&json, facts).as_bytes()).is_err());
}

#[test]
fn an_object_is_no_word_and_a_name_stands_once() {
    let json = serde_json::to_string(&super::Report::from(&small())).unwrap();
    for (good, bad) in [
        (r#""complete""#, r#"{"complete":null}"#),
        (r#""ran""#, r#"{"ran":null}"#),
        (r#""native""#, r#"{"native":null}"#),
        (r#""critical","#, r#"{"critical":null},"#),
        (r#""pass""#, r#"{"pass":null}"#),
        (r#""facts":{"#, r#""facts":{"twice":[],"twice":[],"#),
    ] {
        let bad = json.replacen(good, bad, 1);
        let result = parse(bad.as_bytes());
        assert!(matches!(result, Err(Error::Form)), "{bad}: {result:?}");
    }
    for name in ["score", "schema_version", "facts"] {
        let bad = json.replacen('{', &format!("{{\"{name}\":null,"), 1);
        assert!(parse(bad.as_bytes()).is_err(), "{name}");
    }
}

#[test]
fn neither_depth_nor_mere_number_takes_the_reader_down() {
    for piece in ["[", "{\"schema_version\":", "{\"a\":[", "[[],"] {
        assert!(parse(piece.repeat(400_000).as_bytes()).is_err());
    }
    let json = serde_json::to_string(&super::Report::from(&small())).unwrap();
    let many = format!("\"facts\":{{\"a\":[{}\"\"],", "\"\",".repeat(500_000));
    let result = parse(json.replacen("\"facts\":{", &many, 1).as_bytes());
    assert!(matches!(result, Err(Error::Values)), "{result:?}");
}

#[test]
fn the_order_of_a_report_is_restored() {
    let mut turned = sample::typical();
    turned.findings.reverse();
    turned.engines.reverse();
    let json = to_json(&turned).unwrap();
    assert_eq!(parse(json.as_bytes()).unwrap(), sample::typical());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_lost_on_the_wire(report in strategy::report()) {
        let json = to_json(&report).unwrap();
        let back = parse(json.as_bytes()).unwrap();
        prop_assert_eq!(&back, &report);
        prop_assert_eq!(to_json(&back).unwrap(), json);
    }

    #[test]
    fn whatever_is_written_is_valid_by_the_schema(report in strategy::report()) {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let json = serde_json::from_str(&to_json(&report).unwrap()).unwrap();
        prop_assert!(validator.is_valid(&json));
    }

    #[test]
    fn what_is_taken_is_written_again_and_valid(
        at in 0_usize..7_000, old in 0_usize..4, new in "[]\\[{},:\"a0-9-]{0,4}"
    ) {
        let json = to_json(&small()).unwrap();
        let at = at % json.len();
        let changed = format!("{}{new}{}", &json[..at], json.get(at + old..).unwrap_or_default());
        if let Ok(report) = parse(changed.as_bytes()) {
            let validator = jsonschema::validator_for(&schema()).unwrap();
            prop_assert!(validator.is_valid(&serde_json::from_str(&changed).unwrap()));
            let json = to_json(&report).unwrap();
            prop_assert_eq!(parse(json.as_bytes()).unwrap(), report);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse(&bytes).is_err());
    }
}
