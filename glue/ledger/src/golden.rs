//! The golden list: AMIs that are assessed again by schedule.

use jiff::Timestamp;
use serde_json::Value;

use crate::app::App;

/// To be built.
pub async fn start(_app: &App, _now: Timestamp) -> anyhow::Result<Value> {
    Ok(Value::Null)
}

/// To be built.
pub async fn check(_app: &App, _now: Timestamp) -> anyhow::Result<()> {
    Ok(())
}

/// To be built.
pub async fn image(_app: &App, _key: &str, _now: Timestamp) -> anyhow::Result<()> {
    Ok(())
}
