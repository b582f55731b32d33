//! What EC2 knows: images, and the instances that we launched from them.

use jiff::Timestamp;

use hardtarget_aws::id::{AmiId, InstanceId};

/// The tag of our instances and volumes; its value is the stack's name.
pub const MANAGED: &str = "hardtarget:managed";
/// The tag of our instances that names the AMI.
pub const AMI: &str = "hardtarget:ami";
/// The tag of our instances that says when the reaper ends them (RFC 3339).
pub const DEADLINE: &str = "hardtarget:deadline";

/// Keys and values.
pub type Tags = Vec<(String, String)>;

/// An AMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its id.
    pub id: AmiId,
    /// Its name.
    pub name: Option<String>,
    /// `available`, `pending`, `failed`, `deregistered`, …
    pub state: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// `x86_64`, `arm64`, `i386`, …
    pub architecture: String,
    /// `Windows` or `Linux/UNIX` and the like.
    pub platform: String,
    /// `ebs` or `instance-store`.
    pub root_device_type: String,
    /// `machine`, `kernel` or `ramdisk`.
    pub image_type: String,
    /// The instance that it was made from, where EC2 says so.
    pub source_instance: Option<InstanceId>,
    /// Its disks.
    pub devices: Vec<Device>,
    /// Its tags.
    pub tags: Tags,
}

impl Image {
    /// The value of a tag.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|(name, _)| name == key);
        tag.map(|(_, value)| value.as_str())
    }
}

/// A disk of an AMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// `/dev/sda1`.
    pub name: String,
    /// What the volume is made of; `None` for a disk of the host.
    pub ebs: Option<Ebs>,
}

/// A volume of an AMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ebs {
    /// The snapshot that it begins with.
    pub snapshot: Option<String>,
    /// Its size in GiB, where it is not the snapshot's.
    pub size: Option<i32>,
}

/// An instance of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// The AMI that it was launched for, by its tag.
    pub ami: Option<AmiId>,
    /// What it does.
    pub state: State,
    /// When it was launched.
    pub launched: Timestamp,
    /// When the reaper ends it, by its tag.
    pub deadline: Option<Timestamp>,
    /// `t3.micro`.
    pub instance_type: String,
    /// Whether it is a Spot instance.
    pub spot: bool,
    /// The account that it is in.
    pub account: String,
    /// Why EC2 ended it, in EC2's words.
    pub end_reason: Option<String>,
}

/// What an instance does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It costs: pending, running or stopping.
    Live,
    /// Stopped: its disks cost.
    Stopped,
    /// Shutting down for good, or terminated.
    Ended,
}

impl State {
    /// By EC2's name; a name that is not known yet counts as live.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "shutting-down" | "terminated" => Self::Ended,
            "stopped" => Self::Stopped,
            _ => Self::Live,
        }
    }
}
