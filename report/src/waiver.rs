//! What somebody has decided to live with.

use jiff::civil::Date;

/// The decision to live with a finding or vulnerability, for a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiver {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day (UTC) on which it holds.
    pub expires: Date,
    /// Whether that day was over: then it holds no longer, and only tells that there was one.
    pub expired: bool,
}
