//! An AMI's status where there is no report: that it is being assessed, or why it cannot be.

use tracing::{error, warn};

use crate::app::{App, now};
use crate::inventory::{Image, Tags};
use crate::reason::tag_value;
use crate::tag::tags::stale;

/// Tags the AMI with `status` and the reason for it, and removes what an earlier result left. Tags
/// that cannot be set, now or ever, are told in the log.
pub async fn set(app: &App, image: &Image, status: &str, reason: &str) -> anyhow::Result<()> {
    let at = format!("{:.0}", now());
    put(
        app,
        image,
        &[("status", status), ("reason", reason), ("assessed-at", &at)],
    )
    .await
}

/// Tags the AMI as being assessed, and removes what an earlier result left.
pub async fn set_assessing(app: &App, image: &Image) -> anyhow::Result<()> {
    put(app, image, &[("status", "assessing")]).await
}

async fn put(app: &App, image: &Image, tags: &[(&str, &str)]) -> anyhow::Result<()> {
    let prefix = &app.config.tag_prefix;
    let version = [("agent-version", app.config.agent_version.as_str())];
    let tags: Tags = tags
        .iter()
        .chain(&version)
        .map(|(key, value)| (format!("{prefix}{key}"), tag_value(value)))
        .collect();
    let ami = &image.id;
    let mut stale = stale(&tags, prefix);
    stale.retain(|key| image.tag(key).is_some());
    match app.ec2.tag_image(ami, &tags, &stale).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            warn!(%ami, "it is gone, its status with it");
            Ok(())
        }
        Err(error) if error.is_passing() => Err(error.into()),
        // To wait would help nobody, and the scan itself can go on.
        Err(error) => {
            error!(%ami, %error, "it cannot be tagged");
            Ok(())
        }
    }
}
