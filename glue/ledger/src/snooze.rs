//! What somebody does not want to hear of for a while.

use jiff::Timestamp;

use crate::app::App;

/// To be built.
pub async fn wake(_app: &App, _now: Timestamp) -> anyhow::Result<()> {
    Ok(())
}
