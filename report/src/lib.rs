//! The report of Hard Target.
//!
//! Inside, a scan is a [`Report`] made of [`Finding`]s, [`EngineRun`]s (the coverage) and a
//! [`Score`]. On the wire it is [`v1::Report`], whose shape is frozen: the inner types may change,
//! the wire types only grow by a new version. [`render`] turns a report into what people and other
//! tools read. Nothing here does I/O.

mod clean;
mod coverage;
mod finding;
mod fingerprint;
mod model;
mod same_as;
mod score;
mod severity;
#[cfg(test)]
mod strategy;
mod target;
mod vulnerability;
mod waiver;

pub mod diff;
pub mod family;
pub mod image_status;
pub mod purl;
pub mod refusal;
pub mod render;
#[doc(hidden)]
pub mod sample;
pub mod v1;
pub mod waivers;

pub use clean::{clean_line, clean_text};
pub use coverage::{CheckOutcome, CheckRun, EngineId, EngineOutcome, EngineRun};
pub use finding::{Finding, MORE_PLACES, Reference};
pub use fingerprint::fingerprint;
pub use model::{Package, Report, Scan, Status};
pub use score::{Score, ScoredTest};
pub use severity::{Counts, Severity};
pub use target::{Boot, Os, Target};
pub use vulnerability::{Advisories, Feed, Fix, Origin, Rated, Vulnerability};
pub use waiver::Waiver;
