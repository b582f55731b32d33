//! The fleet: one row an assessment and one an AMI, and the page that shows them, rewritten on each change.

pub mod folder;
pub mod html;
pub mod model;
pub mod page;
pub mod rows;
#[doc(hidden)]
pub mod sample;

use hardtarget_report::image_status::ImageStatus;
use hardtarget_report::v1;
use jiff::Timestamp;
use tracing::{error, warn};

use crate::app::App;
use crate::aws::s3::Object;
use rows::{Assessment, Place};

/// The longest report that is read: the glue takes 8 MiB from an instance, and writes waivers into it.
pub const LONGEST_REPORT: usize = 16 << 20;
/// The longest `image.json` that is read: an AMI's 50 tags of 128 and 256 characters are 80 KiB.
pub const LONGEST_IMAGE: usize = 256 << 10;

/// A report was published: it becomes a row, and the page is written again. What cannot be read comes no
/// better the next time: it is logged and left out.
pub async fn report(app: &App, key: &str, now: Timestamp) -> anyhow::Result<()> {
    let Some(place) = Place::of_report(key) else {
        warn!(key, "no key of a published report");
        return Ok(());
    };
    let Some(text) = read(app, key, LONGEST_REPORT).await? else {
        return Ok(());
    };
    let report = match v1::parse(&text) {
        Ok(report) => report,
        Err(error) => {
            error!(key, %error, "the report is not on the page");
            return Ok(());
        }
    };
    let assessment = Assessment::of(&report, place.ami, place.finished, key);
    rows::put_assessment(&app.fleet, place.family, &assessment, app.config.history).await?;
    page::rewrite(&app.fleet, &app.s3, now).await
}

/// What is known of an AMI has changed: likewise.
pub async fn image(app: &App, key: &str, now: Timestamp) -> anyhow::Result<()> {
    let Some((family, ami)) = rows::image_key(key) else {
        warn!(key, "no key of an AMI's status");
        return Ok(());
    };
    let Some(text) = read(app, key, LONGEST_IMAGE).await? else {
        return Ok(());
    };
    let mut status: ImageStatus = match serde_json::from_slice(&text) {
        Ok(status) => status,
        Err(error) => {
            error!(key, %error, "the AMI's status is not on the page");
            return Ok(());
        }
    };
    // Family and AMI are what the key says, as everywhere.
    family.clone_into(&mut status.family);
    ami.clone_into(&mut status.ami);
    rows::put_image(&app.fleet, &status, app.config.history).await?;
    page::rewrite(&app.fleet, &app.s3, now).await
}

async fn read(app: &App, key: &str, longest: usize) -> anyhow::Result<Option<Vec<u8>>> {
    match app.s3.get(key, longest).await? {
        Object::Body(text) => return Ok(Some(text)),
        Object::Missing => warn!(key, "is gone"),
        Object::TooLarge => error!(key, longest, "is too long to be read"),
    }
    Ok(None)
}
