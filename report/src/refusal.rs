//! That an AMI that somebody asked for is not assessed: `reports/-/<ami-id>/refusal.json`, written by the function
//! in the cloud. Such an AMI may be none at all, so it has no family, and no family is called `-`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// That an AMI is not assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Always 1.
    pub version: u32,
    /// The AMI's id.
    pub ami: String,
    /// Why.
    pub reason: String,
    /// When it was asked for.
    pub since: Timestamp,
}

/// Where it lies.
#[must_use]
pub fn key(ami: &str) -> String {
    format!("reports/-/{ami}/refusal.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family;

    #[test]
    fn no_family_has_its_place() {
        let tags = [("hardtarget:family", "-")];
        for name in ["-", "", "--", "- -"] {
            assert_ne!(family::family(tags, "hardtarget:", Some(name)), "-");
        }
        assert_eq!(key("ami-03cf127a"), "reports/-/ami-03cf127a/refusal.json");
    }
}
