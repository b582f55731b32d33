//! EC2: images, and instances of ours.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_ec2::error::ProvideErrorMetadata;
use aws_sdk_ec2::operation::describe_images::builders::DescribeImagesFluentBuilder;
use aws_sdk_ec2::operation::run_instances::builders::RunInstancesFluentBuilder;
use aws_sdk_ec2::primitives::DateTime;
use aws_sdk_ec2::types as sdk;
use data_encoding::BASE64;
use jiff::Timestamp;

use super::Error;
use crate::inspector;
use crate::inventory::{AMI, DEADLINE, Device, Ebs, Image, Instance, MANAGED, State, Tags};
use crate::plan::Launch;
use hardtarget_aws::id::{AmiId, InstanceId};

/// So much is read of what Inspector found.
const FINDINGS_PAGES: usize = 10;
const FINDINGS_A_PAGE: i32 = 1000;

/// EC2 in this region.
#[derive(Debug, Clone)]
pub struct Ec2 {
    client: aws_sdk_ec2::Client,
    stack: String,
}

impl Ec2 {
    /// A client for the images of this region, and for the instances that carry `stack` in their
    /// tag `hardtarget:managed`. It sees no other instances.
    #[must_use]
    pub fn new(shared: &SdkConfig, stack: &str) -> Self {
        Self {
            client: aws_sdk_ec2::Client::new(shared),
            stack: stack.to_owned(),
        }
    }

    /// An image; `None` if it is gone.
    pub async fn image(&self, ami: &AmiId) -> Result<Option<Image>, Error> {
        let request = self.client.describe_images().image_ids(ami.as_str());
        match images(request).await {
            Ok(images) => Ok(images.into_iter().next()),
            Err(error) if is_no_image(Some(&error.code)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The images that carry a tag.
    pub async fn images_with(&self, key: &str, value: &str) -> Result<Vec<Image>, Error> {
        let filter = filter(&format!("tag:{key}"), value);
        images(self.client.describe_images().owners("self").filters(filter)).await
    }

    /// The account's own images that can be used.
    pub async fn own_images(&self) -> Result<Vec<Image>, Error> {
        let filter = filter("state", "available");
        images(self.client.describe_images().owners("self").filters(filter)).await
    }

    /// The images that carry a tag, without asking for more of them. One call, whatever there is.
    pub async fn tagged_images(&self, key: &str, value: &str) -> Result<BTreeSet<AmiId>, Error> {
        let mut pages = self
            .client
            .describe_tags()
            .filters(filter("resource-type", "image"))
            .filters(filter("key", key))
            .filters(filter("value", value))
            .into_paginator()
            .send();
        let mut amis = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Error::of("DescribeTags", &error))?;
            let ids = page.tags().iter().filter_map(|tag| tag.resource_id());
            amis.extend(ids.filter_map(AmiId::parse));
        }
        Ok(amis)
    }

    /// Sets tags of an image, and removes those with the keys `stale`. `false` if the image is gone.
    pub async fn tag_image(
        &self,
        ami: &AmiId,
        tags: &Tags,
        stale: &[String],
    ) -> Result<bool, Error> {
        let answer = self
            .client
            .create_tags()
            .resources(ami.as_str())
            .set_tags(Some(sdk_tags(tags)))
            .send()
            .await;
        match answer {
            Ok(_) if stale.is_empty() => return Ok(true),
            Ok(_) => {}
            Err(error) if is_no_image(error.code()) => return Ok(false),
            Err(error) => return Err(Error::of("CreateTags", &error)),
        }
        let stale = stale.iter().map(|key| sdk::Tag::builder().key(key).build());
        let answer = self
            .client
            .delete_tags()
            .resources(ami.as_str())
            .set_tags(Some(stale.collect()))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if is_no_image(error.code()) => Ok(false),
            Err(error) => Err(Error::of("DeleteTags", &error)),
        }
    }

    /// All instances of ours that EC2 still knows: the ended ones for about an hour.
    pub async fn instances(&self) -> Result<Vec<Instance>, Error> {
        self.ours(None).await
    }

    /// An instance of ours; `None` if EC2 has forgotten it, or if it is none of ours.
    pub async fn instance(&self, id: &InstanceId) -> Result<Option<Instance>, Error> {
        let filter = filter("instance-id", id.as_str());
        Ok(self.ours(Some(filter)).await?.into_iter().next())
    }

