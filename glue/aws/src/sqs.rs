//! SQS: the queue of AMIs that wait, and others that a function puts messages on.

use aws_config::SdkConfig;
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};

use super::Error;

/// All AMIs are in one message group: they are worked off in order, one batch at a time.
const GROUP: &str = "launch";

/// The most messages of one call.
const BATCH: usize = 10;

/// The queue.
#[derive(Debug, Clone)]
pub struct Sqs {
    client: aws_sdk_sqs::Client,
    queue_url: String,
}

impl Sqs {
    /// A client for the queue at `queue_url`.
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

    /// Puts a message on the queue, which is FIFO, unless one with this id was put there in the last five minutes.
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

    /// Puts messages on the queue, which is a standard one, ten at a time. After an error some may be there.
    pub async fn send_all(&self, bodies: Vec<String>) -> Result<(), Error> {
        const SEND: &str = "SendMessageBatch";
        for some in bodies.chunks(BATCH) {
            let mut batch = self.client.send_message_batch().queue_url(&self.queue_url);
            for (number, body) in some.iter().enumerate() {
                let entry = SendMessageBatchRequestEntry::builder()
                    .id(number.to_string())
                    .message_body(body);
                let entry = entry
                    .build()
                    .map_err(|error| refused(SEND, "", &error.to_string()))?;
                batch = batch.entries(entry);
            }
            let answer = batch
                .send()
                .await
                .map_err(|error| Error::of(SEND, &error))?;
            if let Some(one) = answer.failed.first() {
                return Err(refused(SEND, &one.code, one.message().unwrap_or_default()));
            }
        }
        Ok(())
    }
}

fn refused(operation: &'static str, code: &str, message: &str) -> Error {
    Error {
        operation,
        code: code.to_owned(),
        message: message.to_owned(),
        server: false,
    }
}
