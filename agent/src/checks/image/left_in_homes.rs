//! How files left in home directories are judged.

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Verdict};
use crate::facts::Facts;
use crate::facts::home_files::Kind;

/// A fault for each file of this kind that is part of the image; unknown if there is none but some
/// could not be read.
pub(super) fn left_in_homes(facts: &Facts, kind: Kind, evidence: &str) -> Judged {
    let files = facts.home_files.as_ref()?;
    let faults: Vec<Fault> = files
        .left
        .iter()
        .filter(|left| left.kind == kind)
        .filter(|left| {
            !left
                .changed
                .is_some_and(|changed| facts.made_since_boot(changed))
        })
        .map(|left| {
            let fault = Fault::at(&left.path, evidence);
            if kind == Kind::AuthorizedKeys && left.of_root {
                fault.severity(Severity::Critical)
            } else {
                fault
            }
        })
        .collect();
    let unread: Vec<&str> = files
        .unread
        .iter()
        .filter(|(of, _)| *of == kind)
        .map(|(_, why)| why.as_str())
        .collect();
    match unread.first() {
        Some(first) if faults.is_empty() => Err(NotJudged::Unknown(format!(
            "{} files could not be looked at; the first: {first}",
            unread.len()
        ))),
        _ => Ok(Verdict::from_faults(faults)),
    }
}
