//! SQS: the queue of AMIs that wait.

use aws_config::SdkConfig;
use aws_sdk_sqs::types::QueueAttributeName;

use super::Error;

/// All AMIs are in one message group: they are worked off in order, one batch at a time.
const GROUP: &str = "launch";

/// The queue.
#[derive(Debug, Clone)]
pub struct Sqs {
    client: aws_sdk_sqs::Client,
    queue_url: String,
}

impl Sqs {
    /// A client for the FIFO queue at `queue_url`.
    #[must_use]
    pub fn new(shared: &SdkConfig, queue_url: &str) -> Self {
        Self {
            client: aws_sdk_sqs::Client::new(shared),
            queue_url: queue_url.to_owned(),
        }
    }

    /// How many messages there are about, waiting or being worked on.
    pub async fn length(&self) -> Result<usize, Error> {
        let wanted = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let attributes = self
            .client
            .get_queue_attributes()
            .queue_url(&self.queue_url)
            .set_attribute_names(Some(wanted.to_vec()))
            .send()
            .await
            .map_err(|error| Error::of("GetQueueAttributes", &error))?
            .attributes
            .unwrap_or_default();
        Ok(wanted
            .iter()
            .filter_map(|name| attributes.get(name)?.parse::<usize>().ok())
            .sum())
    }

    /// Puts a message on the queue, unless one with this id was put there in the last five minutes.
    pub async fn send(&self, body: String, deduplication_id: String) -> Result<(), Error> {
        self.client
            .send_message()
            .queue_url(&self.queue_url)
            .message_group_id(GROUP)
            .message_deduplication_id(deduplication_id)
            .message_body(body)
            .send()
            .await
            .map_err(|error| Error::of("SendMessage", &error))?;
        Ok(())
    }
}
