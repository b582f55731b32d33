//! Who sshd lets in, and how.

pub(super) mod access;
pub(super) mod algorithms;
pub(super) mod banner;
pub(super) mod connections;
pub(super) mod dated_macs;
pub(super) mod empty_passwords;
pub(super) mod forwarding;
pub(super) mod idle;
pub(super) mod kerberos;
pub(super) mod key_files;
pub(super) mod limits;
pub(super) mod log_level;
pub(super) mod match_blocks;
pub(super) mod pam;
pub(super) mod passwords;
pub(super) mod readable_config;
pub(super) mod root_password;
mod settings;
pub(super) mod trusted_clients;
pub(super) mod x11;

pub(super) use passwords::password_alone;
