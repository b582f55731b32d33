//! Every check there is, in the order of their ids.

use super::{Check, image};

/// Every check there is, in the order of their ids.
pub const CATALOGUE: &[&Check] = &[&image::machine_id::BAKED_MACHINE_ID];
