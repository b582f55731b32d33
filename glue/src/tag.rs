//! A report has arrived.
pub mod tags;
