//! What the kernel allows.

pub(crate) mod core_dumps;
pub(crate) mod cpu;
pub(crate) mod interfaces;
pub(crate) mod lockdown;
pub(crate) mod mandatory_access;
pub(crate) mod module_signatures;
pub(crate) mod neighbours;
pub(crate) mod network_settings;
pub(crate) mod prelink;
pub(crate) mod radio_modules;
pub(crate) mod rare_modules;
mod rules;
pub(crate) mod settings;
pub(crate) mod stored_dumps;
pub(crate) mod uncommon_modules;
