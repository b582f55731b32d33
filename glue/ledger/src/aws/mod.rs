//! The only place that names an AWS SDK: clients with the few verbs needed, which take and give our own
//! types. Each verb is one API call (or all pages of one), named in its errors.

pub mod dynamodb;
pub mod security_hub;
pub mod sns;
pub mod ssm;

pub use hardtarget_aws::{Error, s3, shared, sqs};
