//! Launch: one throwaway instance for an AMI, noted in our bucket and on the AMI.
//!
//! Every step may be done twice. What a crash leaves undone between them is made up for when the
//! order comes again: the instance is found by its tag, and its record and the AMI's status follow.

use std::sync::{Once, PoisonError};
use std::time::Duration;

use data_encoding::BASE64;
use jiff::SignedDuration;
use tracing::{error, info, warn};

use crate::app::{App, now};
use crate::config::Arch;
use crate::event::{By, Of, Order, Wishes};
use crate::image;
use crate::inventory::{AMI, DEADLINE, Image, Instance, MANAGED, State, Tags};
use crate::metrics::{Metric, count};
use crate::plan::{self, Attempt, Decision, Failure, Launch};
use crate::reason::tag_value;
use crate::record::{self, Record};
use crate::refusal;
use crate::status;
use crate::user_data::{self, UserDataError};
use hardtarget_aws::id::{AmiId, InstanceId};

/// How long an instance may download the agent. Credentials of a Lambda last longer.
const URL_LIFETIME: Duration = Duration::from_secs(3600);

/// How long EC2's list of instances may lag behind.
const LAG: SignedDuration = SignedDuration::from_secs(60);

/// Why nothing is done about an AMI that EC2 does not know.
const GONE: &str = "there is no such AMI in this account and region, or it is gone";

/// What came of an order for one AMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An instance was launched.
    Launched(InstanceId),
    /// An instance was at it already.
    UnderWay(InstanceId),
    /// There is nothing to do, for this reason.
    Nothing(String),
    /// It cannot be scanned; the AMI says why.
    Unsupported(String),
    /// It cannot be launched; the AMI says why.
    Failed(String),
    /// It has to wait, for this reason.
    Waits(String),
}

/// Carries out an order. `scope` is what tells it from other orders by hand: the message's id, or
/// the request's. An error means that trying again may help.
pub async fn launch(
    app: &App,
    order: &Order,
    scope: &str,
) -> anyhow::Result<Vec<(AmiId, Outcome)>> {
    let amis = match &order.of {
        Of::Ami(ami) => vec![ami.clone()],
        Of::ImageBuilder(arn) => {
            let images = app
                .ec2
                .images_with(hardtarget_report::family::IMAGE_BUILDER_TAG, arn)
                .await?;
            if images.is_empty() {
                warn!(
                    arn,
                    "no AMI of this Image Builder image is in this account and region"
                );
            }
            images.into_iter().map(|image| image.id).collect()
        }
    };
    let scope = if order.by == By::Event { "" } else { scope };
    let mut outcomes = Vec::new();
    for ami in amis {
        let outcome = one(app, &ami, order, scope).await?;
        info!(%ami, ?outcome, "order for an assessment");
        refusal::put(app, &ami, order, &outcome).await?;
        outcomes.push((ami, outcome));
    }
    Ok(outcomes)
}

async fn one(app: &App, ami: &AmiId, order: &Order, scope: &str) -> anyhow::Result<Outcome> {
    let (config, by, wishes) = (&app.config, order.by, &order.wishes);
    let Some(image) = app.ec2.image(ami).await? else {
        return Ok(Outcome::Nothing(GONE.to_owned()));
    };
    let arch = match plan::decide(&image, by, config) {
        Decision::Nothing(why) => return Ok(Outcome::Nothing(why)),
        Decision::Later(why) => return Ok(Outcome::Waits(why)),
        Decision::Unsupported(reason) => {
            status::set(app, &image, "unsupported", &reason).await?;
            return Ok(Outcome::Unsupported(reason));
        }
        Decision::Scan(arch) => arch,
    };
    if is_made_by_us(app, &image).await? {
        return Ok(Outcome::Nothing(
            "it was made from one of our instances".to_owned(),
        ));
    }
    let instances = instances(app).await?;
    let of_this = |instance: &&Instance| instance.ami.as_ref() == Some(ami);
    // A stopped one costs its disks, and is there until the reaper comes.
    let there = instances
        .iter()
        .filter(|instance| instance.state != State::Ended);
    if let Some(instance) = there.clone().find(of_this) {
        note(app, &image, instance, wishes).await?;
        return Ok(Outcome::UnderWay(instance.id.clone()));
    }
    if by == By::Event && plan::status(&image, config) == Some("assessing") {
        return Ok(Outcome::Nothing(
            "its instance has ended, the reaper will tell".to_owned(),
        ));
    }
    if there.count() >= config.max_scans {
        let reason = format!(
            "{} scans are under way, which is the limit",
            config.max_scans
        );
        return waits(app, &image, reason).await;
    }
    match run(app, &image, arch, wishes, scope).await? {
        Ok(instance) => {
            note(app, &image, &instance, wishes).await?;
            Ok(Outcome::Launched(instance.id))
        }
        Err(Failure::Launched) => {
            let newest = instances
                .iter()
                .filter(of_this)
                .max_by_key(|instance| instance.launched);
            if let Some(instance) = newest {
                note(app, &image, instance, wishes).await?;
                return Ok(Outcome::UnderWay(instance.id.clone()));
            }
            failed(
                app,
                &image,
                "its instance ended without a report and is forgotten by EC2",
            )
            .await
        }
        Err(Failure::Gone) => Ok(Outcome::Nothing(GONE.to_owned())),
        Err(Failure::Never(reason) | Failure::Place(reason)) => failed(app, &image, &reason).await,
        Err(Failure::NotSubscribed(reason)) => {
            status::set(app, &image, "unsupported", &reason).await?;
            Ok(Outcome::Unsupported(reason))
        }
        Err(Failure::Capacity) => {
            let reason = "there is no capacity in any subnet for any type";
            waits(app, &image, reason.to_owned()).await
        }
        Err(Failure::Later) => {
            let reason = "EC2 launches nothing at the moment";
            waits(app, &image, reason.to_owned()).await
        }
    }
}

