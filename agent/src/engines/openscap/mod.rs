//! OpenSCAP, where `oscap` and a data stream are at hand: its rules beside our own checks.
//!
//! By default it runs wherever the machine has both `oscap` and a data stream for its own release,
//! as somebody who installed these wants their verdict; `--scap` names another stream, and
//! `--engine` or an image without `oscap` leaves it out. It runs beside Lynis, which takes longer: the
//! benchmark took two seconds of one processor on a minimal Debian 12.

mod content;
mod engine;
mod evaluation;
mod findings;
mod references;
pub mod results;
mod title;
mod xml;

pub(crate) use engine::OpenScap;
