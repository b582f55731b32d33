//! What is to be told goes into the bucket, once.

use anyhow::Context as _;
use tracing::info;

use crate::app::App;
use crate::change::{self, Change, News};

/// Writes a change under its key ([`change::key`] of when the look ended), unless it is there: whether it was
/// written.
pub async fn publish(app: &App, change: Change) -> anyhow::Result<bool> {
    let key = change::key(change.at, &change.id);
    publish_under(app, &key, change).await
}

/// The same under a key of the caller's, which has to be the same whenever the same thing is told again.
pub async fn publish_under(app: &App, key: &str, change: Change) -> anyhow::Result<bool> {
    let (new, returned, fixed) = (change.new.len(), change.returned.len(), change.fixed.len());
    let json = serde_json::to_vec(&News::Change(change)).context("change")?;
    let written = app.s3.put_once(key, "application/json", json).await?;
    info!(key, written, new, returned, fixed, "to be told");
    Ok(written)
}
