//! Lynis, run in parts side by side from a private copy.

mod category;
mod convert;
mod coverage;
mod facts;
mod findings;
pub mod log;
mod points;
pub mod report_file;
mod severity;
mod subject;

pub use convert::{ConvertError, report_from_lynis};
