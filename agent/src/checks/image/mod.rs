//! What was left in the image.

pub(crate) mod authorized_keys;
pub(crate) mod aws_credentials;
pub(crate) mod azure_credentials;
pub(crate) mod build_records;
pub(crate) mod build_tools;
pub(crate) mod client_history;
pub(crate) mod cloud_config;
pub(crate) mod cluster_credentials;
pub(crate) mod gcp_credentials;
pub(crate) mod git_credentials;
pub(crate) mod host_keys;
pub(crate) mod instance_data;
pub(crate) mod known_passwords;
mod left_in_homes;
mod leftovers;
pub(crate) mod machine_id;
pub(crate) mod npm_tokens;
pub(crate) mod package_caches;
pub(crate) mod password_hashes;
pub(crate) mod pip_credentials;
pub(crate) mod private_keys;
pub(crate) mod random_seed;
pub(crate) mod registry_credentials;
pub(crate) mod shell_history;
