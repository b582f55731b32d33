//! What changed since the last complete report of the AMI, or else of its family (which one that is, see
//! [`hardtarget_report::diff::base`]). The two are in memory together only while they are compared.

use hardtarget_report::diff::{Diff, base, diff};
use hardtarget_report::{Report, Status, v1};
use jiff::Timestamp;
use tracing::{info, warn};

use crate::app::App;
use crate::aws::{Error, s3::Object};
use crate::publish::directory;
use crate::record::Record;

/// The longest report that another is held against.
const LONGEST: usize = v1::LONGEST_PUBLISHED;

/// Compares; `None` where there is nothing to compare with, or where the new scan has looked at nothing. A
/// report that cannot be read is passed over. An error means that trying again may help.
pub async fn changes(
    app: &App,
    report: &Report,
    record: &Record,
    finished: Timestamp,
) -> anyhow::Result<Option<Diff>> {
    if report.scan.status == Status::Failed {
        return Ok(None);
    }
    let keys = match app.s3.keys(&format!("reports/{}/", record.family)).await {
        Err(error) => return passed_over("its family's reports", error),
        Ok(keys) => keys,
    };
    let finished = directory(record, finished);
    let finished = finished.rsplit('/').next().unwrap_or_default();
    for key in base::candidates(&keys, &record.family, &record.ami, finished) {
        let old = match app.s3.get(key, LONGEST).await {
            Ok(Object::Body(body)) => v1::parse(&body).map_err(|error| error.to_string()),
            Ok(Object::TooLarge) => Err(format!("it is longer than {} MiB", LONGEST >> 20)),
            Ok(Object::Missing) => Err("it is gone".to_owned()),
            Err(error) if error.is_passing() => return Err(error.into()),
            Err(error) => Err(error.to_string()),
        };
        match old {
            Ok(old) if old.scan.status == Status::Complete => {
                info!(ami = record.ami, key, "compared with it");
                return Ok(Some(diff(&old, report)));
            }
            Ok(_) => {}
            Err(why) => warn!(ami = record.ami, key, why, "not compared with it"),
        }
    }
    Ok(None)
}

/// The report is published all the same, unless trying again may help.
fn passed_over(what: &str, error: Error) -> anyhow::Result<Option<Diff>> {
    if error.is_passing() {
        return Err(error.into());
    }
    warn!(%error, what, "cannot be read: nothing is compared");
    Ok(None)
}
