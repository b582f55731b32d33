//! What the glue has published: read once, for all that want it.

pub mod key;

use hardtarget_report::{Report, v1};
use tracing::error;

use crate::app::App;
use crate::aws::s3::Object;
use key::ReportKey;

/// The longest report that is read.
pub const LONGEST_REPORT: usize = v1::LONGEST_PUBLISHED;
/// The longest `diff.json`, which has the findings of two reports.
pub const LONGEST_DIFF: usize = 2 * LONGEST_REPORT;
/// The longest `image.json`: an AMI's 50 tags of 128 and 256 characters are 80 KiB and more.
pub const LONGEST_IMAGE: usize = 256 << 10;

/// A published report, and what its key says of it.
#[derive(Debug)]
pub struct Published<'a> {
    /// Where it is, whose it is, and when its scan ended.
    pub key: ReportKey<'a>,
    /// The report.
    pub report: Report,
}

/// Reads the published report under a key. `None` for what cannot be read, which comes no better the next
/// time: it is said in the log. An error means that trying again may help.
pub async fn published<'a>(app: &App, key: &'a str) -> anyhow::Result<Option<Published<'a>>> {
    let Some(parsed) = ReportKey::parse(key) else {
        error!(key, "this is no key of a report");
        return Ok(None);
    };
    let report = report(app, key).await?;
    Ok(report
        .map_err(|why| error!(key, why, "a report that cannot be read"))
        .ok()
        .map(|report| Published {
            key: parsed,
            report,
        }))
}

/// Reads a report, or says why it cannot be read.
pub async fn report(app: &App, key: &str) -> anyhow::Result<Result<Report, String>> {
    Ok(match app.s3.get(key, LONGEST_REPORT).await? {
        Object::Missing => Err("it is not there".to_owned()),
        Object::TooLarge => Err(format!("it is longer than {} MiB", LONGEST_REPORT >> 20)),
        Object::Body(json) => v1::parse(&json).map_err(|error| error.to_string()),
    })
}
