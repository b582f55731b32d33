//! What is to be done about an AMI, and what an error of RunInstances means: pure.

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::aws::Error;
use crate::config::{Arch, Config};
use crate::event::By;
use crate::inventory::{Device, Image, Instance, MANAGED, Tags};
use hardtarget_aws::id::AmiId;

/// What is to be done about an AMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<'a> {
    /// Nothing, for this reason.
    Nothing(String),
    /// It cannot be scanned, for this reason.
    Unsupported(String),
    /// It cannot be launched yet, for this reason.
    Later(String),
    /// It is to be scanned, with this.
    Scan(&'a Arch),
}

/// Decides by what EC2 says of the image.
#[must_use]
pub fn decide<'a>(image: &Image, by: By, config: &'a Config) -> Decision<'a> {
    let unsupported = |reason: &str| Decision::Unsupported(reason.to_owned());
    if image.tag(MANAGED).is_some() {
        return Decision::Nothing("it carries the tag of our own instances".to_owned());
    }
    match image.state.as_str() {
        "available" => {}
        "pending" | "transient" => return Decision::Later("EC2 says it is pending".to_owned()),
        state => return Decision::Nothing(format!("it is {state}")),
    }
    if let Some(status) = status(image, config).filter(|status| is_answer(status, by)) {
        let version = &config.agent_version;
        return Decision::Nothing(format!("it is {status} by version {version} already"));
    }
    if image.image_type != "machine" {
        return unsupported("this is a kernel or ramdisk and not a machine");
    }
    if image.platform.to_ascii_lowercase().contains("windows") {
        return unsupported("Windows cannot be assessed: only Linux can");
    }
    if image.root_device_type != "ebs" {
        return unsupported("its root device is an instance store and not an EBS volume");
    }
    let arch = match image.architecture.as_str() {
        "x86_64" => &config.x86_64,
        "arm64" => &config.arm64,
        other => return Decision::Unsupported(format!("there is no agent for {other}")),
    };
    if arch.agent_key.is_empty() || arch.instance_types.is_empty() {
        let arch = &image.architecture;
        return Decision::Unsupported(format!("no agent for {arch} is deployed here"));
    }
    Decision::Scan(arch)
}

/// The status on the image, if this version of the agent is behind it.
#[must_use]
pub fn status<'a>(image: &'a Image, config: &Config) -> Option<&'a str> {
    let tag = |key: &str| image.tag(&format!("{}{key}", config.tag_prefix));
    tag("status").filter(|_| tag("agent-version") == Some(config.agent_version.as_str()))
}

/// An event finds its answer in any result, the refusals too. Somebody who asks by hand asks because
/// a result is missing.
fn is_answer(status: &str, by: By) -> bool {
    match by {
        By::Event => is_final(status),
        By::Hand { again } => !again && matches!(status, "assessed" | "partial"),
    }
}

fn is_final(status: &str) -> bool {
    matches!(
        status,
        "assessed" | "partial" | "failed" | "unsupported" | "timed-out"
    )
}

/// Whether the image carries an answer that was given after `launched`: that of a launch then.
#[must_use]
pub fn is_answered(image: &Image, launched: Timestamp, tag_prefix: &str) -> bool {
    let tag = |key: &str| image.tag(&format!("{tag_prefix}{key}"));
    let at = tag("assessed-at").and_then(|at| at.parse::<Timestamp>().ok());
    tag("status").is_some_and(is_final) && at.is_some_and(|at| at >= launched)
}

/// When the reaper ends an instance: by its tag, or by its launch should the tag be gone.
#[must_use]
pub fn deadline(instance: &Instance, config: &Config) -> Timestamp {
    instance
        .deadline
        .unwrap_or_else(|| deadline_of(instance.launched, config))
}

/// When the reaper ends what is launched at `launched`.
#[must_use]
pub fn deadline_of(launched: Timestamp, config: &Config) -> Timestamp {
    let after = SignedDuration::try_from(config.deadline).unwrap_or(SignedDuration::ZERO);
    launched.saturating_add(after).unwrap_or(launched)
}

/// One RunInstances, in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// From what.
    pub ami: AmiId,
    /// Where.
    pub attempt: Attempt,
    /// What makes the same request again launch nothing, see [`client_token`].
    pub client_token: String,
    /// What it boots with.
    pub user_data: String,
    /// The AMI's disks.
    pub devices: Vec<Device>,
    /// Its security group's id.
    pub security_group: String,
    /// Its instance profile's ARN.
    pub instance_profile: String,
    /// The tags of the instance and its volumes.
    pub tags: Tags,
    /// What the instance is tagged with besides.
    pub copied_tags: Tags,
}

/// Where an instance may be launched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// `t3.micro`.
    pub instance_type: String,
    /// The subnet's id.
    pub subnet: String,
    /// Whether as a Spot instance.
    pub spot: bool,
}

/// All that is tried, in order: the type that the order asks for, then those of the settings; Spot
/// first if wanted, and each type in every subnet.
#[must_use]
pub fn attempts(arch: &Arch, wished: Option<&str>, config: &Config) -> Vec<Attempt> {
    let wished = wished.map(ToOwned::to_owned);
    let mut attempts = attempts_of(wished.as_slice(), config);
    attempts.extend(attempts_of(&arch.instance_types, config));
    attempts
}

