//! What an instance handed in: whose it is, fetched within limits, and judged.

use hardtarget_report::{Report, v1};
use jiff::Timestamp;

use crate::app::{self, App};
use crate::aws::s3::Object;
use hardtarget_aws::id::InstanceId;

/// The longest report that is read: ours have about 1 MB.
const LONGEST: usize = 8 << 20;

/// The instance whose report is at this key. It must be `scans/<role id>:<instance id>/report.json`
/// with the id of our own role: to that alone IAM binds the instance. The colon may be
/// percent-encoded, as in some services' events.
pub(super) fn instance_of(key: &str, role_id: &str) -> Option<InstanceId> {
    let whose = key.strip_prefix("scans/")?.strip_suffix("/report.json")?;
    let whose = whose
        .strip_prefix(role_id)
        .filter(|_| !role_id.is_empty())?;
    let colons = [":", "%3A", "%3a"];
    InstanceId::parse(colons.iter().find_map(|colon| whose.strip_prefix(colon))?)
}

/// Fetches the report, and tells when it arrived. None of the three that tell its length is believed
/// alone: the event, S3's answer, and the bytes that come.
pub(super) async fn fetch(
    app: &App,
    instance: &InstanceId,
    size: Option<u64>,
) -> anyhow::Result<(Object, Timestamp)> {
    let too_large = |size: u64| usize::try_from(size).map_or(true, |size| size > LONGEST);
    if size.is_some_and(too_large) {
        return Ok((Object::TooLarge, app::now()));
    }
    let key = format!("scans/{}:{instance}/report.json", app.config.role_id);
    let (object, modified) = app.s3.get_from(&app.config.bucket, &key, LONGEST).await?;
    Ok((object, modified.unwrap_or_else(app::now)))
}

/// The report in what was handed in, or why there is none in it, in words for the AMI's owner.
pub(super) fn read(object: Object) -> Result<Report, String> {
    match object {
        Object::Body(bytes) => v1::parse(&bytes).map_err(|error| error.to_string()),
        Object::TooLarge => Err(format!("the report is longer than {} MiB", LONGEST >> 20)),
        Object::Missing => Err("the report was deleted before it was read".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use hardtarget_report::sample;
    use proptest::prelude::*;

    use super::*;

    const ROLE: &str = "AROAEXAMPLEID1234567X";

    #[test]
    fn only_the_report_of_an_instance_of_our_role_is_taken() {
        let instance = InstanceId::parse("i-0a7d1e5c93b2f4608").unwrap();
        for key in [
            format!("scans/{ROLE}:{instance}/report.json"),
            format!("scans/{ROLE}%3A{instance}/report.json"),
            format!("scans/{ROLE}%3a{instance}/report.json"),
        ] {
            assert_eq!(instance_of(&key, ROLE).as_ref(), Some(&instance), "{key}");
        }
        for key in [
            format!("scans/AROAANOTHER:{instance}/report.json"),
            format!("scans/{ROLE}:{instance}/lynis-report.dat"),
            format!("scans/{ROLE}:{instance}/x/report.json"),
            format!("scans/{ROLE}:{instance}/../i-0a7d1e5c/report.json"),
            format!("scans/{ROLE}:{instance}/report.json/report.json"),
            format!("reports/{ROLE}:{instance}/report.json"),
            format!("/scans/{ROLE}:{instance}/report.json"),
            format!("scans/{ROLE}X:{instance}/report.json"),
            format!("scans/{ROLE}{instance}/report.json"),
            format!("scans/{ROLE}:I-0A7D1E5C/report.json"),
            format!("scans/{ROLE}:i-/report.json"),
            format!("scans/{ROLE}:ami-0a7d1e5c/report.json"),
            format!("scans/:{instance}/report.json"),
            String::new(),
        ] {
            assert_eq!(instance_of(&key, ROLE), None, "{key}");
        }
        let nobodys = format!("scans/:{instance}/report.json");
        assert_eq!(instance_of(&nobodys, ""), None);
    }

    proptest! {
        #[test]
        fn no_key_leads_elsewhere(rest in "[a-f0-9/:.%3A-]{0,40}") {
            for key in [format!("scans/{ROLE}{rest}"), format!("scans/{ROLE}:i-{rest}/report.json")] {
                if let Some(instance) = instance_of(&key, ROLE) {
                    let plain = key.replace("%3A", ":").replace("%3a", ":");
                    prop_assert_eq!(plain, format!("scans/{ROLE}:{instance}/report.json"));
                }
            }
        }
    }

    #[test]
    fn what_is_no_report_says_why() {
        let json = v1::to_json(&sample::hostile()).unwrap().into_bytes();
        assert!(read(Object::Body(json.clone())).is_ok());
        for (object, expected) in [
            (
                Object::Body(b"hello".to_vec()),
                "this is no Hard Target report: expected value",
            ),
            (
                Object::Body(json[..900].to_vec()),
                "this is no Hard Target report: EOF",
            ),
            (Object::TooLarge, "the report is longer than 8 MiB"),
            (Object::Missing, "the report was deleted before it was read"),
        ] {
            let reason = read(object).unwrap_err();
            assert!(reason.starts_with(expected), "{reason}");
        }
    }
}
