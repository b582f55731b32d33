//! Feeds as they are published, and what they mean.

mod cvss;
pub mod ecosystem;
pub mod open;
pub mod osv;