    async fn ours(&self, further: Option<sdk::Filter>) -> Result<Vec<Instance>, Error> {
        let managed = filter(&format!("tag:{MANAGED}"), &self.stack);
        let mut pages = self
            .client
            .describe_instances()
            .set_filters(Some(further.into_iter().chain([managed]).collect()))
            .into_paginator()
            .send();
        let mut instances = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Error::of("DescribeInstances", &error))?;
            for reservation in page.reservations() {
                let account = reservation.owner_id().unwrap_or_default();
                let ours = reservation.instances().iter();
                instances.extend(ours.filter_map(|instance| our_instance(instance, account)));
            }
        }
        Ok(instances)
    }

    /// Launches an instance.
    pub async fn run(&self, launch: &Launch) -> Result<Instance, Error> {
        // Without capacity EC2 answers with a 500: asking elsewhere helps more than asking again.
        let retries = RetryConfig::standard().with_max_attempts(2);
        let retries = aws_sdk_ec2::config::Builder::new().retry_config(retries);
        let request = run_request(self.client.run_instances(), launch).customize();
        let answer = request.config_override(retries).send().await;
        let reservation = answer.map_err(|error| Error::of("RunInstances", &error))?;
        let account = reservation.owner_id().unwrap_or_default();
        let instance = reservation.instances().first();
        let instance = instance.and_then(|instance| our_instance(instance, account));
        instance.ok_or_else(|| Error {
            operation: "RunInstances",
            code: String::new(),
            message: "the answer names no instance".to_owned(),
            server: false,
        })
    }

    /// What an instance wrote to its console; `None` if EC2 has nothing. The latest output is to be
    /// had while it runs, and on Nitro only; otherwise there is what EC2 kept at the instance's end.
    pub async fn console(&self, id: &InstanceId) -> Result<Option<Vec<u8>>, Error> {
        let request = || self.client.get_console_output().instance_id(id.as_str());
        let latest = request().latest(true).send().await;
        let answer = match latest {
            Ok(latest) if latest.output().is_some_and(|text| !text.is_empty()) => Ok(latest),
            _ => request().send().await,
        };
        let output = answer.map_err(|error| Error::of("GetConsoleOutput", &error))?;
        let encoded: Vec<u8> = output.output.unwrap_or_default().into_bytes();
        let encoded: Vec<u8> = encoded
            .into_iter()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        Ok(BASE64.decode(&encoded).ok().filter(|text| !text.is_empty()))
    }

    /// What Amazon Inspector says of an image: the first ten thousand findings.
    pub async fn image_findings(&self, ami: &AmiId) -> Result<Vec<inspector::Finding>, Error> {
        let request = self.client.get_image_findings().image_id(ami.as_str());
        let mut pages = request.max_results(FINDINGS_A_PAGE).into_paginator().send();
        let mut findings = Vec::new();
        for _ in 0..FINDINGS_PAGES {
            let Some(page) = pages.next().await else {
                break;
            };
            let page = page.map_err(|error| Error::of("GetImageFindings", &error))?;
            findings.extend(page.image_findings().iter().map(our_finding));
        }
        Ok(findings)
    }

    /// Ends an instance. It is looked up first, by id and our tag: one that is not ours stays, and one
    /// that has ended needs nothing.
    pub async fn terminate(&self, id: &InstanceId) -> Result<(), Error> {
        let ours = self.instance(id).await?;
        if ours.is_none_or(|instance| instance.state == State::Ended) {
            return Ok(());
        }
        let request = self.client.terminate_instances().instance_ids(id.as_str());
        match request.send().await {
            Err(error) if error.code() != Some("InvalidInstanceID.NotFound") => {
                Err(Error::of("TerminateInstances", &error))
            }
            _ => Ok(()),
        }
    }
}

async fn images(request: DescribeImagesFluentBuilder) -> Result<Vec<Image>, Error> {
    let mut pages = request.into_paginator().send();
    let mut images = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Error::of("DescribeImages", &error))?;
        images.extend(page.images().iter().filter_map(our_image));
    }
    Ok(images)
}

/// Everything that makes a scan instance what it is, whatever the image asks for.
fn run_request(request: RunInstancesFluentBuilder, launch: &Launch) -> RunInstancesFluentBuilder {
    let market = launch.attempt.spot.then(|| {
        let spot = sdk::SpotMarketOptions::builder()
            .spot_instance_type(sdk::SpotInstanceType::OneTime)
            .instance_interruption_behavior(sdk::InstanceInterruptionBehavior::Terminate)
            .build();
        sdk::InstanceMarketOptionsRequest::builder()
            .market_type(sdk::MarketType::Spot)
            .spot_options(spot)
            .build()
    });
    let tags = |of, more: &Tags| {
        let mut tags = sdk_tags(&launch.tags);
        tags.extend(sdk_tags(more));
        sdk::TagSpecification::builder()
            .resource_type(of)
            .set_tags(Some(tags))
            .build()
    };
    request
        .image_id(launch.ami.as_str())
        .instance_type(launch.attempt.instance_type.as_str().into())
        .client_token(&launch.client_token)
        .min_count(1)
        .max_count(1)
        .user_data(BASE64.encode(launch.user_data.as_bytes()))
        .set_block_device_mappings(Some(launch.devices.iter().map(mapping).collect()))
        .network_interfaces(
            sdk::InstanceNetworkInterfaceSpecification::builder()
                .device_index(0)
                .subnet_id(&launch.attempt.subnet)
                .groups(&launch.security_group)
                .associate_public_ip_address(false)
                .delete_on_termination(true)
                .build(),
        )
        .iam_instance_profile(
            sdk::IamInstanceProfileSpecification::builder()
                .arn(&launch.instance_profile)
                .build(),
        )
        .metadata_options(
            sdk::InstanceMetadataOptionsRequest::builder()
                .http_endpoint(sdk::InstanceMetadataEndpointState::Enabled)
                .http_tokens(sdk::HttpTokensState::Required)
                .http_put_response_hop_limit(1)
                .instance_metadata_tags(sdk::InstanceMetadataTagsState::Disabled)
                .build(),
        )
        .instance_initiated_shutdown_behavior(sdk::ShutdownBehavior::Terminate)
        .set_instance_market_options(market)
        .tag_specifications(tags(sdk::ResourceType::Instance, &launch.copied_tags))
        .tag_specifications(tags(sdk::ResourceType::Volume, &Tags::new()))
}

