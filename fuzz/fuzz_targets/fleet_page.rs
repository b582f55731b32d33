//! The fleet's page, of rows with hostile names, one a line as JSON: what is known of an AMI, or an assessment with
//! its `family`. No row becomes an element, an attribute or a link of its own, and their order means nothing.
#![no_main]

use std::collections::BTreeSet;

use hardtarget_ledger::fleet::assessment::Assessment;
use hardtarget_ledger::fleet::html::{encoded, html};
use hardtarget_ledger::fleet::model::{Fleet, Input};
use hardtarget_ledger::published::key::FINISHED;
use hardtarget_report::image_status::ImageStatus;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const NOW: Timestamp = Timestamp::constant(1_795_241_690, 0);

/// A report has no more findings than it has bytes.
const COUNT: u64 = 16 << 20;

/// Up to so many families are all in the markup as they are; of more, most are packed.
const SMALL: usize = 24;

fuzz_target!(|text: &str| {
    let (mut inputs, mut statuses) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for line in text.split('\n') {
        if let Ok(status) = serde_json::from_str::<ImageStatus>(line) {
            // As in the table, where a row's key is there once.
            if seen.insert((status.family.clone(), status.ami.clone(), None)) {
                statuses.push(status);
            }
        } else if let Some(input) = input(line)
            && seen.insert((
                input.family.clone(),
                input.assessment.ami.clone(),
                Some(input.assessment.finished),
            ))
        {
            inputs.push(input);
        }
    }
    let fleet = Fleet::new(inputs.clone(), statuses.clone());
    inputs.reverse();
    statuses.reverse();
    assert_eq!(fleet, Fleet::new(inputs, statuses), "the order of the rows");

    if fleet.families.len() > SMALL {
        return;
    }

    let page = html(&fleet, NOW);
    let (_, body) = page.split_once("<body>").expect("a body");
    let mut data = body.split("<script type=\"application/json\">");
    let mut markup = data.next().unwrap_or_default().to_owned();
    let mut drawn = 0;
    for rest in data {
        let (data, after) = rest
            .split_once("</script>")
            .expect("data that does not end");
        let data: Value = serde_json::from_str(data).expect("data that is no JSON");
        drawn += data["n"].as_array().expect("the data has images").len();
        assert!(harmless(&data.to_string()));
        markup.push_str(after);
    }
    assert_eq!(
        drawn,
        fleet
            .families
            .iter()
            .map(|family| family.images.len())
            .sum::<usize>()
    );
    assert!(harmless(&resolved(&markup)));
    elements(&markup);
});

fn input(line: &str) -> Option<Input> {
    let value: Value = serde_json::from_str(line).ok()?;
    let family = value.get("family")?.as_str()?.to_owned();
    let mut assessment: Assessment = serde_json::from_value(value).ok()?;
    let known = assessment.vulnerabilities.iter_mut().flatten();
    let counts = assessment.findings.iter_mut().chain(known);
    counts.for_each(|count| *count = (*count).min(COUNT));
    let at = assessment.finished.strftime(FINISHED).to_string();
    let link = ["reports", &family, &assessment.ami, &at, "report.html"]
        .map(encoded)
        .join("/");
    Some(Input {
        family,
        assessment,
        link,
    })
}

/// Whether nothing in it moves a cursor or turns the text round.
fn harmless(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
}

/// The markup with the characters that its numeric references stand for.
fn resolved(markup: &str) -> String {
    let mut parts = markup.split("&#");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').expect("a reference that does not end");
        let number = number.parse().expect("a reference that is no number");
        text.push(char::from_u32(number).expect("a reference to no character"));
        text.push_str(rest);
    }
    text
}

/// Goes through the tags of some markup.
fn elements(mut markup: &str) {
    while let Some((_, rest)) = markup.split_once('<') {
        let name: String = rest
            .chars()
            .take_while(|c| !matches!(c, ' ' | '>'))
            .collect();
        let plain = name.strip_prefix('/').unwrap_or(&name);
        assert!(
            plain.chars().all(|c| c.is_ascii_alphanumeric()) && !plain.is_empty(),
            "<{name}"
        );
        assert!(
            ![
                "script", "style", "img", "iframe", "object", "embed", "link", "base", "form",
                "meta"
            ]
            .contains(&plain),
            "<{name}"
        );
        markup = &rest[name.len()..];
        while let Some(attributes) = markup.strip_prefix(' ') {
            let name: String = attributes
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect();
            assert!(
                !name.is_empty() && !name.starts_with("on") && name != "style",
                "{name}"
            );
            markup = &attributes[name.len()..];
            if let Some(value) = markup.strip_prefix("=\"") {
                let (value, rest) = value.split_once('"').expect("a value that does not end");
                if name == "href" {
                    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
                    let ours = value == "#families"
                        || value.starts_with("reports/") && value.chars().all(plain);
                    assert!(ours, "{value}");
                }
                markup = rest;
            }
        }
        assert!(
            markup.starts_with('>'),
            "<{name}{}",
            markup.chars().take(80).collect::<String>()
        );
    }
}
