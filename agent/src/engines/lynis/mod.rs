//! Lynis, run in parts side by side from a private copy.

pub mod log;
pub mod report_file;
