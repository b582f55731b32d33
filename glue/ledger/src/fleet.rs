//! The fleet: what became of each AMI, and the page that shows it, rewritten on each change.

pub mod assessment;
pub mod folder;
pub mod html;
pub mod model;
pub mod page;
#[doc(hidden)]
pub mod sample;
pub mod state;

use hardtarget_report::image_status::ImageStatus;
use jiff::Timestamp;
use tracing::{error, warn};

use crate::app::App;
use crate::aws::s3::Object;
use crate::published::{LONGEST_IMAGE, Published, key};
use assessment::Assessment;

/// A report was published: it becomes an image on the page, which is written again.
pub async fn report(app: &App, published: &Published<'_>, now: Timestamp) -> anyhow::Result<()> {
    let Published { key, report } = published;
    let assessment = Assessment::of(report, key.ami, key.finished);
    page::change(&app.s3, now, app.config.history, |state| {
        state.assessed(key.family, assessment.clone());
    })
    .await
}

/// What is known of an AMI has changed: likewise. What cannot be read comes no better the next time: it is
/// logged and left out.
pub async fn image(app: &App, key: &str, now: Timestamp) -> anyhow::Result<()> {
    let Some((family, ami)) = key::of_image(key) else {
        warn!(key, "no key of an AMI's status");
        return Ok(());
    };
    let Some(text) = read(app, key).await? else {
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
    page::change(&app.s3, now, app.config.history, |state| {
        state.image(&status)
    })
    .await
}

async fn read(app: &App, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
    match app.s3.get(key, LONGEST_IMAGE).await? {
        Object::Body(text) => return Ok(Some(text)),
        Object::Missing => warn!(key, "is gone"),
        Object::TooLarge => error!(key, "is too long to be read"),
    }
    Ok(None)
}
