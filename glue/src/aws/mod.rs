//! The only place that names an AWS SDK: three clients with the few verbs needed, which take and
//! give our own types.

pub mod ec2;

pub use hardtarget_aws::{Error, s3, shared, sqs};