async fn waits(app: &App, image: &Image, reason: String) -> anyhow::Result<Outcome> {
    image::put_waiting(app, image, &reason).await?;
    Ok(Outcome::Waits(reason))
}

/// Whether the image was made from an instance of ours: our own record of it outlives EC2's.
pub async fn is_made_by_us(app: &App, image: &Image) -> anyhow::Result<bool> {
    match &image.source_instance {
        Some(source) => Ok(record::get(app, source).await?.is_some()),
        None => Ok(false),
    }
}

/// Our instances: those that EC2 lists, and those just launched that it may not list yet.
async fn instances(app: &App) -> anyhow::Result<Vec<Instance>> {
    let mut instances = app.ec2.instances().await?;
    let mut launched = app.launched.lock().unwrap_or_else(PoisonError::into_inner);
    let now = now();
    launched.retain(|instance| now.duration_since(instance.launched) < LAG);
    for instance in launched.iter() {
        if !instances.iter().any(|listed| listed.id == instance.id) {
            instances.push(instance.clone());
        }
    }
    Ok(instances)
}

/// Tries one place after the other. The outer error means that there is no request to try.
async fn run(
    app: &App,
    image: &Image,
    arch: &Arch,
    wishes: &Wishes,
    scope: &str,
) -> anyhow::Result<Result<Instance, Failure>> {
    let user_data = match user_data(app, image, arch, &wishes.user_data).await? {
        Ok(user_data) => user_data,
        Err(error) => {
            let reason = format!("the userData of the order is too long: {error}");
            return Ok(Err(Failure::Never(reason)));
        }
    };
    let wished = wishes.instance_type.as_deref();
    let mut worst = None;
    for attempt in plan::attempts(arch, wished, &app.config) {
        let launch = request(app, image, &user_data, wishes, scope, attempt);
        let error = match app.ec2.run(&launch).await {
            Ok(instance) => {
                let mut launched = app.launched.lock().unwrap_or_else(PoisonError::into_inner);
                launched.push(instance.clone());
                return Ok(Ok(instance));
            }
            Err(error) => error,
        };
        let Attempt {
            instance_type,
            subnet,
            spot,
        } = &launch.attempt;
        let failure = plan::judge(&error);
        let ours = arch.instance_types.contains(instance_type);
        if !ours && plan::is_of_place(&failure, &error) {
            warn!(ami = %image.id, instance_type, subnet, spot, %error, "not as the order asks for");
            continue;
        }
        if matches!(failure, Failure::Never(_)) {
            error!(ami = %image.id, instance_type, subnet, spot, %error, "RunInstances");
        } else {
            warn!(ami = %image.id, instance_type, subnet, spot, %error, "RunInstances");
        }
        match (&failure, &worst) {
            (Failure::Capacity, _) => worst = Some(failure),
            (Failure::Place(_), None) => worst = Some(failure),
            (Failure::Place(_), Some(_)) => {}
            _ => return Ok(Err(failure)),
        }
    }
    Ok(Err(worst.unwrap_or(Failure::Later)))
}

