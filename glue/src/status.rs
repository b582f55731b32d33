//! An AMI's tags: how they are put there, and its status where there is no report, which is that it is
//! being assessed, or why it cannot be. What the tags say is said in the bucket first: a status on the AMI
//! ends the matter, should the function be stopped between the two.

use tracing::{error, info};

use crate::app::{App, now};
use crate::aws::Error;
use crate::image;
use crate::inventory::{Image, Tags};
use crate::reason::tag_value;
use crate::tag::tags::{few, stale};
use hardtarget_aws::id::AmiId;

/// Tags the AMI with `status` and the reason for it, and removes what an earlier result left. Tags
/// that cannot be set, now or ever, are told in the log.
pub async fn set(app: &App, image: &Image, status: &str, reason: &str) -> anyhow::Result<()> {
    image::put(app, &image::of(app, image, status, reason)).await?;
    let at = format!("{:.0}", now());
    let tags = [("status", status), ("reason", reason), ("assessed-at", &at)];
    set_all(app, image, &tags).await
}

/// Tags the AMI as being assessed, with what is not as it was asked for (empty for nothing), and removes
/// what an earlier result left.
pub async fn set_assessing(app: &App, image: &Image, note: &str) -> anyhow::Result<()> {
    image::put(app, &image::of(app, image, "assessing", note)).await?;
    let tags = [("status", "assessing"), ("reason", note)];
    let told = if note.is_empty() { 1 } else { 2 };
    set_all(app, image, tags.get(..told).unwrap_or_default()).await
}

async fn set_all(app: &App, image: &Image, tags: &[(&str, &str)]) -> anyhow::Result<()> {
    let prefix = &app.config.tag_prefix;
    let version = [("agent-version", app.config.agent_version.as_str())];
    let tags: Tags = tags
        .iter()
        .chain(&version)
        .map(|(key, value)| (format!("{prefix}{key}"), tag_value(value)))
        .collect();
    match put(app, &image.id, &tags, |key| image.tag(key).is_some()).await {
        Err(error) if error.is_passing() => Err(error.into()),
        // To wait would help nobody, and the scan itself can go on.
        Err(error) => {
            error!(ami = %image.id, %error, "it cannot be tagged");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Puts tags on an AMI, and takes away those of an earlier assessment that `may_be_there`. An AMI
/// that is gone needs none. On one that has no room for all, only the status is told, and why.
pub(crate) async fn put(
    app: &App,
    ami: &AmiId,
    tags: &Tags,
    may_be_there: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    let prefix = &app.config.tag_prefix;
    let [fewer, least] = few(tags, prefix);
    for tags in [tags, &fewer, &least] {
        let mut stale = stale(tags, prefix);
        stale.retain(|key| may_be_there(key));
        match app.ec2.tag_image(ami, tags, &stale).await {
            Err(error) if error.code == "TagLimitExceeded" => {
                error!(%ami, "the AMI has no room for all tags: EC2 allows 50");
            }
            Ok(false) => {
                info!(%ami, "the AMI is gone: there is nothing to tag");
                return Ok(());
            }
            answer => return answer.map(|_| ()),
        }
    }
    Ok(())
}
