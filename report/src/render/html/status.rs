//! Whether the scan was complete, and what to think of it where it was not.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::super::words::duration;
use super::prose::line;
use crate::{Report, Status};

pub(super) fn badge(status: Status) -> Markup {
    let word = match status {
        Status::Complete => "Complete",
        Status::Partial => "Partial",
        Status::Failed => "Failed",
    };
    html! { span.status.{"status-" (status)} { (word) } }
}

/// When the scan ran and how long it took.
pub(super) fn when(report: &Report) -> Markup {
    let scan = &report.scan;
    let took = scan.finished.duration_since(scan.started).unsigned_abs();
    html! {
        "Scanned " time datetime=(scan.started.to_string()) { (minute(scan.started)) }
        " in " (duration(took))
    }
}

/// `21 November 2026, 06:15 UTC`.
pub(super) fn minute(time: Timestamp) -> String {
    let time = time.to_zoned(TimeZone::UTC);
    time.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// What a reader must know before anything else; nothing where the scan was complete.
pub(super) fn notice(report: &Report) -> Markup {
    let (class, title) = match report.scan.status {
        Status::Complete => return html! {},
        Status::Partial => (
            "warning",
            "This scan is partial: what it did not look at is unknown, not clean.",
        ),
        Status::Failed => (
            "bad",
            "This scan failed: it says nothing about the machine.",
        ),
    };
    html! {
        div.notice.(class) role="note" {
            p { strong { (title) } }
            @if !report.scan.why.is_empty() {
                ul { @for why in &report.scan.why { li { (line(why)) } } }
            }
        }
    }
}
