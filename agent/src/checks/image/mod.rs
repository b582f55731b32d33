//! What was left in the image.

pub(crate) mod authorized_keys;
pub(crate) mod aws_credentials;
pub(crate) mod git_credentials;
pub(crate) mod host_keys;
mod left_in_homes;
pub(crate) mod machine_id;
pub(crate) mod shell_history;
