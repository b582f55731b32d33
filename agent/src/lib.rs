//! The scanner of Hard Target: a library with a thin main.
//!
//! Data flows one way: [`host::Host`] → facts (impure, read once) → checks (pure) → findings and
//! coverage → report → sink. Nothing lower knows of anything higher.

pub mod checks;
pub mod cli;
pub mod clock;
mod commands;
mod console;
pub mod engines;
mod environment;
pub mod exec;
mod facts;
pub mod host;
pub mod imds;
mod message;
pub mod parsers;
mod power;
mod sink;
mod supervisor;
pub mod target;
mod upload;
pub mod words;
mod workdir;
mod worker;

pub use commands::run;
