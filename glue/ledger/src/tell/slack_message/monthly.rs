//! The month's list.

use super::{Lines, NAME, Place, WORST, finding, some};
use crate::change::{Monthly, Oldest};
use crate::links;
use crate::slack::mrkdwn::{code, link, plain};

/// What is open at the month's end; its list is `attached`, or only in the bucket.
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
