//! The catalogue of native checks: one small file a check, pure judges over [`Facts`].
//!
//! A check's doc comment is its manual page; `hardtarget-agent explain ID` and `CHECKS.md` show
//! it. Ids are `HT-<AREA>-<NNN>`; one that is retired is never used again.

mod benchmarks;
mod catalogue;
#[macro_use]
mod check;
mod accounts;
mod boot;
mod cloud;
mod containers;
mod filesystem;
mod image;
mod kernel;
mod logging;
mod network;
mod page;
mod services;
mod ssh;
mod upkeep;

#[cfg(test)]
mod tests;

pub use catalogue::CATALOGUE;
pub use check::{Check, Ref, SameAs, Scope};
pub(crate) use check::{Fault, Judged, NotJudged, Verdict};
pub use page::{Page, checks_md};

use crate::facts::Facts;

impl Check {
    /// Judges the facts.
    pub(crate) fn judge(&self, facts: &Facts) -> Judged {
        (self.judge)(facts)
    }
}
