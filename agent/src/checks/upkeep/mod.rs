//! Whether the machine is kept up to date.

pub(crate) mod automatic_updates;
mod certificates;
pub(crate) mod end_of_life;
pub(crate) mod expired_certificates;
pub(crate) mod expiring_certificates;
pub(crate) mod imdsv1;
pub(crate) mod no_security_updates;
pub(crate) mod reboot;
pub(crate) mod time;
pub(crate) mod unsigned_sources;
