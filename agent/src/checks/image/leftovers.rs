//! How what a build leaves behind is judged.

use std::collections::BTreeMap;

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Verdict};
use crate::facts::Facts;
use crate::facts::leftovers::{Kind, Leftover};

/// How many paths or lines are shown for one subject.
const MOST_LINES: usize = 10;

/// What is part of the image, of some kinds.
pub(super) fn of_the_image<'a>(
    facts: &'a Facts,
    kinds: &[Kind],
) -> Result<Vec<&'a Leftover>, NotJudged> {
    let left = facts.leftovers.as_ref()?;
    let since_boot = |left: &Leftover| {
        left.changed
            .is_some_and(|changed| facts.made_since_boot(changed))
    };
    let found: Vec<&Leftover> = left
        .found
        .iter()
        .filter(|left| kinds.contains(&left.kind) && !since_boot(left))
        .collect();
    let unread: Vec<&str> = left
        .unread
        .iter()
        .filter(|(kind, _)| kinds.contains(kind))
        .map(|(_, why)| why.as_str())
        .collect();
    match unread.first() {
        Some(first) if found.is_empty() => Err(NotJudged::Unknown(format!(
            "{} places could not be looked at; the first: {first}",
            unread.len()
        ))),
        _ => Ok(found),
    }
}

/// A fault for each subject, as bad as the worst kind found there; unknown if there is none but
/// some place could not be looked at.
pub(super) fn leftovers(facts: &Facts, kinds: &[(Kind, Severity)]) -> Judged {
    let only: Vec<Kind> = kinds.iter().map(|(kind, _)| *kind).collect();
    let mut subjects: BTreeMap<&str, (Severity, Vec<String>)> = BTreeMap::new();
    for left in of_the_image(facts, &only)? {
        let Some((_, severity)) = kinds.iter().find(|(kind, _)| *kind == left.kind) else {
            continue;
        };
        let (worst, lines) = subjects
            .entry(&left.subject)
            .or_insert((*severity, Vec::new()));
        *worst = (*worst).min(*severity);
        lines.push(format!("{}: {}", left.path.display(), left.evidence));
    }
    Ok(Verdict::from_faults(subjects.into_iter().map(
        |(subject, (severity, mut evidence))| {
            if evidence.len() > MOST_LINES {
                let more = evidence.len() - MOST_LINES;
                evidence.truncate(MOST_LINES);
                evidence.push(format!("and {more} more"));
            }
            Fault {
                subject: subject.to_owned(),
                evidence,
                severity: Some(severity),
            }
        },
    )))
}