/// What the instance boots with; the inner error is that what the order adds finds no room in it.
async fn user_data(
    app: &App,
    image: &Image,
    arch: &Arch,
    extra: &str,
) -> anyhow::Result<Result<String, UserDataError>> {
    let extra = BASE64.encode(extra.as_bytes());
    let config = &app.config;
    let (bucket, key) = (&config.agent_bucket, &arch.agent_key);
    let url = app.s3.presigned(bucket, key, URL_LIFETIME).await?;
    let agent = (url.as_str(), arch.agent_sha256.as_str());
    let (x86_64, aarch64) = match image.architecture.as_str() {
        "x86_64" => (agent, ("", "")),
        _ => (("", ""), agent),
    };
    let deadline = (config.deadline.as_secs() * 2 / 3).to_string();
    let render = |advisories: &(String, String)| {
        user_data::render(&[
            ("AGENT_URL_X86_64", x86_64.0),
            ("AGENT_SHA256_X86_64", x86_64.1),
            ("AGENT_URL_AARCH64", aarch64.0),
            ("AGENT_SHA256_AARCH64", aarch64.1),
            ("ADVISORIES_URL", &advisories.0),
            ("ADVISORIES_SHA256", &advisories.1),
            ("BUCKET", &config.bucket),
            ("REGION", &config.region),
            ("ROLE_ID", &config.role_id),
            ("AMI", image.id.as_str()),
            ("DEADLINE_SECONDS", &deadline),
            ("ENDPOINT_URL", &config.instance_endpoint_url),
            ("EXTRA_BASE64", &extra),
        ])
    };
    match render(&advisories(app).await?) {
        Err(error @ UserDataError::TooLarge(_)) if extra.is_empty() => {
            warn!(ami = %image.id, %error, "launched without advisories");
            Ok(Ok(render(&Default::default())?))
        }
        Err(error @ UserDataError::TooLarge(_)) => Ok(Err(error)),
        rendered => Ok(Ok(rendered?)),
    }
}

/// The URL of the advisories and their SHA-256; both empty where there are none to be had, which no
/// scan waits for: its report says that vulnerabilities were not looked for.
async fn advisories(app: &App) -> anyhow::Result<(String, String)> {
    static TOLD: Once = Once::new();
    let (bucket, key) = (&app.config.agent_bucket, &app.config.advisories_key);
    if key.is_empty() {
        return Ok(Default::default());
    }
    let found = match app.s3.head(bucket, key).await {
        Err(error) if error.is_passing() => return Err(error.into()),
        found => found,
    };
    if let Ok(Some(head)) = &found
        && let Some(sha256) = &head.sha256
    {
        let url = app.s3.presigned(bucket, key, URL_LIFETIME).await?;
        return Ok((url, sha256.clone()));
    }
    TOLD.call_once(|| warn!(bucket, key, ?found, "no advisories: scans go on without"));
    Ok(Default::default())
}

fn request(
    app: &App,
    image: &Image,
    user_data: &str,
    wishes: &Wishes,
    scope: &str,
    attempt: Attempt,
) -> Launch {
    let config = &app.config;
    let deadline = format!("{:.0}", plan::deadline_of(now(), config));
    let tags = [
        ("Name", format!("hardtarget {}", image.id)),
        (MANAGED, config.stack.clone()),
        (AMI, image.id.to_string()),
        (DEADLINE, deadline),
    ];
    let tags = tags.map(|(key, value)| (key.to_owned(), value)).to_vec();
    let copied_tags = match wishes.copy_tags {
        true => plan::copied_tags(image, &tags, &config.tag_prefix),
        false => Tags::new(),
    };
    Launch {
        ami: image.id.clone(),
        client_token: plan::client_token(&image.id, &config.agent_version, scope, &attempt),
        attempt,
        user_data: user_data.to_owned(),
        devices: image.devices.clone(),
        security_group: config.security_group.clone(),
        instance_profile: config.instance_profile.clone(),
        tags,
        copied_tags,
    }
}

/// Notes a launch in our bucket and on the AMI, unless its result is there already. The AMI loses an
/// earlier result, which is no longer what its status speaks of.
async fn note(
    app: &App,
    image: &Image,
    instance: &Instance,
    wishes: &Wishes,
) -> anyhow::Result<()> {
    let new = Record::of(app, image, instance)
        .put_once(app, &instance.id)
        .await?;
    let known = if new {
        None
    } else {
        record::get(app, &instance.id).await?
    };
    let finished = known.is_some_and(|record| record.finished.is_some());
    if finished || plan::is_answered(image, instance.launched, &app.config.tag_prefix) {
        return Ok(());
    }
    let wished = wishes.instance_type.as_ref();
    let other = wished.filter(|wished| **wished != instance.instance_type);
    let note = other.map(|wished| {
        let had = &instance.instance_type;
        tag_value(&format!(
            "scanned on {had}: {wished} was asked for and not to be had"
        ))
    });
    status::set_assessing(app, image, &note.unwrap_or_default()).await
}

async fn failed(app: &App, image: &Image, reason: &str) -> anyhow::Result<Outcome> {
    status::set(app, image, "failed", reason).await?;
    count(&[Metric::Failure], image.id.as_str(), now());
    Ok(Outcome::Failed(reason.to_owned()))
}
