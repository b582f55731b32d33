//! What a look at a target changes in the ledger.
//!
//! [`look`] joins a look to the table and tells what it changed; [`publish`] writes that down where the
//! function that tells finds it. Both can be done again at any time, in any order, and by two at once.

mod attribute;
mod beside;
mod look;
mod looks;
mod outcome;
mod publish;
mod report;
mod sight;
mod unchanged;

#[cfg(test)]
pub(crate) use attribute::date;
pub use look::{LookAt, LookError, Nothing, Reread, look};
pub use looks::{Full, Looked};
pub use outcome::Outcome;
pub use publish::{publish, publish_under};
pub(crate) use report::image;
pub use report::{report, sight};
pub use sight::{LookedFor, Sight};
pub use unchanged::is_unchanged;
