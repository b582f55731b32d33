//! A report has arrived: it is read, published, told on the AMI's tags, and its instance is ended.
//!
//! Nothing in a report decides what it is about. The instance is in the object's key, which IAM binds
//! to the instance that wrote it; the AMI is in our own record of the launch or, should that be
//! missing, on the instance as long as EC2 knows it.
//!
//! An instance has one result: once it is on the AMI, the launch record says so, and another report put
//! in the place of the first changes nothing. Until then every step can be done again, which is how a
//! failure is got over: Lambda tries again.

mod reader;
pub mod tags;

use anyhow::Context as _;
use hardtarget_report::Status;
use tracing::{error, info, warn};

use crate::app::{self, App};
use crate::event::ObjectCreated;
use crate::image;
use crate::inspector;
use crate::metrics::{Metric, count};
use crate::plan;
use crate::publish;
use crate::reason::tag_value;
use crate::record::{self, Record};
use crate::status;
use crate::waive::waive;
use hardtarget_aws::id::{AmiId, InstanceId};
use tags::Assessed;

/// Handles the arrival of a report. Whatever comes of it, its instance is ended, or at least that is
/// tried. An error means that trying all of it again may help.
pub async fn tag(app: &App, created: &ObjectCreated) -> anyhow::Result<()> {
    let Some(instance) = reader::instance_of(&created.key, &app.config.role_id) else {
        error!(
            key = created.key,
            "no report of an instance of ours: left alone"
        );
        return Ok(());
    };
    let assessed = assess(app, &instance, created.size).await;
    let ended = app.ec2.terminate(&instance).await;
    if let Err(error) = &ended {
        error!(%instance, %error, "the instance could not be ended");
    }
    assessed?;
    Ok(ended?)
}

/// Publishes and tags.
async fn assess(app: &App, instance: &InstanceId, size: Option<u64>) -> anyhow::Result<()> {
    let Some((mut record, ami)) = identify(app, instance).await? else {
        error!(%instance, "a report of an instance that neither we nor EC2 know of: left alone");
        return Ok(());
    };
    if record.finished.is_some() && !still_waits(app, &ami).await? {
        info!(%ami, %instance, "this instance has its result already: the report is left alone");
        return Ok(());
    }
    let (handed_in, arrived) = reader::fetch(app, instance, size).await?;
    let prefix = &app.config.tag_prefix;
    let now = app::now();
    let assessed = Assessed {
        agent_version: &record.agent_version,
        at: now,
    };
    let (tags, status, report) = match reader::read(handed_in) {
        Ok(mut report) => {
            if let Some(said) = publish::set_target(&mut report, &record) {
                warn!(%ami, %instance, said, "the report names another machine: the launch record counts");
            }
            waive(app, &mut report, &ami, now).await?;
            let inspector = inspector::ask(app, &ami, &mut report).await;
            let finished = publish::finished(report.scan.finished, arrived, record.launched_at);
            let published = publish::publish(app, &report, inspector, &record, finished).await?;
            let uri = format!("s3://{}/{}", app.config.bucket, published.key);
            let tags = tags::tags_for(&report, published.moved, &uri, assessed, prefix);
            (tags, report.scan.status, Some((report, published.key)))
        }
        Err(reason) => {
            let reason = tag_value(&reason);
            warn!(%ami, %instance, reason, "what was handed in is no report");
            let tags = tags::tags_without_report(&reason, assessed, prefix);
            (tags, Status::Failed, None)
        }
    };
    status::put(app, &ami, &tags, |_| true).await?;
    let told = ["status", "reason"].map(|key| tags::value(&tags, prefix, key).unwrap_or_default());
    let report = report.as_ref().map(|(report, key)| (report, key.clone()));
    image::put_result(app, &record, &ami, told.into(), report).await?;
    record.finished = Some(now);
    record.put(app, instance).await?;
    let seconds = now.duration_since(record.launched_at).as_secs_f64();
    let what = match status {
        Status::Complete | Status::Partial => Metric::Assessment,
        Status::Failed => Metric::Failure,
    };
    count(&[what, Metric::Seconds(seconds)], ami.as_str(), now);
    info!(%ami, %instance, %status, seconds, "assessed");
    Ok(())
}

/// Whether the AMI has lost its result again, to a second order that came at the same moment.
async fn still_waits(app: &App, ami: &AmiId) -> anyhow::Result<bool> {
    let image = app.ec2.image(ami).await?;
    Ok(image.is_some_and(|image| plan::status(&image, &app.config) == Some("assessing")))
}

/// The record of the launch; or one made of what EC2 knows of an instance with our tag.
async fn identify(app: &App, instance: &InstanceId) -> anyhow::Result<Option<(Record, AmiId)>> {
    if let Some(record) = record::get(app, instance).await? {
        let ami = AmiId::parse(&record.ami);
        let ami = ami.with_context(|| format!("the launch record of {instance} names no AMI"))?;
        return Ok(Some((record, ami)));
    }
    let Some(seen) = app.ec2.instance(instance).await? else {
        return Ok(None);
    };
    let Some(ami) = seen.ami.clone() else {
        return Ok(None);
    };
    warn!(%ami, %instance, "there is no launch record: the instance's tag counts");
    let image = app.ec2.image(&ami).await?;
    Ok(image.map(|image| (Record::of(app, &image, &seen), ami)))
}
