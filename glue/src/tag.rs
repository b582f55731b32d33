//! A report has arrived.

pub mod tags;

use crate::app::App;
use crate::event::ObjectCreated;

/// Handles the arrival of a report.
pub async fn tag(app: &App, created: &ObjectCreated) -> anyhow::Result<()> {
    let _ = (app, created);
    Ok(())
}
