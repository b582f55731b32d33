//! Reap, every ten minutes: no instance outlives its deadline, and no AMI stays without an answer.
//!
//! It takes no input but what EC2 and the bucket say now, and does every time all that is left to
//! do. Only instances with our tag are ever seen here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tracing::{error, info, warn};

use crate::app::{App, now};
use crate::config::Config;
use crate::event::ObjectCreated;
use crate::inventory::{Instance, State};
use crate::metrics::{Metric, count};
use crate::{plan, status, sweep, tag};
use hardtarget_aws::id::{AmiId, InstanceId};

/// What the agent and the script write to the console when no report could be delivered.
const GAVE_UP: &str = "hardtarget: gave up: ";

/// Something that got stuck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stuck<'a> {
    /// An instance is past its deadline. The AMI is there if this is its newest instance.
    Overdue(&'a Instance, Option<&'a AmiId>),
    /// The newest instance of an AMI has ended, and the AMI still waits for its result.
    Ended(&'a Instance, &'a AmiId),
    /// An AMI waits for a result, and EC2 knows of no instance.
    Vanished(&'a AmiId),
}

impl Stuck<'_> {
    fn ami(&self) -> Option<&AmiId> {
        match self {
            Self::Overdue(instance, _) => instance.ami.as_ref(),
            Self::Ended(_, ami) | Self::Vanished(ami) => Some(ami),
        }
    }
}

/// Ends and answers what got stuck, then looks for AMIs whose event never came. Whatever fails is
/// told at the end: the rest is done all the same.
pub async fn reap(app: &App) -> anyhow::Result<()> {
    let key = format!("{}status", app.config.tag_prefix);
    // In this order: an AMI is tagged after its launch, so the second call sees its instance.
    let assessing = app.ec2.tagged_images(&key, "assessing").await?;
    let instances = app.ec2.instances().await?;
    let mut failed = Vec::new();
    for stuck in find(&instances, &assessing, &app.config, now()) {
        if let Err(error) = mend(app, &stuck).await {
            error!(
                ami = stuck.ami().map(AmiId::as_str),
                error = format!("{error:#}"),
                "reap"
            );
            failed.push(error);
        }
    }
    if let Err(error) = sweep::sweep(app).await {
        error!(error = format!("{error:#}"), "sweep");
        failed.push(error);
    }
    let count = failed.len();
    match failed.into_iter().next() {
        Some(first) => Err(first.context(format!("{count} things could not be done, the first"))),
        None => Ok(()),
    }
}

/// What got stuck: pure.
#[must_use]
pub fn find<'a>(
    instances: &'a [Instance],
    assessing: &'a BTreeSet<AmiId>,
    config: &Config,
    now: Timestamp,
) -> Vec<Stuck<'a>> {
    let mut newest: BTreeMap<&AmiId, &Instance> = BTreeMap::new();
    for instance in instances {
        let Some(ami) = &instance.ami else { continue };
        let known = newest.entry(ami).or_insert(instance);
        if known.launched < instance.launched {
            *known = instance;
        }
    }
    let of_newest = |instance: &'a Instance| {
        let ami = instance.ami.as_ref()?;
        newest
            .get(ami)
            .filter(|newest| newest.id == instance.id)
            .map(|_| ami)
    };
    let mut stuck: Vec<Stuck<'_>> = instances
        .iter()
        .filter_map(|instance| match instance.state {
            State::Live | State::Stopped if plan::deadline(instance, config) < now => {
                Some(Stuck::Overdue(instance, of_newest(instance)))
            }
            State::Live => None,
            State::Stopped | State::Ended => of_newest(instance)
                .filter(|ami| assessing.contains(ami))
                .map(|ami| Stuck::Ended(instance, ami)),
        })
        .collect();
    let vanished = assessing.iter().filter(|ami| !newest.contains_key(ami));
    stuck.extend(vanished.map(Stuck::Vanished));
    stuck
}

async fn mend(app: &App, stuck: &Stuck<'_>) -> anyhow::Result<()> {
    match stuck {
        Stuck::Overdue(instance, ami) => {
            let said = last_words(app, &instance.id).await;
            app.ec2.terminate(&instance.id).await?;
            let about = stuck.ami().map_or("", AmiId::as_str);
            error!(ami = about, instance = %instance.id, "past its deadline: ended");
            count(&[Metric::Leaked(1)], about, now());
            let Some(ami) = ami else { return Ok(()) };
            let minutes = app.config.deadline.as_secs() / 60;
            let late = format!("no report within {minutes} minutes");
            let reason = match said {
                Some(said) => format!("{late}: {said}"),
                None => late,
            };
            conclude(app, instance, ami, "timed-out", &reason).await
        }
        Stuck::Ended(instance, ami) => {
            let said = last_words(app, &instance.id).await;
            if instance.state == State::Stopped {
                app.ec2.terminate(&instance.id).await?;
            }
            let reason = said.or_else(|| instance.end_reason.clone());
            let reason = reason.unwrap_or_else(|| "EC2 does not say why".to_owned());
            let reason = format!("the instance ended without a report: {reason}");
            conclude(app, instance, ami, "failed", &reason).await
        }
        Stuck::Vanished(ami) => {
            let reason = "the scan instance vanished without a report";
            answer(app, ami, Timestamp::MIN, "failed", reason).await
        }
    }
}

/// Gives the AMI of an instance that has ended its answer: the report if there is one whose arrival
/// was missed, else `status` and `reason`.
async fn conclude(
    app: &App,
    instance: &Instance,
    ami: &AmiId,
    status: &str,
    reason: &str,
) -> anyhow::Result<()> {
    let config = &app.config;
    let key = key(app, &instance.id, "report.json");
    match app.s3.head(&config.bucket, &key).await? {
        None => answer(app, ami, instance.launched, status, reason).await,
        Some(head) => {
            info!(%ami, instance = %instance.id, "its report is there");
            let bucket = config.bucket.clone();
            let size = Some(head.size);
            tag::tag(app, &ObjectCreated { bucket, key, size }).await
        }
    }
}

