//! How secrets in configuration are judged.

use std::path::Path;

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Verdict};
use crate::facts::Facts;
use crate::facts::secrets::{Kind, SecretFile};

/// How many places of one file are shown.
const MOST_LINES: usize = 10;

/// A fault for each file that `of` takes with a secret of these kinds, as bad as the worst of them;
/// unknown if there is none but some file could not be looked at.
pub(in crate::checks) fn secrets(
    facts: &Facts,
    kinds: &[(Kind, Severity)],
    of: impl Fn(&Path) -> bool,
) -> Judged {
    let secrets = facts.secrets.as_ref()?;
    let faults: Vec<Fault> = secrets
        .files
        .iter()
        .filter(|file| of(&file.path))
        .filter_map(|file| fault(facts, file, kinds))
        .collect();
    match &secrets.incomplete {
        Some(why) if faults.is_empty() => Err(NotJudged::Unknown(why.clone())),
        _ => Ok(Verdict::from_faults(faults)),
    }
}

fn fault(facts: &Facts, file: &SecretFile, kinds: &[(Kind, Severity)]) -> Option<Fault> {
    let severity_of = |kind: Kind| kinds.iter().find(|(known, _)| *known == kind);
    let mut worst: Option<Severity> = None;
    let mut lines = Vec::new();
    for place in &file.places {
        if let Some((_, severity)) = severity_of(place.kind) {
            worst = Some(worst.map_or(*severity, |worst| worst.min(*severity)));
            lines.push(format!("line {}: {}", place.line, place.what));
        }
    }
    let severity = worst?;
    if lines.len() > MOST_LINES {
        let more = lines.len() - MOST_LINES;
        lines.truncate(MOST_LINES);
        lines.push(format!("and {more} more"));
    }
    if file.open {
        lines.push("everyone on the machine may read the file".to_owned());
    }
    let mut fault = Fault {
        subject: file.path.to_string_lossy().into_owned(),
        evidence: lines,
        severity: Some(severity),
    };
    if file.born.is_some_and(|born| facts.made_since_boot(born)) {
        fault = fault
            .and("created after this boot, so most likely no part of the image")
            .severity(Severity::Low);
    }
    Some(fault)
}

/// Whether a file is nobody else's: those of known tools in homes have checks of their own
/// (HT-IMG-002 to HT-IMG-022), and so have cloud-init's configuration, systemd's units and
/// `/etc/fstab`.
pub(super) fn is_ours(facts: &Facts, path: &Path) -> bool {
    let told = facts
        .home_files
        .as_ref()
        .is_ok_and(|homes| homes.left.iter().any(|left| left.path == path));
    !told
        && path != Path::new("/etc/fstab")
        && !["/etc/cloud", "/etc/systemd"]
            .iter()
            .any(|place| path.starts_with(place))
}
