//! A family's images as JSON for the script: by columns and by differences, as there are up to 25,000 images in a
//! page and an image is much like the one before it.

use std::collections::BTreeMap;

use hardtarget_report::{Severity, clean_line};
use serde_json::{Value, json};

use super::super::model::{Family, Image, Status};
use super::{REASON, encoded, line};
use crate::fleet::assessment::BySeverity;
use crate::published::key::FINISHED;

/// The images as JSON, safe inside a `script`. Each list has a member an image:
/// - `n`: the name without the prefix `p`, or null;
/// - `a`: the AMI's id without the prefix `q`, percent-encoded; the ids are one text with commas between them;
/// - `t`: the time in seconds, by [`steps`];
/// - `s`: the status as its place in [`Status::ALL`];
/// - `i`: the score, by [`steps`];
/// - `f`, `v`: findings and vulnerabilities: five such lists of [`steps`], one a severity.
///
/// What few images have stands by the image's place: `x` why its score does not compare, `r` the reason, `l` the
/// link, or null, where it is not `<b><ami>/<time>/report.html`. `o` is how many older ones there are.
pub(super) fn series(family: &Family) -> String {
    let images = &family.images;
    let names: Vec<Option<String>> = images.iter().map(name).collect();
    let prefix = shared(names.iter().flatten());
    let amis: Vec<String> = images.iter().map(ami).collect();
    let start = shared(&amis);
    let base = format!("reports/{}/", encoded(&family.name));
    let status = |image: &Image| Status::ALL.iter().position(|one| *one == image.status);
    let all = json!({
        "p": prefix,
        "b": base,
        "o": family.older,
        "n": names.iter().map(|name| name.as_deref()?.strip_prefix(prefix)).collect::<Vec<_>>(),
        "q": start,
        "a": amis.iter().filter_map(|ami| ami.strip_prefix(start)).collect::<Vec<_>>().join(","),
        "t": steps(images.iter().map(|image| Some(image.at.as_second()))),
        "s": images.iter().map(status).collect::<Vec<_>>(),
        "i": steps(images.iter().map(|image| image.score.map(i64::from))),
        "f": by_severity(images, |image| image.findings),
        "v": by_severity(images, |image| image.vulnerabilities),
        "x": few(images, |image| (!image.breaks.is_empty()).then(|| breaks(image))),
        "r": few(images, |image| (!image.reason.is_empty()).then(|| json!(clean_line(&image.reason, REASON)))),
        "l": few(images, |image| other_link(image, &base)),
    });
    escaped(&all.to_string())
}

/// JSON without what it may do without: `</script>` or `<!--` would end it or change how it is read, and the page
/// is ASCII.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && c != '<' {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// Each value as its difference from the last one that there was, the first from 0.
fn steps(values: impl Iterator<Item = Option<i64>>) -> Vec<Option<i64>> {
    let mut last = 0_i64;
    values
        .map(|value| {
            let value = value?;
            let step = value.saturating_sub(last);
            last = value;
            Some(step)
        })
        .collect()
}

fn by_severity(images: &[Image], of: impl Fn(&Image) -> Option<BySeverity>) -> Vec<Value> {
    let one = |place: usize| {
        let counts = images.iter().map(&of);
        steps(counts.map(|counts| counts?.get(place).copied()?.try_into().ok()))
    };
    (0..Severity::ALL.len())
        .map(|place| json!(one(place)))
        .collect()
}

fn few(images: &[Image], of: impl Fn(&Image) -> Option<Value>) -> BTreeMap<usize, Value> {
    let all = images.iter().enumerate();
    all.filter_map(|(place, image)| Some((place, of(image)?)))
        .collect()
}

fn name(image: &Image) -> Option<String> {
    image.name.as_deref().map(line)
}

fn ami(image: &Image) -> String {
    encoded(&line(&image.ami))
}

fn breaks(image: &Image) -> Value {
    let all = image.breaks.iter();
    all.map(|one| clean_line(one, REASON)).collect()
}

fn other_link(image: &Image, base: &str) -> Option<Value> {
    let ruled = format!(
        "{base}{}/{}/report.html",
        ami(image),
        image.at.strftime(FINISHED)
    );
    (image.link.as_ref() != Some(&ruled)).then(|| json!(image.link))
}

/// What all these begin with.
fn shared<'a>(texts: impl IntoIterator<Item = &'a String>) -> &'a str {
    let texts = texts.into_iter().map(String::as_str);
    texts.reduce(common).unwrap_or_default()
}

/// What two texts begin with, both.
fn common<'a>(a: &'a str, b: &'a str) -> &'a str {
    let same = a.char_indices().zip(b.chars());
    let end = same
        .take_while(|((_, a), b)| a == b)
        .last()
        .map_or(0, |((at, one), _)| at + one.len_utf8());
    a.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_ascii_and_says_the_same() {
        let text = "<!-- grün – 🐧 \u{7f}\\";
        let said = escaped(&json!(text).to_string());
        assert!(said.is_ascii() && !said.contains('<'), "{said}");
        assert_eq!(serde_json::from_str::<String>(&said).unwrap(), text);
    }

    #[test]
    fn names_that_are_too_long_to_be_shown_have_what_they_share_in_front_once() {
        let mut family = crate::fleet::sample::large(1, 2).families.remove(0);
        for (image, end) in family.images.iter_mut().zip(["a", "b"]) {
            image.name = Some("x".repeat(super::super::NAME) + end);
        }
        let data: Value = serde_json::from_str(&series(&family)).unwrap();
        let whole = line(family.images[0].name.as_deref().unwrap());
        assert_eq!((&data["p"], &data["n"]), (&json!(whole), &json!(["", ""])));
    }

    #[test]
    fn what_is_missing_takes_no_part_in_the_differences() {
        let values = [Some(60), None, Some(58), Some(58), None, Some(61)];
        assert_eq!(
            steps(values.into_iter()),
            [Some(60), None, Some(-2), Some(0), None, Some(3)]
        );
    }
}
