//! What stands in Slack, in mrkdwn: pure text.
//!
//! All names and titles come from outside and are made harmless, see [`crate::slack::mrkdwn`]. A message is cut
//! between lines, never within an escape.

mod change;
mod golden;
mod monthly;
mod terminated;

use std::collections::BTreeMap;

use hardtarget_report::Severity;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::change::Told;
use crate::slack::mrkdwn::{code, plain};

pub use self::change::change;
pub use self::golden::golden;
pub use self::monthly::monthly;

/// How long a message may be, in bytes. Slack takes 40,000 characters and recommends 4,000 (chat.postMessage,
/// "Truncating content"); beside a file it is broken into [`blocks`](crate::slack::blocks).
const LARGEST: usize = 3_900;

/// How many findings are named.
const WORST: usize = 5;

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
