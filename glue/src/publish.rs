//! A report that is trusted, where it is published, and with what in it.

use std::time::Duration;

use hardtarget_report::diff::{self, Diff, Totals};
use hardtarget_report::{Report, Target, render, v1};
use jiff::Timestamp;

use crate::app::App;
use crate::base;
use crate::reason::tag_value;
use crate::record::Record;

/// How far from its launch a scan may say that it ended: its machine's clock may be off, or lie.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes the report one about the AMI that was launched, whatever it says itself. What it said of
/// AMI and instance, if that was something else.
pub fn set_target(report: &mut Report, record: &Record) -> Option<String> {
    let ours = Target {
        ami: Some(record.ami.clone()),
        instance: Some(record.instance.clone()),
        account: Some(record.account.clone()),
        region: Some(record.region.clone()),
        ..report.target.clone()
    };
    let said = std::mem::replace(&mut report.target, ours);
    let differs = |said: &Option<String>, ours: &Option<String>| said.is_some() && said != ours;
    (differs(&said.ami, &report.target.ami) || differs(&said.instance, &report.target.instance))
        .then(|| tag_value(&format!("{:?} on {:?}", said.ami, said.instance)))
}

/// When a scan ended: what its report says, unless that is absurd; then when the report arrived.
#[must_use]
pub fn finished(said: Timestamp, arrived: Timestamp, launched: Timestamp) -> Timestamp {
    let (first, last) = (
        launched - CLOCK_TOLERANCE,
        arrived.max(launched) + CLOCK_TOLERANCE,
    );
    if (first..=last).contains(&said) {
        said
    } else {
        arrived
    }
}

/// The key below which a report and its page lie: its family and AMI, and when the scan ended, in
/// ISO 8601's basic form.
#[must_use]
pub fn directory(record: &Record, finished: Timestamp) -> String {
    let finished = finished.strftime("%Y%m%dT%H%M%SZ");
    format!("reports/{}/{}/{finished}", record.family, record.ami)
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The report's key.
    pub key: String,
    /// What came and went since the last report, if there is one to compare with.
    pub moved: Option<Totals>,
}

/// Publishes the report: its JSON as we write it, last; before that what changed since the last one, the page
/// rendered from both, and what Inspector said, if it was asked. The same report gives the same objects.
pub async fn publish(
    app: &App,
    report: &Report,
    inspector: Option<Vec<u8>>,
    record: &Record,
    finished: Timestamp,
) -> anyhow::Result<Published> {
    let changes = base::changes(app, report, record, finished).await?;
    let directory = directory(record, finished);
    if let Some(findings) = inspector {
        let key = format!("{directory}/inspector.json");
        app.s3.put(&key, "application/json", findings).await?;
    }
    if let Some(changes) = &changes {
        let json = diff::to_json(changes)?.into_bytes();
        let key = format!("{directory}/diff.json");
        app.s3.put(&key, "application/json", json).await?;
    }
    let html = render::html::html_with(report, changes.as_ref()).into_bytes();
    let page = format!("{directory}/report.html");
    app.s3.put(&page, "text/html; charset=utf-8", html).await?;
    let moved = changes.as_ref().map(Diff::totals);
    // As large as both reports: no memory for it while the report is written.
    drop(changes);
    let json = v1::to_json(report)?.into_bytes();
    let key = format!("{directory}/report.json");
    app.s3.put(&key, "application/json", json).await?;
    Ok(Published { key, moved })
}

#[cfg(test)]
mod tests {
    use hardtarget_report::sample;

    use super::*;

    fn record() -> Record {
        let at = Timestamp::constant(1_795_241_600, 0);
        Record {
            version: 1,
            instance: "i-0123456789abcdef0".to_owned(),
            ami: "ami-0123456789abcdef0".to_owned(),
            ami_name: None,
            family: "web".to_owned(),
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            launched_at: at,
            deadline: at + Duration::from_secs(1_800),
            agent_version: "0.1.0".to_owned(),
            instance_type: "t3.micro".to_owned(),
            spot: false,
            finished: None,
        }
    }

    #[test]
    fn what_a_report_says_it_is_about_does_not_count() {
        let mut report = sample::typical();
        let said = set_target(&mut report, &record()).unwrap();
        assert!(said.contains("ami-0c1f3a9b27d5e8846"), "{said}");
        let target = &report.target;
        assert_eq!(target.ami.as_deref(), Some("ami-0123456789abcdef0"));
        assert_eq!(target.instance.as_deref(), Some("i-0123456789abcdef0"));
        assert_eq!(target.account.as_deref(), Some("123456789012"));
        assert_eq!(target.region.as_deref(), Some("eu-west-1"));
        assert_eq!(target.hostname, sample::typical().target.hostname);
        assert_eq!(set_target(&mut report, &record()), None);
        report.target.ami = None;
        assert_eq!(set_target(&mut report, &record()), None);
    }

    #[test]
    fn an_absurd_time_is_not_believed() {
        let launched = record().launched_at;
        let arrived = launched + Duration::from_secs(90);
        for (hours, believed) in [
            (-25, false),
            (-23, true),
            (0, true),
            (24, true),
            (25, false),
        ] {
            let said = launched + jiff::SignedDuration::from_hours(hours);
            let expected = if believed { said } else { arrived };
            assert_eq!(finished(said, arrived, launched), expected, "{hours} h");
        }
        for absurd in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            assert_eq!(finished(absurd, arrived, launched), arrived);
        }
        assert_eq!(
            directory(&record(), arrived),
            "reports/web/ami-0123456789abcdef0/20261121T061450Z"
        );
    }
}
