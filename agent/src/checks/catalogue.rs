//! Every check there is, in the order of their ids.

use super::{Check, filesystem, image};

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
];