/// Tags the AMI, unless it has been given an answer since `launched`.
async fn answer(
    app: &App,
    ami: &AmiId,
    launched: Timestamp,
    status: &str,
    reason: &str,
) -> anyhow::Result<()> {
    let Some(image) = app.ec2.image(ami).await? else {
        info!(%ami, "it is gone");
        return Ok(());
    };
    if plan::is_answered(&image, launched, &app.config.tag_prefix) {
        return Ok(());
    }
    status::set(app, &image, status, reason).await?;
    warn!(%ami, status, reason, "no report");
    count(&[Metric::Failure], ami.as_str(), now());
    Ok(())
}

/// Keeps what an instance wrote to its console; what it said of why it gave up. That this fails
/// keeps nothing else from being done.
async fn last_words(app: &App, instance: &InstanceId) -> Option<String> {
    let console = match app.ec2.console(instance).await {
        Ok(console) => console?,
        Err(error) => {
            warn!(%instance, %error, "its console output is lost");
            return None;
        }
    };
    let said = gave_up(&String::from_utf8_lossy(&console));
    let key = key(app, instance, "console.txt");
    let kept = app.s3.put(&key, "text/plain; charset=utf-8", console).await;
    if let Err(error) = kept {
        warn!(%instance, %error, "its console output is lost");
    }
    said
}

fn key(app: &App, instance: &InstanceId, name: &str) -> String {
    format!("scans/{}:{instance}/{name}", app.config.role_id)
}

/// The last sentence on the console that says why no report was delivered.
fn gave_up(console: &str) -> Option<String> {
    let mut lines = console.lines().rev();
    lines.find_map(|line| Some(line.rsplit_once(GAVE_UP)?.1.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::config;

    const NOW: i64 = 1_795_300_000;

    fn ami(number: u32) -> AmiId {
        AmiId::parse(&format!("ami-{number:08x}")).unwrap()
    }

    fn instance(id: u32, of: u32, state: State, minutes_ago: i64) -> Instance {
        Instance {
            id: InstanceId::parse(&format!("i-{id:08x}")).unwrap(),
            ami: Some(ami(of)),
            state,
            launched: Timestamp::from_second(NOW - minutes_ago * 60).unwrap(),
            deadline: None,
            instance_type: "t3.micro".to_owned(),
            spot: false,
            account: "123456789012".to_owned(),
            end_reason: None,
        }
    }

    fn names(instances: &[Instance], assessing: &[u32]) -> Vec<String> {
        let assessing = assessing.iter().map(|number| ami(*number)).collect();
        let now = Timestamp::from_second(NOW).unwrap();
        let stuck = find(instances, &assessing, &config(), now);
        let mut names: Vec<String> = stuck
            .iter()
            .map(|stuck| match stuck {
                Stuck::Overdue(instance, ami) => {
                    format!("overdue {} {}", instance.id, ami.is_some())
                }
                Stuck::Ended(instance, ami) => format!("ended {} {ami}", instance.id),
                Stuck::Vanished(ami) => format!("vanished {ami}"),
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_runs_in_time_is_let_alone() {
        let instances = [
            instance(1, 1, State::Live, 29),
            instance(2, 2, State::Ended, 5),
            instance(3, 3, State::Ended, 500),
        ];
        assert_eq!(names(&instances, &[1]), Vec::<String>::new());
    }

    #[test]
    fn past_the_deadline_running_or_stopped() {
        let mut by_tag = instance(3, 3, State::Live, 5);
        by_tag.deadline = Timestamp::from_second(NOW - 1).ok();
        let instances = [
            instance(1, 1, State::Live, 31),
            instance(2, 2, State::Stopped, 31),
            by_tag,
            instance(4, 4, State::Ended, 31),
        ];
        let expected = [
            "overdue i-00000001 true",
            "overdue i-00000002 true",
            "overdue i-00000003 true",
        ];
        assert_eq!(names(&instances, &[1]), expected);
    }

    #[test]
    fn an_instance_without_an_ami_is_ended_too() {
        let mut lost = instance(1, 1, State::Live, 31);
        lost.ami = None;
        assert_eq!(names(&[lost], &[]), ["overdue i-00000001 false"]);
    }

    #[test]
    fn only_the_newest_instance_speaks_for_its_ami() {
        let instances = [
            instance(1, 1, State::Ended, 20),
            instance(2, 1, State::Live, 3),
            instance(3, 2, State::Live, 40),
            instance(4, 2, State::Live, 4),
            instance(5, 3, State::Ended, 20),
            instance(6, 3, State::Ended, 10),
        ];
        let expected = ["ended i-00000006 ami-00000003", "overdue i-00000003 false"];
        assert_eq!(names(&instances, &[1, 2, 3]), expected);
    }

    #[test]
    fn an_ami_that_waits_for_nothing() {
        assert_eq!(
            names(&[instance(1, 1, State::Live, 1)], &[1, 2]),
            ["vanished ami-00000002"]
        );
    }

    #[test]
    fn the_last_reason_on_the_console() {
        let console = "boot\r\n[ 3.1] cloud-init[412]: hardtarget: gave up: no network\n\
            hardtarget: gave up: S3 answered 403 \r\nreboot: Power down\n";
        assert_eq!(gave_up(console).as_deref(), Some("S3 answered 403"));
        assert_eq!(gave_up("hardtarget: gave in\n"), None);
    }
}
