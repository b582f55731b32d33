//! The month's list of all that is open.

use jiff::Timestamp;

use crate::app::App;

/// To be built.
pub async fn list(_app: &App, _now: Timestamp) -> anyhow::Result<()> {
    Ok(())
}
