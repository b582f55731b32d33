//! Every check there is, in the order of their ids.

use super::{Check, filesystem, image, kernel, services, ssh};

/// Every check there is, in the order of their ids.
pub const CATALOGUE: &[&Check] = &[
    &filesystem::set_id::FOREIGN_SET_ID,
    &filesystem::world_writable::WORLD_WRITABLE_FILE,
    &filesystem::unsticky::UNSTICKY_DIRECTORY,
    &filesystem::mount_options::LAX_MOUNT_OPTIONS,
    &filesystem::swap::PLAIN_SWAP,
    &filesystem::unowned::UNOWNED_FILE,
    &filesystem::loose_programs::LOOSE_PROGRAM,
    &image::machine_id::BAKED_MACHINE_ID,
    &kernel::settings::LAX_KERNEL_SETTINGS,
    &kernel::network_settings::LAX_NETWORK_SETTINGS,
    &kernel::rare_modules::RARE_MODULES,
    &kernel::cpu::VULNERABLE_CPU,
    &kernel::lockdown::NO_LOCKDOWN,
    &kernel::mandatory_access::NO_MANDATORY_ACCESS_CONTROL,
    &kernel::core_dumps::CORE_DUMPS,
    &kernel::module_signatures::UNSIGNED_MODULES,
    &ssh::root_password::ROOT_PASSWORD,
    &ssh::passwords::PASSWORDS,
    &ssh::empty_passwords::EMPTY_PASSWORDS,
    &ssh::match_blocks::LOOSE_MATCH_BLOCK,
    &ssh::x11::X11_FORWARDING,
    &ssh::algorithms::WEAK_ALGORITHMS,
    &ssh::key_files::OPEN_KEY_FILES,
    &ssh::limits::NO_LOGIN_LIMITS,
    &ssh::trusted_clients::TRUSTED_CLIENTS,
    &services::units::WRITABLE_UNIT,
    &services::cron::WRITABLE_CRON_JOB,
    &services::search_path::OPEN_SEARCH_PATH,
    &services::startup::WRITABLE_STARTUP_SCRIPT,
];
