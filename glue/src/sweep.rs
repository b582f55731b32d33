//! The sweep: AWS promises no event ("best effort"), so own AMIs that carry no status are looked for.

use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::info;

use crate::app::{App, now};
use crate::aws::s3::Object;
use crate::inventory::{Image, MANAGED};
use crate::launch::is_made_by_us;

/// When the first sweep was: AMIs older than that were there before us.
const SINCE: &str = "launches/since.json";

#[derive(Serialize, Deserialize)]
struct Since {
    since: Timestamp,
}

/// Puts the account's own AMIs without a status on the queue. Not while anything waits there: it
/// may well be them, or will be looked at before the next sweep.
pub async fn sweep(app: &App) -> anyhow::Result<()> {
    let since = since(app).await?;
    if app.sqs.length().await? > 0 {
        return Ok(());
    }
    let status = format!("{}status", app.config.tag_prefix);
    for image in app.ec2.own_images().await? {
        if !is_missed(&image, since, &status) || is_made_by_us(app, &image).await? {
            continue;
        }
        let ami = &image.id;
        info!(%ami, "no event came of it: it is put on the queue");
        let body = json!({"ami-id": ami.as_str(), "sweep": true}).to_string();
        app.sqs.send(body, format!("sweep-{ami}")).await?;
    }
    Ok(())
}

fn is_missed(image: &Image, since: Timestamp, status: &str) -> bool {
    image.created.is_some_and(|created| created > since)
        && image.tag(status).is_none()
        && image.tag(MANAGED).is_none()
}

async fn since(app: &App) -> anyhow::Result<Timestamp> {
    let mut found = app.s3.get(SINCE, 1024).await?;
    if found == Object::Missing {
        let body = serde_json::to_vec(&Since { since: now() })?;
        app.s3.put_once(SINCE, "application/json", body).await?;
        found = app.s3.get(SINCE, 1024).await?;
    }
    match found {
        Object::Body(body) => {
            let Since { since } = serde_json::from_slice(&body).context(SINCE)?;
            Ok(since)
        }
        _ => anyhow::bail!("{SINCE} cannot be read"),
    }
}
