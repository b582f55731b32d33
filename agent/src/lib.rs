//! The scanner of Hard Target: a library with a thin main.
//!
//! Data flows one way: [`host::Host`] → facts (impure, read once) → checks (pure) → findings and
//! coverage → report → sink. Nothing lower knows of anything higher.

pub mod checks;
pub mod clock;
pub mod engines;
pub mod exec;
mod facts;
pub mod host;
mod message;
pub mod parsers;
mod sink;
pub mod target;
pub mod words;
mod workdir;
