//! Systems Manager's compliance items.

use jiff::Timestamp;

use crate::app::App;

/// To be built.
pub async fn changed(
    _app: &App,
    _event: &serde_json::Value,
    _now: Timestamp,
) -> anyhow::Result<()> {
    Ok(())
}
