//! What every handler is given: the settings and the clients. Clients cost nothing until they are used.

use jiff::Timestamp;

use crate::aws::{
    self, dynamodb::DynamoDb, s3::S3, security_hub::SecurityHub, sns::Sns, sqs::Sqs, ssm::Ssm,
};
use crate::config::Config;
use crate::slack::{Slack, token::Keeper};

/// The settings and the clients.
#[derive(Debug)]
pub struct App {
    /// What the template says.
    pub config: Config,
    /// The table of entries.
    pub ledger: DynamoDb,
    /// The bucket of reports.
    pub s3: S3,
    /// Parameters and compliance items.
    pub ssm: Ssm,
    /// The topic.
    pub sns: Sns,
    /// The queue of AMIs that wait.
    pub sqs: Sqs,
    /// The queue that the ledger itself works off.
    pub own_queue: Sqs,
    /// Security Hub.
    pub security_hub: SecurityHub,
    /// Slack's API.
    pub slack: Slack,
    /// The token for it.
    pub slack_token: Keeper,
}

impl App {
    /// Clients for what the settings name.
    pub async fn new(config: Config) -> Self {
        let shared = aws::shared().await;
        Self {
            ledger: DynamoDb::new(&shared, &config.ledger_table),
            s3: S3::new(&shared, &config.bucket),
            ssm: Ssm::new(&shared),
            sns: Sns::new(&shared, &config.topic_arn),
            sqs: Sqs::new(&shared, &config.launch_queue_url),
            own_queue: Sqs::new(&shared, &config.ledger_queue_url),
            security_hub: SecurityHub::new(&shared),
            slack: Slack::new(&config.slack_url),
            slack_token: Keeper::new(&config.slack_token_parameter),
            config,
        }
    }
}

/// The time of day. Handlers are given it once, and pass it on to what judges by it.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the functions' one clock"
)]
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::now()
}
