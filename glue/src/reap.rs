//! Reap.
use crate::app::App;
/// Reaps.
pub async fn reap(app: &App) -> anyhow::Result<()> {
    let _ = app;
    Ok(())
}
