//! What stands in Slack, in mrkdwn: pure text.
//!
//! All names and titles come from outside and are made harmless, see [`crate::slack::mrkdwn`]. A message is cut
//! between lines, never within an escape.

use std::collections::BTreeMap;

use hardtarget_report::Severity;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::change::{Change, Golden, Monthly, Oldest, ScoreMove, Source, Told, counts};
use crate::links;
use crate::slack::mrkdwn::{code, link, plain};
use crate::target::Target;

/// How long a message may be, in bytes. Slack takes 40,000 characters and recommends 4,000 (chat.postMessage,
/// "Truncating content"); what it takes as a file's comment is not documented.
const LARGEST: usize = 3_900;

/// How many findings, or AMIs of the golden list, are named.
const WORST: usize = 5;
const AMIS: usize = 15;

/// How much of outside text is shown, in characters.
const NAME: usize = 100;
const TITLE: usize = 140;
const SUBJECT: usize = 80;

/// Where things are to be found.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The bucket of reports.
    pub bucket: &'a str,
    /// Its region.
    pub region: &'a str,
}

/// A message: some lines that are always there, some as many as have room, and some at the end.
#[derive(Default)]
struct Lines {
    head: Vec<String>,
    list: Vec<String>,
    /// What stands in the stead of those of the list that are not shown, by how many they are.
    more: Option<fn(usize) -> String>,
    /// How many of the list were left out before.
    left_out: usize,
    tail: Vec<String>,
}

impl Lines {
    fn text(mut self) -> String {
        let size = |lines: &[String]| lines.iter().map(|line| line.len() + 1).sum::<usize>();
        // The line that tells of the rest is short.
        let fixed = size(&self.head) + size(&self.tail) + 100;
        while fixed + size(&self.list) > LARGEST && self.list.pop().is_some() {
            self.left_out += 1;
        }
        let mut lines = self.head;
        lines.append(&mut self.list);
        lines.extend(
            self.more
                .filter(|_| self.left_out > 0)
                .map(|more| more(self.left_out)),
        );
        lines.append(&mut self.tail);
        lines.join("\n")
    }
}

/// What a look changed.
#[must_use]
pub fn change(change: &Change, place: Place<'_>) -> String {
    let mut told: Vec<(&Told, bool)> = change.new.iter().map(|one| (one, false)).collect();
    told.extend(change.returned.iter().map(|one| (one, true)));
    told.sort_by_key(|(one, _)| one.fault.severity);
    let mut lines = Lines {
        left_out: told.len().saturating_sub(WORST),
        more: Some(|count| format!("… and {count} more in the CSV")),
        ..Lines::default()
    };
    lines.head.push(headline(change));
    lines.head.push(what_was_looked_at(change));
    let severities = |list: &[Told]| some(&counts(list.iter().map(|one| &one.fault.severity)));
    // Of what is seen for the first time all that is open is new.
    if !change.new.is_empty() && !change.first {
        let new = severities(&change.new);
        lines.head.push(format!("New: {new}"));
    }
    if !change.returned.is_empty() {
        let returned = severities(&change.returned);
        lines.head.push(format!("Again: {returned}"));
    }
    if !change.fixed.is_empty() {
        let fixed = severities(&change.fixed);
        lines.head.push(format!("Fixed: {fixed}"));
    }
    if change.snoozed > 0 {
        lines.head.push(format!("Snoozed: {} new", change.snoozed));
    }
    lines.head.push(format!("Open now: {}", some(&change.open)));
    lines.head.extend(change.score.as_ref().and_then(score));
    if !told.is_empty() {
        let is_all = told.len() <= WORST;
        let title = if is_all { "*Which*" } else { "*The worst*" };
        lines.head.push(title.to_owned());
    }
    lines.list = told
        .into_iter()
        .take(WORST)
        .map(|(one, again)| finding(one, if again { " (again)" } else { "" }))
        .collect();
    lines.tail.extend(reports(change, place));
    lines.text()
}

