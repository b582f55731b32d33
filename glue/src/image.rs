//! What became of an AMI, as others read it from the bucket: `image.json` beside its reports, see
//! [`ImageStatus`]. It is written whenever the AMI's status changes, by steps that can be done again.

use hardtarget_report::Report;
use hardtarget_report::image_status::{ImageStatus, name, own_tags};
use tracing::warn;

use crate::app::{App, now};
use crate::aws::s3::Object;
use crate::inventory::Image;
use crate::record::{Record, family_of};
use hardtarget_aws::id::AmiId;

/// The most bytes that are read of it: fifty tags and little more.
const LARGEST: usize = 256 * 1024;

/// The status of an AMI that there is no report of, see [`ImageStatus::status`].
#[must_use]
pub fn of(app: &App, image: &Image, status: &str, reason: &str) -> ImageStatus {
    let config = &app.config;
    let tags = image.tags.iter();
    let tags = tags.map(|(key, value)| (key.as_str(), value.as_str()));
    ImageStatus {
        version: 1,
        ami: image.id.to_string(),
        name: image.name.as_deref().map(name),
        family: family_of(image, &config.tag_prefix),
        account: config.account().to_owned(),
        region: config.region.clone(),
        created: image.created,
        status: status.to_owned(),
        reason: reason.to_owned(),
        since: now(),
        report: None,
        findings: None,
        vulnerabilities: None,
        tags: own_tags(tags, &config.tag_prefix),
    }
}

/// Writes it, in the place of what was said before.
pub async fn put(app: &App, status: &ImageStatus) -> anyhow::Result<()> {
    let body = serde_json::to_vec(status)?;
    let key = status.key();
    Ok(app.s3.put(&key, "application/json", body).await?)
}

/// Says that an AMI waits, unless something is said of it already.
pub async fn put_waiting(app: &App, image: &Image, reason: &str) -> anyhow::Result<()> {
    let status = of(app, image, "waiting", reason);
    let body = serde_json::to_vec(&status)?;
    let key = status.key();
    app.s3.put_once(&key, "application/json", body).await?;
    Ok(())
}

/// Writes the result of an assessment: `status` and `reason` as on the AMI, and the report with its key, if
/// one was published. Of an AMI that is gone meanwhile, what is known is what was said of it before.
pub async fn put_result(
    app: &App,
    record: &Record,
    ami: &AmiId,
    (status, reason): (&str, &str),
    report: Option<(&Report, String)>,
) -> anyhow::Result<()> {
    let mut told = match app.ec2.image(ami).await? {
        Some(image) => of(app, &image, status, reason),
        None => before(app, record).await?,
    };
    // Where the report lies, which the AMI's tags may have been changed to contradict since.
    told.family.clone_from(&record.family);
    told.account.clone_from(&record.account);
    told.status = status.to_owned();
    told.reason = reason.to_owned();
    told.since = now();
    if let Some((report, key)) = report {
        told = told.with_report(report, key);
    }
    put(app, &told).await
}

/// What was said of an AMI before, or what the record of its launch says.
async fn before(app: &App, record: &Record) -> anyhow::Result<ImageStatus> {
    let told = ImageStatus {
        version: 1,
        ami: record.ami.clone(),
        name: record.ami_name.as_deref().map(name),
        family: record.family.clone(),
        account: record.account.clone(),
        region: record.region.clone(),
        created: None,
        status: String::new(),
        reason: String::new(),
        since: now(),
        report: None,
        findings: None,
        vulnerabilities: None,
        tags: Default::default(),
    };
    let Object::Body(body) = app.s3.get(&told.key(), LARGEST).await? else {
        return Ok(told);
    };
    let said: Result<ImageStatus, _> = serde_json::from_slice(&body);
    Ok(match said {
        Ok(said) => ImageStatus {
            report: None,
            findings: None,
            vulnerabilities: None,
            ..said
        },
        Err(error) => {
            warn!(ami = record.ami, %error, "what was said of it before cannot be read");
            told
        }
    })
}
