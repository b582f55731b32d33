//! OpenSCAP, where `oscap` and a data stream are at hand: its rules beside our own checks.
//!
//! By default it runs wherever the machine has both `oscap` and a data stream for its own release,
//! as somebody who installed these wants their verdict; `--scap` names another stream, and
//! `--engine` or an image without `oscap` leaves it out. A profile of SCAP Security Guide costs
//! two to ten seconds of one processor, beside Lynis, which takes as long.

mod content;
mod engine;
mod evaluation;
mod findings;
mod references;
pub mod results;
mod title;
mod xml;

pub(crate) use engine::OpenScap;
