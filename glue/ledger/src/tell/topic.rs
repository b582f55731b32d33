//! The topic: everything as JSON, for programs.
//!
//! A change or a month's list is the object under `changes/` as it stands, with three members more: `bucket`,
//! `whole` (the key of that object), and `truncated`: how many of `new`, `returned`, `fixed`, `waived`, `gone`,
//! `quietly_opened` and `quietly_closed` (of a month's list: `oldest`) were left out, the least severe ones, since SNS
//! takes 256 KiB. A run over the golden list is its own JSON array.
//!
//! Attributes for filter policies: `kind` (`change`, `monthly`, `golden`), `worst` (the worst severity that is new
//! or returned; of the other two, that is open: `critical` … `info`, or `none`), and for a change its `target`
//! (`family:web`).

use hardtarget_report::{Severity, clean_line};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::aws;
use crate::change::{Change, Golden, Monthly, News, Source};

/// What a message may have, in bytes. SNS counts the attributes too, and takes 262,144 (API Reference, "Publish").
const LARGEST: usize = 250_000;

/// A subject is ASCII, begins with a letter, and has fewer than 100 characters (ditto).
const SUBJECT: usize = 99;

/// The lists of a change, in the order in which they have room.
const LISTS: [&str; 7] = [
    "new",
    "returned",
    "fixed",
    "waived",
    "gone",
    "quietly_opened",
    "quietly_closed",
];

/// What is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// For those who are told by e-mail.
    pub subject: String,
    /// JSON.
    pub body: String,
    /// What subscribers may filter by.
    pub attributes: Vec<(&'static str, String)>,
}

/// Publishes it.
pub async fn publish(app: &App, news: &News, key: &str) -> Result<(), aws::Error> {
    let message = message(news, &app.config.bucket, key);
    let attributes = message.attributes.iter();
    let attributes: Vec<_> = attributes
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    app.sns
        .publish(&message.subject, message.body, &attributes)
        .await
}

/// What is published of some news, whose object is under `key`.
#[must_use]
pub fn message(news: &News, bucket: &str, key: &str) -> Message {
    let (kind, subject, worst, lists) = match news {
        News::Change(change) => ("change", of_change(change), worst(change), LISTS.as_slice()),
        News::Monthly(monthly) => (
            "monthly",
            of_month(monthly),
            worst_open(monthly),
            ["oldest"].as_slice(),
        ),
        News::Golden(golden) => (
            "golden",
            of_run(golden),
            worst_counted(&golden.message),
            [].as_slice(),
        ),
        // Not published: see `Channel::wants`.
        News::StillOpen(_) => (
            "still-open",
            "still open".to_owned(),
            None,
            ["found"].as_slice(),
        ),
    };
    let body = match news {
        News::Golden(golden) => array(&golden.message, key),
        _ => fitting(news, bucket, key, lists),
    };
    let worst = worst.map_or("none", Severity::as_str);
    let mut attributes = vec![("kind", kind.to_owned()), ("worst", worst.to_owned())];
    if let News::Change(change) = news {
        let target = clean_line(&change.target.to_string(), 256);
        attributes.push(("target", target));
    }
    Message {
        subject: ascii(&format!("Hard Target: {subject}")),
        body,
        attributes,
    }
}

fn of_change(change: &Change) -> String {
    let name = clean_line(change.target.name(), 40);
    if change.source == Source::Ec2 {
        return format!("{name}: terminated, {} open there", change.gone.len());
    }
    let (new, returned, fixed) = (change.new.len(), change.returned.len(), change.fixed.len());
    let worst = worst(change).map_or_else(String::new, |one| format!(" (worst: {one})"));
    format!("{name}: {new} new, {returned} again{worst}, {fixed} fixed")
}

fn of_month(monthly: &Monthly) -> String {
    let open: u64 = monthly.open.values().sum();
    let (month, targets) = (&monthly.month, monthly.targets);
    format!("{open} open in {targets} targets, {month}")
}

