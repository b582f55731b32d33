//! Our own record of a launch: `launches/<instance-id>.json`, which no instance can write. It says
//! which AMI a report is about, after EC2 has forgotten the instance too.

use anyhow::Context as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::aws::s3::Object;
use crate::inventory::{Image, Instance};
use crate::plan;
use hardtarget_aws::id::InstanceId;
use hardtarget_report::family::family;

/// The shape of the record. It only grows.
const VERSION: u32 = 1;

/// The most bytes that are read of a record.
const LARGEST: usize = 64 * 1024;

/// One launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Always 1.
    pub version: u32,
    /// The instance.
    pub instance: String,
    /// The AMI that it was launched from.
    pub ami: String,
    /// The AMI's name then.
    pub ami_name: Option<String>,
    /// The AMI's family, see [`hardtarget_report::family`].
    pub family: String,
    /// The account and region that it was launched in.
    pub account: String,
    /// The region.
    pub region: String,
    /// When it was launched.
    pub launched_at: Timestamp,
    /// When the reaper ends it.
    pub deadline: Timestamp,
    /// The agent's version.
    pub agent_version: String,
    /// The instance's type.
    pub instance_type: String,
    /// Whether it is a Spot instance.
    pub spot: bool,
    /// When its result was put on the AMI; no report of the instance counts after that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
}

impl Record {
    /// The record of `instance`, launched from `image`.
    #[must_use]
    pub fn of(app: &App, image: &Image, instance: &Instance) -> Self {
        let config = &app.config;
        Self {
            version: VERSION,
            instance: instance.id.to_string(),
            ami: image.id.to_string(),
            ami_name: image.name.clone(),
            family: family_of(image, &config.tag_prefix),
            account: instance.account.clone(),
            region: config.region.clone(),
            launched_at: instance.launched,
            deadline: plan::deadline(instance, config),
            agent_version: config.agent_version.clone(),
            instance_type: instance.instance_type.clone(),
            spot: instance.spot,
            finished: None,
        }
    }

    /// Writes it, unless there is one of this instance; whether it was written.
    pub async fn put_once(&self, app: &App, instance: &InstanceId) -> anyhow::Result<bool> {
        let (key, body) = (key(instance), serde_json::to_vec(self)?);
        Ok(app.s3.put_once(&key, "application/json", body).await?)
    }

    /// Writes it, in the place of an earlier one of this instance.
    pub async fn put(&self, app: &App, instance: &InstanceId) -> anyhow::Result<()> {
        let body = serde_json::to_vec(self)?;
        Ok(app.s3.put(&key(instance), "application/json", body).await?)
    }
}

/// The family of an image, see [`hardtarget_report::family`].
#[must_use]
pub fn family_of(image: &Image, tag_prefix: &str) -> String {
    let tags = image.tags.iter();
    let tags = tags.map(|(key, value)| (key.as_str(), value.as_str()));
    family(tags, tag_prefix, image.name.as_deref())
}

/// Reads the record of an instance; `None` if we never wrote one.
pub async fn get(app: &App, instance: &InstanceId) -> anyhow::Result<Option<Record>> {
    let key = key(instance);
    match app.s3.get(&key, LARGEST).await? {
        Object::Missing => Ok(None),
        Object::TooLarge => anyhow::bail!("{key} is too large"),
        Object::Body(body) => serde_json::from_slice(&body).with_context(|| key),
    }
}

fn key(instance: &InstanceId) -> String {
    format!("launches/{instance}.json")
}
