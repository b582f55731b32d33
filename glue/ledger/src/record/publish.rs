//! What is to be told goes into the bucket, once.

use serde_json::to_vec_pretty;

use crate::app::App;
use crate::change::{Change, News, PREFIX, Told};
use crate::fault::Fault;
use crate::target::Target;

/// Writes a change to `changes/<year>/<month>/<id>.json`, unless it is there: whether it was written. What
/// is new or returned and `snoozed` is only counted.
pub async fn publish(
    app: &App,
    mut change: Change,
    snoozed: impl Fn(&Target, &Fault) -> bool,
) -> anyhow::Result<bool> {
    let target = change.target.clone();
    let heard = |one: &Told| !snoozed(&target, &one.fault);
    let before = change.new.len() + change.returned.len();
    change.new.retain(heard);
    change.returned.retain(heard);
    let hidden = before - change.new.len() - change.returned.len();
    change.snoozed = u64::try_from(hidden).unwrap_or(u64::MAX);
    let key = format!("{PREFIX}{}/{}.json", change.at.strftime("%Y/%m"), change.id);
    let json = to_vec_pretty(&News::Change(change))?;
    Ok(app.s3.put_once(&key, "application/json", json).await?)
}