fn mapping(device: &Device) -> sdk::BlockDeviceMapping {
    let mapping = sdk::BlockDeviceMapping::builder().device_name(&device.name);
    match &device.ebs {
        None => mapping.no_device("").build(),
        Some(ebs) => mapping
            .ebs(
                sdk::EbsBlockDevice::builder()
                    .set_snapshot_id(ebs.snapshot.clone())
                    .set_volume_size(ebs.size)
                    .volume_type(sdk::VolumeType::Gp3)
                    .encrypted(true)
                    .delete_on_termination(true)
                    .build(),
            )
            .build(),
    }
}

fn our_image(image: &sdk::Image) -> Option<Image> {
    let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
    let windows = image.platform().map(sdk::PlatformValues::as_str);
    Some(Image {
        id: AmiId::parse(image.image_id()?)?,
        name: image.name().map(ToOwned::to_owned),
        state: name(image.state().map(sdk::ImageState::as_str)),
        created: image.creation_date().and_then(|date| date.parse().ok()),
        architecture: name(image.architecture().map(sdk::ArchitectureValues::as_str)),
        platform: name(windows.or_else(|| image.platform_details())),
        root_device_type: name(image.root_device_type().map(sdk::DeviceType::as_str)),
        image_type: name(image.image_type().map(sdk::ImageTypeValues::as_str)),
        source_instance: image.source_instance_id().and_then(InstanceId::parse),
        devices: image
            .block_device_mappings()
            .iter()
            .filter_map(|mapping| {
                Some(Device {
                    name: mapping.device_name()?.to_owned(),
                    ebs: mapping.ebs().map(|ebs| Ebs {
                        snapshot: ebs.snapshot_id().map(ToOwned::to_owned),
                        size: ebs.volume_size(),
                    }),
                })
            })
            .collect(),
        tags: our_tags(image.tags()),
    })
}

fn our_instance(instance: &sdk::Instance, account: &str) -> Option<Instance> {
    let tags = our_tags(instance.tags());
    let tag = |key: &str| tags.iter().find(|(name, _)| name == key);
    let state = instance.state().and_then(|state| state.name());
    let reason = instance.state_reason().and_then(|reason| reason.message());
    let reason = reason.or_else(|| instance.state_transition_reason());
    let launched = instance.launch_time();
    let launched = launched.and_then(|time| Timestamp::from_second(time.secs()).ok());
    Some(Instance {
        id: InstanceId::parse(instance.instance_id()?)?,
        ami: tag(AMI).and_then(|(_, ami)| AmiId::parse(ami)),
        state: State::of(state.map_or("", sdk::InstanceStateName::as_str)),
        launched: launched.unwrap_or(Timestamp::UNIX_EPOCH),
        deadline: tag(DEADLINE).and_then(|(_, deadline)| deadline.parse().ok()),
        instance_type: instance
            .instance_type()
            .map_or("", sdk::InstanceType::as_str)
            .to_owned(),
        spot: instance.instance_lifecycle() == Some(&sdk::InstanceLifecycleType::Spot),
        account: account.to_owned(),
        end_reason: reason
            .filter(|reason| !reason.is_empty())
            .map(ToOwned::to_owned),
    })
}

fn our_finding(finding: &sdk::ImageFinding) -> inspector::Finding {
    let text = |text: Option<&str>| text.map(ToOwned::to_owned);
    let time = |at: Option<&DateTime>| at.and_then(|at| Timestamp::from_second(at.secs()).ok());
    inspector::Finding {
        title: text(finding.title()),
        severity: text(finding.severity_label().map(sdk::SeverityLabel::as_str)),
        score: finding.score(),
        fix_available: finding.fix_available(),
        first_observed_at: time(finding.first_observed_at()),
        updated_at: time(finding.updated_at()),
        paths: finding.paths().to_vec(),
        snapshot: text(finding.snapshot_id()),
    }
}

fn our_tags(tags: &[sdk::Tag]) -> Tags {
    let tags = tags.iter();
    tags.filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
        .collect()
}

fn sdk_tags(tags: &Tags) -> Vec<sdk::Tag> {
    let tags = tags.iter();
    tags.map(|(key, value)| sdk::Tag::builder().key(key).value(value).build())
        .collect()
}

fn filter(name: &str, value: &str) -> sdk::Filter {
    sdk::Filter::builder().name(name).values(value).build()
}

fn is_no_image(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.starts_with("InvalidAMIID."))
}