fn headline(change: &Change) -> String {
    let name = plain(change.target.name(), NAME);
    let (new, returned, fixed) = (change.new.len(), change.returned.len(), change.fixed.len());
    let mut parts = Vec::new();
    match (new, returned) {
        _ if change.first => parts.push(format!("seen for the first time, {new} open")),
        (0, 0) => parts.push("nothing new".to_owned()),
        (0, _) => {}
        _ => parts.push(format!("{new} new")),
    }
    if returned > 0 {
        let verb = if returned == 1 { "speaks" } else { "speak" };
        parts.push(format!("{returned} {verb} up again"));
    }
    if fixed > 0 {
        parts.push(format!("{fixed} fixed"));
    }
    format!("*{name}*: {}", parts.join(", "))
}

/// The AMI or instance, who looked, and when.
fn what_was_looked_at(change: &Change) -> String {
    let mut parts = Vec::new();
    if let Some(ami) = &change.ami {
        let name = code(change.ami_name.as_deref().unwrap_or_default(), NAME);
        let ami = format!("AMI {} {name}", code(ami, NAME));
        parts.push(ami.trim_end().to_owned());
    }
    let instance = change.instance.as_deref().or(match &change.target {
        Target::Instance(name) => Some(name.as_str()),
        _ => None,
    });
    if let Some(instance) = instance {
        parts.push(format!("Instance {}", code(instance, NAME)));
    }
    let who = match change.source {
        Source::Report => "assessed",
        Source::Ssm => "told by Systems Manager",
        Source::Inspec => "looked at by InSpec",
        Source::Snooze => "a snooze ended",
    };
    parts.push(format!("{who} {}", minute(change.at)));
    parts.join(" · ")
}

/// The two scores with an arrow only where they compare.
fn score(score: &ScoreMove) -> Option<String> {
    let reasons = score.reasons.iter().map(|one| plain(one, TITLE));
    let reasons = reasons.collect::<Vec<_>>().join("; ");
    match (score.old, score.new) {
        (Some(old), Some(new)) if reasons.is_empty() && old == new => {
            Some(format!("Score: {new}, as before"))
        }
        (Some(old), Some(new)) if reasons.is_empty() => Some(format!("Score: {old} → {new}")),
        (Some(old), Some(new)) => Some(format!(
            "Score: {new}; the {old} of before does not compare: {reasons}"
        )),
        (None, Some(new)) => Some(format!("Score: {new}")),
        (Some(old), None) => Some(format!("Score: none; it was {old} before")),
        (None, None) => None,
    }
}

/// A finding on one line.
fn finding(told: &Told, after: &str) -> String {
    let fault = &told.fault;
    let place = if fault.title.contains(&fault.subject) {
        String::new()
    } else {
        format!(" in {}", code(&fault.subject, SUBJECT))
    };
    let id = if fault.title.contains(&fault.id) {
        String::new()
    } else {
        format!(" · {}", code(&fault.id, SUBJECT))
    };
    let title = plain(&fault.title, TITLE);
    format!("• {} · {title}{place}{id}{after}", fault.severity)
}

fn reports(change: &Change, place: Place<'_>) -> Option<String> {
    let report = change.report.as_deref()?;
    let to = |name: &str, text: &str| {
        let key = links::beside(report, name);
        link(&links::console(place.region, place.bucket, &key), text)
    };
    let mut parts = vec![to("report.html", "Report")];
    // Where there is a diff, the score comes from it.
    let is_compared = |score: &ScoreMove| score.old.is_some() || !score.reasons.is_empty();
    if change.score.as_ref().is_some_and(is_compared) {
        parts.push(to("diff.json", "What changed"));
    }
    let uri = links::s3_uri(place.bucket, &links::beside(report, "report.html"));
    parts.push(code(&uri, 400));
    Some(parts.join(" · "))
}

