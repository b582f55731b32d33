//! A published report as a look at its family, or at its AMI.

use hardtarget_report::image_status::ImageStatus;
use hardtarget_report::{Finding, Report, Status, Vulnerability, clean_line, diff};
use jiff::Timestamp;
use tracing::{error, info};

use super::beside;
use super::{LookAt, Looked, LookedFor, Reread, Sight, look, publish};
use crate::app::App;
use crate::aws::s3::Object;
use crate::change::{Change, ScoreMove, Source};
use crate::entry::{Order, Package, Sighting};
use crate::fault::Fault;
use crate::published::key::ReportKey;
use crate::published::{self, LONGEST_DIFF, LONGEST_IMAGE, Published};
use crate::target::Target;

/// The most that is kept of what a finding has taken in, and of feeds: a row of DynamoDB has its limit.
const MOST_TAKEN_IN: usize = 60;
const MOST_FEEDS: usize = 10;

/// Records a published report, and writes down what is to be told of it. An error means that trying again may
/// help.
pub async fn report(app: &App, published: &Published<'_>, now: Timestamp) -> anyhow::Result<()> {
    let Published {
        key: parsed,
        report,
    } = published;
    let key = parsed.as_str();
    if report.scan.status == Status::Failed {
        info!(key, "the scan failed: it has looked at nothing");
        return Ok(());
    }
    let image = image(app, parsed).await?;
    let created = image.as_ref().and_then(|image| image.created);
    let at = LookAt {
        target: if app.config.by_ami {
            Target::Ami(parsed.ami.to_owned())
        } else {
            Target::Family(parsed.family.to_owned())
        },
        source: Source::Report,
        order: Order::new(
            created.unwrap_or(parsed.finished),
            parsed.finished,
            parsed.look(&report.scan.id),
        ),
        report: Some(key.to_owned()),
        sight: sight(report),
    };
    let outcome = look(&app.ledger, &at, &Bucket(app), app.config.history, now).await?;
    info!(key, target = %at.target, newest = outcome.newest, first = outcome.first, "recorded");
    if let Some(change) = outcome.into_change(&at) {
        let change = Change {
            ami: Some(parsed.ami.to_owned()),
            ami_name: image.and_then(|image| image.name.map(|name| clean_line(&name, 200))),
            score: score(app, parsed, report).await?,
            ..change
        };
        publish(app, change).await?;
    }
    Ok(())
}

/// What a report tells: findings and known vulnerabilities, and for what its engines looked.
#[must_use]
pub fn sight(report: &Report) -> Sight {
    let looked = diff::Looked::of(report);
    let feeds: Vec<String> = looked
        .feeds()
        .take(MOST_FEEDS)
        .map(|feed| clean_line(feed, 100))
        .collect();
    let finding = |one: &Finding| Sighting {
        same_as: one.taken_in().take(MOST_TAKEN_IN).collect(),
        ..Sighting::new(Fault::of_finding(one), one.is_waived())
    };
    let vulnerability = |one: &Vulnerability| Sighting {
        package: Some(Package {
            kind: clean_line(&one.kind, 100),
            installed: clean_line(&one.installed, 200),
            has_fix: one.fixed().is_some(),
            feeds: feeds.clone(),
        }),
        ..Sighting::new(Fault::of_vulnerability(one), one.is_waived())
    };
    let findings = report.findings.iter().map(finding);
    let seen = findings.chain(report.vulnerabilities.iter().map(vulnerability));
    let seen: Vec<Sighting> = seen.collect();
    Sight::new(seen, LookedFor::Report(Box::new(looked)))
}

/// The reports in the bucket.
struct Bucket<'a>(&'a App);

impl Reread for Bucket<'_> {
    async fn again(&self, looked: &Looked) -> anyhow::Result<Option<Sight>> {
        let Some(key) = &looked.report else {
            return Ok(None);
        };
        match published::report(self.0, key).await? {
            Ok(report) => Ok(Some(sight(&report))),
            Err(why) => {
                error!(key, why, "a report that was recorded cannot be read again");
                Ok(None)
            }
        }
    }
}

/// What is known of the AMI, if it is known.
pub(crate) async fn image(
    app: &App,
    parsed: &ReportKey<'_>,
) -> anyhow::Result<Option<ImageStatus>> {
    let key = parsed.image();
    let read = match app.s3.get(&key, LONGEST_IMAGE).await? {
        Object::Missing => return Ok(None),
        Object::TooLarge => Err("it is too long".to_owned()),
        Object::Body(json) => beside::image(&json, parsed.ami),
    };
    Ok(read
        .map_err(|why| error!(key, why, "the status of an AMI cannot be read"))
        .ok())
}

/// How the score moved: by the glue's comparison, if there was something to compare with.
async fn score(
    app: &App,
    parsed: &ReportKey<'_>,
    report: &Report,
) -> anyhow::Result<Option<ScoreMove>> {
    let key = parsed.diff();
    let read = match app.s3.get(&key, LONGEST_DIFF).await? {
        Object::Missing => return Ok(beside::first_score(report)),
        Object::TooLarge => Err("it is too long".to_owned()),
        Object::Body(json) => beside::score(&json, report),
    };
    Ok(read
        .map_err(|why| error!(key, why, "a comparison of reports cannot be read"))
        .ok())
}
