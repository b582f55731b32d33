//! What EC2 says about this instance, through the instance metadata service, version 2 alone.
//!
//! Asked by uploads only, when the scan is over: a scan goes out to nobody.

use std::time::Duration;

use aws_config::imds::Client;
use aws_config::imds::client::error::ImdsError;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_s3::config::SharedHttpClient;
use hardtarget_report::{Target, clean_line};

use crate::environment;
use crate::upload::s3::root_cause;

/// Where the service is on every instance (EC2 User Guide, "Access instance metadata").
const ENDPOINT: &str = "http://169.254.169.254";

/// The instance identity document (EC2 User Guide, "Instance identity documents").
const DOCUMENT: &str = "/latest/dynamic/instance-identity/document";

/// Far more than the document's kilobyte.
const MAX_DOCUMENT: usize = 64 << 10;

/// Who this instance is. What is missing or does not look like what it should be is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The AMI that it was started from, e.g. `ami-0abc`.
    pub ami: Option<String>,
    /// Its id, e.g. `i-0abc`.
    pub instance: Option<String>,
    /// The account's twelve digits.
    pub account: Option<String>,
    /// The region, e.g. `eu-central-1`.
    pub region: Option<String>,
    /// Its type, e.g. `t3.small`.
    pub instance_type: Option<String>,
}

impl Identity {
    /// Adds what is known of the instance to what was scanned on it.
    pub(crate) fn tell(&self, target: &mut Target) {
        target.ami.clone_from(&self.ami);
        target.instance.clone_from(&self.instance);
        target.account.clone_from(&self.account);
        target.region.clone_from(&self.region);
        target.instance_type.clone_from(&self.instance_type);
    }
}

/// Reads an instance identity document: a JSON object. Whatever else it is gives nothing, since it
/// comes from outside.
#[must_use]
pub fn parse(document: &str) -> Identity {
    if document.len() > MAX_DOCUMENT {
        return Identity::default();
    }
    let document: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
    let field = |name: &str, looks_right: fn(&str) -> bool| {
        document
            .get(name)
            .and_then(serde_json::Value::as_str)
            .filter(|value| looks_right(value))
            .map(str::to_owned)
    };
    Identity {
        ami: field("imageId", |value| is_id("ami-", value)),
        instance: field("instanceId", |value| is_id("i-", value)),
        account: field("accountId", |value| {
            value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit())
        }),
        region: field("region", is_region),
        instance_type: field("instanceType", |value| {
            (1..=40).contains(&value.len())
                && value
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
        }),
    }
}

/// Whether this is an id of EC2: a prefix and 17 hexadecimal digits (8 in old accounts).
pub(crate) fn is_id(prefix: &str, value: &str) -> bool {
    value.strip_prefix(prefix).is_some_and(|digits| {
        (8..=32).contains(&digits.len())
            && digits
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Whether this looks like a region's name, which goes into S3's host name.
pub(crate) fn is_region(value: &str) -> bool {
    (1..=40).contains(&value.len())
        && value
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Why the service told nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the instance metadata service {0}")]
pub(crate) struct ImdsFault(String);

/// A client of the service at `AWS_EC2_METADATA_SERVICE_ENDPOINT`, or where it is on EC2. The
/// endpoint is always given: otherwise the SDK would look for it in `~/.aws/config`.
pub(crate) fn client(http: SharedHttpClient) -> Result<Client, ImdsFault> {
    let endpoint = environment::variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let endpoint = endpoint.as_deref().unwrap_or(ENDPOINT);
    let builder = Client::builder()
        .configure(&ProviderConfig::without_region().with_http_client(http))
        .endpoint(endpoint)
        .map_err(|error| {
            ImdsFault(format!(
                "cannot be at {}: {error}",
                clean_line(endpoint, 100)
            ))
        })?;
    Ok(builder
        .max_attempts(3)
        .connect_timeout(Duration::from_secs(1))
        .read_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(8))
        .build())
}

/// Asks for the identity, again and again until there is one or `limit` has passed.
pub(crate) async fn identity(client: &Client, limit: Duration) -> Result<Identity, ImdsFault> {
    let mut fault = ImdsFault("gave no answer in time".to_owned());
    let asking = async {
        loop {
            match client.get(DOCUMENT).await {
                Ok(document) => {
                    let identity = parse(document.as_ref());
                    if identity.instance.is_some() {
                        return identity;
                    }
                    fault = ImdsFault("gave no instance identity document".to_owned());
                }
                Err(error) => fault = in_words(&error),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    match tokio::time::timeout(limit, asking).await {
        Ok(identity) => Ok(identity),
        Err(_) => Err(fault),
    }
}

fn in_words(error: &ImdsError) -> ImdsFault {
    let words = match error {
        ImdsError::ErrorResponse(response) => format!(
            "answered with HTTP status {}",
            response.response().status().as_u16()
        ),
        ImdsError::FailedToLoadToken(_) => {
            format!("gave no session token: {}", root_cause(error))
        }
        _ => format!("cannot be reached: {}", root_cause(error)),
    };
    ImdsFault(clean_line(&words, 200))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_of_ec2_is_read() {
        let identity = parse(
            r#"{
                "accountId" : "123456789012",
                "architecture" : "x86_64",
                "availabilityZone" : "eu-central-1a",
                "billingProducts" : null,
                "devpayProductCodes" : null,
                "imageId" : "ami-0123456789abcdef0",
                "instanceId" : "i-0fedcba9876543210",
                "instanceType" : "t3.micro",
                "kernelId" : null,
                "pendingTime" : "2026-11-21T12:00:00Z",
                "privateIp" : "10.0.0.7",
                "region" : "eu-central-1",
                "version" : "2017-09-30"
            }"#,
        );
        assert_eq!(
            identity,
            Identity {
                ami: Some("ami-0123456789abcdef0".to_owned()),
                instance: Some("i-0fedcba9876543210".to_owned()),
                account: Some("123456789012".to_owned()),
                region: Some("eu-central-1".to_owned()),
                instance_type: Some("t3.micro".to_owned()),
            }
        );
    }

    #[test]
    fn what_does_not_look_right_is_not_taken() {
        for document in [
            "",
            "null",
            "[]",
            "<html>",
            r#"{"instanceId": 7}"#,
            r#"{"instanceId": "i-0123456789abcdef0/../x"}"#,
            r#"{"instanceId": "i-XYZ", "region": "a/b", "accountId": "12"}"#,
            r#"{"imageId": "ami-0123\u001b[2J", "instanceType": "t3 micro"}"#,
        ] {
            assert_eq!(parse(document), Identity::default(), "{document}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_plain_values_or_none(text in ".*", value in ".*", other in any::<i64>()) {
            let wrapped = serde_json::json!({
                "imageId": value, "instanceId": format!("i-{value}"), "accountId": other,
                "region": value, "instanceType": value,
            });
            for document in [text, wrapped.to_string()] {
                let identity = parse(&document);
                for value in [identity.ami, identity.instance, identity.account, identity.region, identity.instance_type]
                    .into_iter()
                    .flatten()
                {
                    prop_assert!(value.len() <= 40);
                    prop_assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)));
                }
            }
        }
    }
}
