//! Accounts, their passwords, and who may become root.

pub(super) mod duplicates;
pub(super) mod empty_passwords;
pub(super) mod hashes;
pub(super) mod homes;
pub(super) mod lockout;
pub(super) mod login_files;
pub(super) mod pam_empty;
pub(super) mod root_twins;
pub(super) mod sudo;
pub(super) mod system_logins;
