//! A family's images as JSON for the script: short, as there are up to 25,000 of them in a page.

use hardtarget_report::clean_line;
use serde_json::{Value, json};

use super::super::model::{Family, Image, Status};
use super::{REASON, encoded, line};
use crate::published::key::FINISHED;

/// `{"p": prefix of names, "b": base of links, "o": older ones, "i": [image, …]}`, safe inside a `script`.
/// An image is `[name, ami, at, status, score, findings, vulnerabilities, breaks, link, reason]`:
/// - the name without the prefix, or null;
/// - the time in seconds, the status as its place in [`Status::ALL`];
/// - the score, or null; findings and vulnerabilities by severity, or null;
/// - the link: 1 where it is `<base><ami>/<time>/report.html`, null where there is none.
///
/// Nulls, empty lists and empty texts at the end are left out.
pub(super) fn series(family: &Family) -> String {
    let names = family
        .images
        .iter()
        .filter_map(|image| image.name.as_deref());
    let prefix = names
        .reduce(|a, b| common(a, b))
        .map(line)
        .filter(|prefix| !prefix.ends_with('…'))
        .unwrap_or_default();
    let base = format!("reports/{}/", encoded(&family.name));
    let images: Vec<Value> = family
        .images
        .iter()
        .map(|image| one(image, &prefix, &base))
        .collect();
    let all = json!({"p": prefix, "b": base, "o": family.older, "i": images});
    // `</script>` or `<!--` would end it or change how it is read.
    all.to_string().replace('<', "\\u003c")
}

fn one(image: &Image, prefix: &str, base: &str) -> Value {
    let name = image.name.as_deref().map(line);
    let name = name.map(|name| name.strip_prefix(prefix).unwrap_or(&name).to_owned());
    let status = Status::ALL.iter().position(|one| *one == image.status);
    let mut members = vec![
        json!(name),
        json!(line(&image.ami)),
        json!(image.at.as_second()),
        json!(status),
        json!(image.score),
        json!(image.findings),
        json!(image.vulnerabilities),
        json!(
            image
                .breaks
                .iter()
                .map(|one| clean_line(one, REASON))
                .collect::<Vec<_>>()
        ),
        link(image, base),
        json!(clean_line(&image.reason, REASON)),
    ];
    while members.last().is_some_and(is_nothing) {
        members.pop();
    }
    Value::Array(members)
}

fn link(image: &Image, base: &str) -> Value {
    let ruled = format!(
        "{base}{}/{}/report.html",
        image.ami,
        image.at.strftime(FINISHED)
    );
    match &image.link {
        None => Value::Null,
        Some(link) if *link == ruled => json!(1),
        Some(link) => json!(link),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        _ => false,
    }
}

/// What two texts begin with, both.
fn common<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.char_indices().zip(b.chars());
    let end = same
        .take_while(|((_, a), b)| a == b)
        .last()
        .map_or(0, |((at, one), _)| at + one.len_utf8());
    a.get(..end).unwrap_or_default()
}
