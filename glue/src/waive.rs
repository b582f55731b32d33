//! Waivers: what the account has decided to live with, by a file of its own (see
//! [`hardtarget_report::waivers`]). A file that cannot be used waives nothing, and that is told: the
//! report is published all the same.

use hardtarget_report::Report;
use hardtarget_report::waivers::Waivers;
use jiff::{Timestamp, tz::Offset};
use tracing::{error, info, warn};

use crate::app::App;
use crate::aws::s3::Object;
use crate::metrics::{Metric, count};
use crate::reason::tag_value;
use hardtarget_aws::id::AmiId;

/// The most bytes that are read of the file.
const LARGEST: usize = 1 << 20;

/// What the report's facts tell of waivers stands under this name.
const FACT: &str = "waivers";

/// Applies the account's waivers to a report, in place of whatever its machine says is waived. An error
/// means that trying again may help.
pub async fn waive(
    app: &App,
    report: &mut Report,
    ami: &AmiId,
    now: Timestamp,
) -> anyhow::Result<()> {
    report.facts.remove(FACT);
    let read = match &app.config.waivers_key {
        key if key.is_empty() => Ok(Waivers::default()),
        key => match app
            .s3
            .get_from(&app.config.agent_bucket, key, LARGEST)
            .await
        {
            Ok((object, _)) => parse(object),
            Err(error) if error.is_passing() => return Err(error.into()),
            // What S3 says of a missing object too, to whom may not list the bucket.
            Err(error) if error.code == "AccessDenied" => Err(format!(
                "s3://{}/{key} is not there or may not be read",
                app.config.agent_bucket
            )),
            Err(error) => Err(error.to_string()),
        },
    };
    if let Err(why) = &read {
        error!(%ami, why, "the waivers cannot be used: published without any");
        count(&[Metric::WaiversUnusable], ami.as_str(), now);
        let why = format!("none applied: {}", tag_value(why));
        report.facts.insert(FACT.to_owned(), vec![why]);
    }
    let today = Offset::UTC.to_datetime(now).date();
    let applied = read.unwrap_or_default().apply(report, today);
    if applied.waived + applied.expired > 0 {
        info!(%ami, applied.waived, applied.expired, "waivers");
    }
    if !applied.unknown.is_empty() {
        let unknown = applied.unknown.join(" ");
        warn!(%ami, unknown, "waivers for ids that no check has");
        let note = format!("for ids that no check has: {unknown}");
        report.facts.insert(FACT.to_owned(), vec![note]);
    }
    Ok(())
}

fn parse(object: Object) -> Result<Waivers, String> {
    match object {
        Object::Missing => Err("there is no such object".to_owned()),
        Object::TooLarge => Err(format!("they are longer than {LARGEST} bytes")),
        Object::Body(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Waivers::parse(&text).map_err(|error| error.to_string()),
            Err(_) => Err("they are no UTF-8".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_list_of_waivers_says_why() {
        for (object, expected) in [
            (Object::Missing, "there is no such object"),
            (Object::TooLarge, "they are longer than 1048576 bytes"),
            (Object::Body(b"\xff".to_vec()), "they are no UTF-8"),
            (Object::Body(b"[[waiver]]\nid = 1".to_vec()), "line 2: "),
        ] {
            let why = parse(object).unwrap_err();
            assert!(why.starts_with(expected), "{why}");
        }
        assert_eq!(parse(Object::Body(Vec::new())), Ok(Waivers::default()));
    }
}
