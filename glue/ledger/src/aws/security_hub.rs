//! Security Hub.

use aws_config::SdkConfig;

/// Security Hub.
#[derive(Debug, Clone)]
pub struct SecurityHub {
    #[expect(dead_code, reason = "not used yet")]
    client: aws_sdk_securityhub::Client,
}

impl SecurityHub {
    /// A client.
    #[must_use]
    pub fn new(shared: &SdkConfig) -> Self {
        Self {
            client: aws_sdk_securityhub::Client::new(shared),
        }
    }
}
