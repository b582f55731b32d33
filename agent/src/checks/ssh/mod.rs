//! Who sshd lets in, and how.

pub(super) mod algorithms;
pub(super) mod empty_passwords;
pub(super) mod key_files;
pub(super) mod limits;
pub(super) mod match_blocks;
pub(super) mod passwords;
pub(super) mod root_password;
pub(super) mod trusted_clients;
pub(super) mod x11;

pub(super) use passwords::password_alone;
