//! What the checks of certificates share.

use std::collections::BTreeMap;
use std::path::Path;

use hardtarget_report::Severity;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::checks::{Fault, Judged, NotJudged, Verdict};
use crate::facts::Facts;
use crate::facts::certificates::Certificate;

/// A fault for every file with a certificate whose end is `bad`.
pub(super) fn judge(
    facts: &Facts,
    verb: &str,
    bad: impl Fn(Timestamp) -> bool,
    severity: impl Fn(&Certificate) -> Option<Severity>,
) -> Judged {
    let certificates = facts.certificates.as_ref()?;
    let mut faults: BTreeMap<&Path, Fault> = BTreeMap::new();
    for certificate in &certificates.found {
        if !bad(certificate.ends) {
            continue;
        }
        let day = certificate.ends.to_zoned(TimeZone::UTC).date();
        let seen = format!("{} {verb} on {day}", certificate.subject);
        let fault = match faults.remove(certificate.path.as_path()) {
            Some(fault) => fault.and(seen),
            None => {
                let mut fault = Fault::at(&certificate.path, seen);
                fault.severity = severity(certificate);
                fault
            }
        };
        faults.insert(&certificate.path, fault);
    }
    if faults.is_empty()
        && let Some(why) = &certificates.incomplete
    {
        return Err(NotJudged::Unknown(why.clone()));
    }
    Ok(Verdict::from_faults(faults.into_values()))
}