/// The month's list.
#[must_use]
pub fn monthly(monthly: &Monthly, place: Place<'_>, attached: bool) -> String {
    let open: u64 = monthly.open.values().sum();
    let month = plain(&monthly.month, NAME);
    let targets = match monthly.targets {
        1 => "1 target".to_owned(),
        count => format!("{count} targets"),
    };
    let mut lines = Lines::default();
    lines.head.push(if open == 0 {
        format!("*{month}*: nothing is open")
    } else {
        format!("*{month}*: {open} open in {targets}")
    });
    if open > 0 {
        lines.head.push(some(&monthly.open));
    }
    if monthly.snoozed > 0 {
        lines.head.push(format!("Snoozed: {}", monthly.snoozed));
    }
    if !monthly.oldest.is_empty() {
        lines.head.push("*The oldest*".to_owned());
    }
    let age = |one: &Oldest| {
        let age = monthly.at.duration_since(one.told.first_seen);
        let (target, days) = (plain(one.target.name(), NAME), age.as_hours() / 24);
        finding(&one.told, &format!(" · {target}, {days} days"))
    };
    lines.list = monthly.oldest.iter().take(WORST).map(age).collect();
    let uri = code(&links::s3_uri(place.bucket, &monthly.csv), 400);
    let page = links::console(place.region, place.bucket, &monthly.csv);
    let whole = if attached {
        "All of it is attached"
    } else {
        "All of it"
    };
    let page = link(&page, "in the bucket");
    lines.tail.push(format!("{whole}: {page} · {uri}"));
    lines.text()
}

/// A run over the golden list.
#[must_use]
pub fn golden(golden: &Golden) -> String {
    let told = golden
        .message
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let amis: Vec<&Value> = told
        .iter()
        .filter(|one| one.pointer("/hardtarget/ami").is_some())
        .collect();
    let done = |one: &&&Value| {
        let status = one.pointer("/hardtarget/status").and_then(Value::as_str);
        matches!(status, Some("assessed" | "partial"))
    };
    let done = amis.iter().filter(done).count();
    let mut lines = Lines {
        left_out: amis.len().saturating_sub(AMIS),
        more: Some(|count| format!("… and {count} more")),
        ..Lines::default()
    };
    let count = amis.len();
    lines.head.push(format!(
        "*The golden list*: {done} of {count} AMIs assessed"
    ));
    let (started, ended) = (minute(golden.started), minute(golden.ended));
    lines.head.push(format!("{started} to {ended}"));
    lines.list = amis.into_iter().take(AMIS).map(golden_ami).collect();
    let problems = golden.problems.len();
    if problems > 0 {
        lines
            .tail
            .push(format!("*Wrong with the list*: {problems}"));
        let shown = golden.problems.iter().take(WORST);
        lines
            .tail
            .extend(shown.map(|one| format!("• {}", plain(one, TITLE))));
    }
    lines.text()
}

/// An AMI of the golden list, as `golden::message` tells of it.
fn golden_ami(told: &Value) -> String {
    let text = |pointer: &str| {
        told.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let number = |pointer: &str| {
        told.pointer(pointer)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    };
    let name = plain(text("/hardtarget/name"), NAME);
    let ami = code(text("/hardtarget/ami"), NAME);
    let mut line = format!("• {ami} {name}").trim_end().to_owned();
    let open: Vec<String> = ["Critical", "High", "Medium", "Low", "Informational"]
        .into_iter()
        .filter_map(|severity| {
            let count = told
                .get(format!("Finding-Severity-{severity}-Count"))?
                .as_str()?;
            let count: u64 = count.parse().ok()?;
            (count > 0).then(|| format!("{count} {}", severity.to_lowercase()))
        })
        .collect();
    let assessed = told.get("Finding-Severity-Critical-Count").is_some();
    if assessed {
        let none = || "nothing open".to_owned();
        let open = if open.is_empty() {
            none()
        } else {
            open.join(", ")
        };
        line = format!("{line} · {open}");
        let new = number("/hardtarget/new/findings") + number("/hardtarget/new/vulnerabilities");
        if new > 0 {
            line = format!("{line} · *{new} new*");
        }
    }
    let (status, reason) = (text("/hardtarget/status"), text("/hardtarget/reason"));
    if status != "assessed" {
        line = format!("{line} · {}", plain(status, NAME));
        if !reason.is_empty() {
            line = format!("{line}: {}", plain(reason, TITLE));
        }
    }
    line
}

/// `1 critical, 2 low`, worst first; `none` where there are none.
fn some(counts: &BTreeMap<String, u64>) -> String {
    let each = Severity::ALL.into_iter().filter_map(|severity| {
        let count = *counts.get(severity.as_str())?;
        (count > 0).then(|| format!("{count} {severity}"))
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() {
        "none".to_owned()
    } else {
        each.join(", ")
    }
}

/// A time to the minute.
fn minute(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

#[cfg(test)]
mod tests;
