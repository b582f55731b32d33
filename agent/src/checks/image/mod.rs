//! What was left in the image.

pub(crate) mod authorized_keys;
pub(crate) mod aws_credentials;
pub(crate) mod build_records;
pub(crate) mod build_tools;
pub(crate) mod client_history;
pub(crate) mod cloud_config;
pub(crate) mod git_credentials;
pub(crate) mod host_keys;
pub(crate) mod instance_data;
mod left_in_homes;
mod leftovers;
pub(crate) mod machine_id;
pub(crate) mod package_caches;
pub(crate) mod password_hashes;
pub(crate) mod random_seed;
pub(crate) mod shell_history;
