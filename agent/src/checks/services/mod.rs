//! What root runs by itself, and who else could change it.

pub(crate) mod cron;
pub(crate) mod search_path;
pub(crate) mod startup;
pub(crate) mod units;

use hardtarget_report::Severity;

use super::{Fault, Judged, NotJudged, Verdict};
use crate::facts::trust::{Exposed, Trusted};
use crate::words;

/// One finding a thing that others can change.
fn fault(exposed: &Exposed) -> Fault {
    let mut fault = Fault::at(
        &exposed.target,
        format!("{} is {}", exposed.at.display(), exposed.why),
    );
    if exposed.used_by != exposed.target {
        fault = fault.and(format!("{} names it", exposed.used_by.display()));
    }
    if exposed.by_everyone {
        fault = fault.severity(Severity::Critical);
    }
    fault
}

fn judge(trusted: &Trusted) -> Judged {
    verdict(trusted, trusted.exposed.iter().map(fault).collect())
}

/// Finding no fault means nothing if not everything could be looked at.
fn verdict(trusted: &Trusted, faults: Vec<Fault>) -> Judged {
    match trusted.unknown.first() {
        Some(first) if faults.is_empty() => Err(NotJudged::Unknown(format!(
            "{} could not be looked at: {first}",
            words::count(trusted.unknown.len(), "place")
        ))),
        _ => Ok(Verdict::from_faults(faults)),
    }
}