fn attempts_of(types: &[String], config: &Config) -> Vec<Attempt> {
    let markets: &[bool] = if config.spot {
        &[true, false]
    } else {
        &[false]
    };
    let mut attempts = Vec::new();
    for spot in markets {
        for instance_type in types {
            attempts.extend(config.subnets.iter().map(|subnet| Attempt {
                instance_type: instance_type.clone(),
                subnet: subnet.clone(),
                spot: *spot,
            }));
        }
    }
    attempts
}

/// The most tags that EC2 takes on a resource.
const TAGS: usize = 50;

/// The AMI's own tags as an instance may carry them beside `ours`: neither AWS's nor any of ours, in
/// whatever case, since to IAM's conditions the key's case is one.
#[must_use]
pub fn copied_tags(image: &Image, ours: &Tags, tag_prefix: &str) -> Tags {
    let begins = |key: &str, prefix: &str| {
        let begin = key.get(..prefix.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
    };
    let reserved = |key: &str| {
        ["aws:", "hardtarget:", tag_prefix]
            .iter()
            .any(|prefix| begins(key, prefix))
            || ours.iter().any(|(our, _)| our.eq_ignore_ascii_case(key))
    };
    let own = image.tags.iter().filter(|(key, _)| !reserved(key));
    own.take(TAGS.saturating_sub(ours.len())).cloned().collect()
}

/// EC2 launches nothing for a token that it has seen: so the same order, delivered twice, gives one
/// instance. `scope` tells orders for the same AMI apart: it is the message's or request's id for
/// those by hand, and empty for events, of which any number have the same meaning. At most 64
/// characters, as EC2 asks for.
#[must_use]
pub fn client_token(ami: &AmiId, agent_version: &str, scope: &str, attempt: &Attempt) -> String {
    let Attempt {
        instance_type,
        subnet,
        spot,
    } = attempt;
    let order = format!("{ami}\n{agent_version}\n{scope}\n{instance_type}\n{subnet}\n{spot}");
    HEXLOWER.encode(&Sha256::digest(order))
}

/// What an error of RunInstances means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// There may be room for it elsewhere; if not, then later.
    Capacity,
    /// It may work with another type or subnet; if not, never.
    Place(String),
    /// It may work later.
    Later,
    /// The same order has launched an instance already.
    Launched,
    /// The AMI is gone.
    Gone,
    /// It works once the account has subscribed to it.
    NotSubscribed(String),
    /// It will never work, for this reason.
    Never(String),
}

/// Another type, subnet or market may have what this one lacks.
const CAPACITY: &str = "InsufficientInstanceCapacity InsufficientCapacity InsufficientHostCapacity \
    InsufficientReservedInstanceCapacity InsufficientCapacityOnOutpost InsufficientFreeAddressesInSubnet \
    UnfulfillableCapacity SpotMaxPriceTooLow MaxSpotInstanceCountExceeded";

/// The account is at its limit, everywhere.
const LIMITS: &str = "InstanceLimitExceeded VcpuLimitExceeded VolumeLimitExceeded MaxIOPSLimitExceeded \
    RequestResourceCountExceeded ResourceCountExceeded ConcurrentSnapshotLimitExceeded PendingVerification \
    DependencyTimeout";

/// Judges by the codes of EC2's API reference ("Error codes for the Amazon EC2 API").
#[must_use]
pub fn judge(error: &Error) -> Failure {
    let Error { code, message, .. } = error;
    let is = |codes: &str| codes.split(' ').any(|one| one == code);
    if is(CAPACITY) {
        return Failure::Capacity;
    }
    if is(LIMITS) || error.is_passing() {
        return Failure::Later;
    }
    match code.as_str() {
        "Unsupported"
        | "UnsupportedOperation"
        | "InvalidParameterCombination"
        | "AuthFailure.ServiceLinkedRoleCreationNotPermitted" => {
            Failure::Place(format!("EC2 cannot launch it: {message}"))
        }
        "IdempotentParameterMismatch" | "IdempotentInstanceTerminated" => Failure::Launched,
        "InvalidAMIID.NotFound" | "InvalidAMIID.Unavailable" | "InvalidAMIID.Malformed" => {
            Failure::Gone
        }
        "OptInRequired" => Failure::NotSubscribed(format!(
            "this account must first subscribe to the AMI's product in AWS Marketplace: {message}"
        )),
        "UnauthorizedOperation" => Failure::Never(format!(
            "the function may not {} (UnauthorizedOperation)",
            denied_action(message).unwrap_or("launch it")
        )),
        _ => Failure::Never(format!("EC2 refuses to launch it: {message} {code}")),
    }
}

/// Whether another type may launch in spite of `error`, which judged is `failure`: it refuses this type, or
/// has no room for it. (A limit is one of a kind of types.)
#[must_use]
pub fn is_of_place(failure: &Failure, error: &Error) -> bool {
    match failure {
        Failure::Capacity | Failure::Place(_) | Failure::Never(_) => true,
        Failure::Later => !error.is_passing(),
        Failure::Launched | Failure::Gone | Failure::NotSubscribed(_) => false,
    }
}

/// The action in `… is not authorized to perform: ec2:RunInstances on resource: …`.
fn denied_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("to perform: ")?;
    rest.split_whitespace().next()
}

#[cfg(test)]
mod tests;
