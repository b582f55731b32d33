//! What is to be told goes into the bucket, once.

use anyhow::Context as _;
use jiff::Timestamp;
use tracing::info;

use crate::app::App;
use crate::change::{self, Change, News, Told};
use crate::snooze::{Snoozes, day};

/// Writes a change under its key ([`change::key`] of when the look ended), unless it is there: whether it was
/// written. What is new or returned and snoozed is only counted, and what is quietly open and snoozed is left out.
pub async fn publish(app: &App, change: Change, now: Timestamp) -> anyhow::Result<bool> {
    let key = change::key(change.at, &change.id);
    publish_under(app, &key, change, now).await
}

/// The same under a key of the caller's, which has to be the same whenever the same thing is told again.
pub async fn publish_under(
    app: &App,
    key: &str,
    mut change: Change,
    now: Timestamp,
) -> anyhow::Result<bool> {
    let opened = [&change.new, &change.returned, &change.quietly_opened];
    if opened.iter().any(|list| !list.is_empty()) {
        let snoozes = Snoozes::load(&app.ledger).await?;
        hold_back(&mut change, &snoozes, now);
    }
    let (new, returned, fixed) = (change.new.len(), change.returned.len(), change.fixed.len());
    let json = serde_json::to_vec(&News::Change(change)).context("change")?;
    let written = app.s3.put_once(key, "application/json", json).await?;
    info!(key, written, new, returned, fixed, "to be told");
    Ok(written)
}

fn hold_back(change: &mut Change, snoozes: &Snoozes, now: Timestamp) {
    let Change {
        target,
        new,
        returned,
        quietly_opened,
        ..
    } = change;
    let before = new.len() + returned.len();
    let heard = |one: &Told| !snoozes.covers(target, &one.fault, day(now));
    new.retain(heard);
    returned.retain(heard);
    quietly_opened.retain(heard);
    let held = before - new.len() - returned.len();
    change.snoozed = u64::try_from(held).unwrap_or(u64::MAX);
}
