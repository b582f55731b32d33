//! What every handler is given: the settings, the clients, and the time.

use std::sync::Mutex;

use jiff::Timestamp;

use crate::aws::{self, ec2::Ec2, s3::S3, sqs::Sqs};
use crate::config::Config;
use crate::inventory::Instance;

/// The settings and the clients.
#[derive(Debug)]
pub struct App {
    /// What the template says.
    pub config: Config,
    /// Images and our instances.
    pub ec2: Ec2,
    /// The bucket of reports.
    pub s3: S3,
    /// The queue of AMIs that wait.
    pub sqs: Sqs,
    /// What this process has launched lately: EC2's list lags some seconds behind.
    pub launched: Mutex<Vec<Instance>>,
}

impl App {
    /// Clients for what the settings name.
    pub async fn new(config: Config) -> Self {
        let shared = aws::shared().await;
        Self {
            ec2: Ec2::new(&shared, &config.stack),
            s3: S3::new(&shared, &config.bucket),
            sqs: Sqs::new(&shared, &config.queue_url),
            launched: Mutex::default(),
            config,
        }
    }
}

/// The time of day. Handlers ask once, and pass it on to what judges by it.
#[expect(clippy::disallowed_methods, reason = "this is the glue's one clock")]
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::now()
}
