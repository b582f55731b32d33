//! Lynis, run in parts side by side from a private copy.

mod category;
mod convert;
mod coverage;
mod engine;
mod facts;
mod findings;
pub mod log;
mod merge;
mod part;
mod points;
mod profile;
pub mod report_file;
mod severity;
mod shards;
mod subject;
mod tree;

pub use convert::{ConvertError, report_from_lynis};
pub(crate) use engine::Lynis;
