//! Snoozes that are over: what they held back speaks up again.

use jiff::Timestamp;

use crate::app::App;

/// To be built.
pub async fn wake(_app: &App, _now: Timestamp) -> anyhow::Result<()> {
    Ok(())
}