fn of_run(golden: &Golden) -> String {
    format!("the golden list, run {}", golden.run)
}

/// The worst of what is new or speaks up again.
fn worst(change: &Change) -> Option<Severity> {
    let told = change.new.iter().chain(&change.returned);
    told.map(|one| one.fault.severity).min()
}

fn worst_open(monthly: &Monthly) -> Option<Severity> {
    let open = |one: &Severity| monthly.open.get(one.as_str()).is_some_and(|n| *n > 0);
    Severity::ALL.into_iter().find(open)
}

/// The worst severity that an AMI of the golden list has something of.
fn worst_counted(message: &Value) -> Option<Severity> {
    let names = ["Critical", "High", "Medium", "Low", "Informational"];
    let amis = message.as_array().map(Vec::as_slice).unwrap_or_default();
    let counted = |name: &str| {
        let name = format!("Finding-Severity-{name}-Count");
        amis.iter().any(|ami| match ami.get(&name) {
            Some(Value::String(count)) => count.parse().is_ok_and(|count: u64| count > 0),
            Some(count) => count.as_u64().is_some_and(|count| count > 0),
            None => false,
        })
    };
    let mut all = Severity::ALL.into_iter().zip(names);
    all.find(|(_, name)| counted(name))
        .map(|(severity, _)| severity)
}

/// News as JSON, its lists cut at their ends so that it can be sent: what stands first in `lists` has room first.
fn fitting(news: &News, bucket: &str, key: &str, lists: &[&str]) -> String {
    let Value::Object(mut body) = json!(news) else {
        return Value::Null.to_string();
    };
    let mut whole = Vec::new();
    for name in lists {
        if let Some(Value::Array(all)) = body.remove(*name) {
            whole.push((*name, all));
        }
    }
    body.insert("bucket".to_owned(), json!(bucket));
    body.insert("whole".to_owned(), json!(key));
    // What is yet to come: names, brackets, and how many are left out.
    let rest = 100 * (lists.len() + 1);
    let mut room = LARGEST.saturating_sub(json!(body).to_string().len() + rest);
    let mut truncated = Map::new();
    for (name, mut all) in whole {
        let count = all.len();
        let mut fits = 0;
        for one in &all {
            let size = one.to_string().len() + 1;
            if size > room {
                // What stands first is worth more: nothing after it is told in its stead.
                room = 0;
                break;
            }
            room -= size;
            fits += 1;
        }
        all.truncate(fits);
        body.insert(name.to_owned(), Value::Array(all));
        truncated.insert(name.to_owned(), json!(count - fits));
    }
    body.insert("truncated".to_owned(), Value::Object(truncated));
    Value::Object(body).to_string()
}

/// A JSON array as it stands; of one that is too large the first elements that fit, and a last one that says how
/// many are left out and where they are.
fn array(message: &Value, key: &str) -> String {
    let text = message.to_string();
    let Value::Array(all) = message else {
        return text;
    };
    if text.len() <= LARGEST {
        return text;
    }
    let mut room = LARGEST.saturating_sub(200 + key.len());
    let mut fits = Vec::new();
    for one in all {
        let size = one.to_string().len() + 1;
        if size > room {
            break;
        }
        room -= size;
        fits.push(one.clone());
    }
    let left_out = all.len() - fits.len();
    fits.push(json!({"hardtarget": {"truncated": left_out, "whole": key}}));
    Value::Array(fits).to_string()
}

/// A subject as SNS takes it.
fn ascii(text: &str) -> String {
    let shown = |c: char| if matches!(c, ' '..='~') { c } else { '?' };
    let text: String = text.chars().map(shown).collect();
    match text.get(..SUBJECT - 3) {
        Some(start) if text.len() > SUBJECT => format!("{start}..."),
        _ => text,
    }
}

#[cfg(test)]
mod tests;
