//! SNS: the topic that is told everything as JSON.

use aws_config::SdkConfig;
use aws_sdk_sns::types::MessageAttributeValue;

use super::Error;

/// The topic.
#[derive(Debug, Clone)]
pub struct Sns {
    client: aws_sdk_sns::Client,
    topic_arn: String,
}

impl Sns {
    /// A client for the topic.
    #[must_use]
    pub fn new(shared: &SdkConfig, topic_arn: &str) -> Self {
        Self {
            client: aws_sdk_sns::Client::new(shared),
            topic_arn: topic_arn.to_owned(),
        }
    }

    /// Publishes a message, with attributes that subscribers may filter by. Names and values are not empty.
    pub async fn publish(
        &self,
        subject: &str,
        message: String,
        attributes: &[(&str, &str)],
    ) -> Result<(), Error> {
        let mut publish = self
            .client
            .publish()
            .topic_arn(&self.topic_arn)
            .subject(subject)
            .message(message);
        for (name, value) in attributes {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(*value)
                .build();
            if let Ok(value) = value {
                publish = publish.message_attributes(*name, value);
            }
        }
        let sent = publish.send().await;
        sent.map_err(|error| Error::of("Publish", &error))?;
        Ok(())
    }
}
