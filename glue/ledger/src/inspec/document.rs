//! InSpec's JSON, as its reporters `json` and `json-min` write it: pure.
//!
//! Shapes: inspec/inspec, `lib/inspec/schema/exec_json.rb` and `exec_json_min.rb`. Of what is there only what is
//! needed is read, and nothing is believed: see [`read`].

use std::collections::BTreeMap;

use hardtarget_report::{Severity, clean_line};
use serde::Deserialize;

use crate::entry::Sighting;
use crate::fault::Fault;

/// The engine of all faults that InSpec finds.
pub const ENGINE: &str = "inspec";

/// The most controls and results of a report.
const MOST: usize = 100_000;

/// The longest title, place and id, in characters.
const TITLE: usize = 500;
const SUBJECT: usize = 300;
const ID: usize = 200;

/// Why a text is no report of InSpec.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is no JSON, or has another shape.
    #[error("no JSON of InSpec: {}", clean_line(&.0.to_string(), 300))]
    Shape(#[from] serde_json::Error),
    /// It has neither profiles nor controls.
    #[error("no JSON of InSpec: it has neither profiles nor controls")]
    Empty,
    /// It has more than 100,000 controls and results.
    #[error("more than {MOST} controls and results")]
    Many,
}

/// What a report tells, by the keys of the faults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tells {
    /// Controls that failed, open or waived.
    pub failed: Vec<Sighting>,
    /// The keys of controls that passed.
    pub passed: Vec<String>,
    /// How many controls did not run.
    pub skipped: usize,
}

#[derive(Deserialize)]
struct Document {
    profiles: Option<Vec<Profile>>,
    controls: Option<Vec<Minimal>>,
}

#[derive(Deserialize)]
struct Profile {
    controls: Option<Vec<Control>>,
}

#[derive(Deserialize)]
struct Control {
    id: String,
    title: Option<String>,
    impact: Option<Impact>,
    results: Option<Vec<Outcome>>,
    waiver_data: Option<Waiver>,
}

/// A result of `json-min`, which stands for its control.
#[derive(Deserialize)]
struct Minimal {
    id: String,
    #[serde(flatten)]
    result: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    status: Option<String>,
    code_desc: Option<String>,
}

/// InSpec writes numbers; profiles of old had words.
#[derive(Deserialize)]
#[serde(untagged)]
enum Impact {
    Number(f64),
    Word(String),
}

/// An empty object where there is no waiver. `message` tells that it has expired.
#[derive(Deserialize)]
struct Waiver {
    justification: Option<String>,
    message: Option<String>,
}

impl Waiver {
    fn holds(&self) -> bool {
        let has = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
        has(&self.justification) && !has(&self.message)
    }
}

/// Reads a report about `name`. Controls of the same title (or id, where there is no title) are one: it failed if
/// one of them failed, and is as severe as the worst. `json-min` has no titles and no impacts, so that the same
/// control has another key there: use one of the two. The length of the text is for the caller to limit.
pub fn read(name: &str, text: &[u8]) -> Result<Tells, DocumentError> {
    let document: Document = serde_json::from_slice(text)?;
    let mut controls = match (document.profiles, document.controls) {
        (Some(profiles), _) => profiles
            .into_iter()
            .flat_map(|one| one.controls.unwrap_or_default())
            .collect(),
        (None, Some(results)) => of_results(results),
        (None, None) => return Err(DocumentError::Empty),
    };
    let results = controls.iter().flat_map(|one| &one.results).flatten();
    if controls.len() + results.count() > MOST {
        return Err(DocumentError::Many);
    }
    // So that the same controls in another order give the same faults.
    controls.sort_by(|a, b| a.id.cmp(&b.id));
    let mut told = Tells::default();
    let mut failed: BTreeMap<String, Sighting> = BTreeMap::new();
    let mut passed = Vec::new();
    for control in &controls {
        let has = |status: &str| control.statuses().any(|one| one == status);
        let key = Fault::md5_key(name, control.title());
        if has("failed") {
            let one = control.sighting(key.clone());
            let known = failed.entry(key).or_insert_with(|| one.clone());
            // Profiles that include one another have the same control more than once.
            if (&one.fault.id, &one.fault.subject) < (&known.fault.id, &known.fault.subject) {
                known.fault.id.clone_from(&one.fault.id);
                known.fault.subject.clone_from(&one.fault.subject);
            }
            known.fault.severity = known.fault.severity.min(one.fault.severity);
            known.waived &= one.waived;
        } else if has("passed") {
            passed.push(key);
        } else {
            told.skipped += 1;
        }
    }
    passed.retain(|key| !failed.contains_key(key));
    passed.sort_unstable();
    passed.dedup();
    told.passed = passed;
    told.failed = failed.into_values().collect();
    Ok(told)
}

/// The controls of a list of results.
fn of_results(results: Vec<Minimal>) -> Vec<Control> {
    let mut controls: BTreeMap<String, Vec<Outcome>> = BTreeMap::new();
    for one in results {
        controls.entry(one.id).or_default().push(one.result);
    }
    let control = |(id, results)| Control {
        id,
        title: None,
        impact: None,
        results: Some(results),
        waiver_data: None,
    };
    controls.into_iter().map(control).collect()
}

impl Control {
    fn title(&self) -> &str {
        let title = self.title.as_deref().filter(|title| !title.is_empty());
        title.unwrap_or(&self.id)
    }

    fn statuses(&self) -> impl Iterator<Item = &str> {
        let results = self.results.iter().flatten();
        results.filter_map(|one| one.status.as_deref())
    }

    /// As a fault. Where it is wrong is what the first result that failed says of itself.
    fn sighting(&self, key: String) -> Sighting {
        let results = self.results.iter().flatten();
        let mut failed = results.filter(|one| one.status.as_deref() == Some("failed"));
        let first = failed.next().and_then(|one| one.code_desc.as_deref());
        let place = clean_line(first.unwrap_or_default(), SUBJECT);
        let subject = match failed.count() {
            0 => place,
            more => format!("{place} (and {more} more)"),
        };
        let fault = Fault {
            key,
            id: clean_line(&self.id, ID),
            title: clean_line(self.title(), TITLE),
            severity: severity(self.impact.as_ref()),
            subject,
            engine: ENGINE.to_owned(),
        };
        let waived = self.waiver_data.as_ref().is_some_and(Waiver::holds);
        Sighting::new(fault, waived)
    }
}

/// The severity of an impact, by InSpec's own bands (inspec/inspec, `lib/inspec/impact.rb`, "based off CVSS 3.0"):
/// critical from 0.9, high from 0.7, medium from 0.4, low from 0.01, and `none` below, which is info here. A
/// control that says nothing has InSpec's default, 0.5.
fn severity(impact: Option<&Impact>) -> Severity {
    match impact {
        Some(Impact::Number(number)) => match *number {
            n if n >= 0.9 => Severity::Critical,
            n if n >= 0.7 => Severity::High,
            n if n >= 0.4 => Severity::Medium,
            n if n >= 0.01 => Severity::Low,
            _ => Severity::Info,
        },
        Some(Impact::Word(word)) if word == "none" => Severity::Info,
        Some(Impact::Word(word)) => word.parse().unwrap_or(Severity::Medium),
        None => Severity::Medium,
    }
}

#[cfg(test)]
mod tests;
