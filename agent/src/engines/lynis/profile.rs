//! The profile that Lynis runs with.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::tree::Tree;

/// What our default profile adds to Lynis's own.
const OURS: &str = include_str!("../../../profiles/hardtarget.prf");

/// A profile, as it is handed to Lynis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    /// `default` or `stock`; with `--skip`, the ids behind it.
    pub(super) name: String,
    /// What the file holds.
    pub(super) text: String,
    /// SHA-256 of [`Self::text`] in lower-case hexadecimal: two scores are comparable only where
    /// it is the same.
    pub(super) sha256: String,
}

impl Profile {
    /// Lynis's own profile, with ours behind it unless `stock`, and with the tests of `skip` left
    /// out. Lynis obeys the last word on a setting, and adds up the tests to skip.
    pub(super) fn new(tree: &Tree, stock: bool, skip: &BTreeSet<String>) -> Self {
        let mut name = if stock { "stock" } else { "default" }.to_owned();
        let mut text = tree.text("default.prf").into_owned();
        if !stock {
            text.push('\n');
            text.push_str(OURS);
        }
        for id in skip.iter().filter(|id| !id.starts_with("HT-")) {
            text.push_str(&format!("\nskip-test={id}"));
            name.push_str(&format!(" without {id}"));
        }
        text.push('\n');
        let sha256 = Sha256::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self { name, text, sha256 }
    }
}
