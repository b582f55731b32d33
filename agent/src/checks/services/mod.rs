//! What root runs by itself, who else could change it, and what need not run at all.

pub(crate) mod clients;
pub(crate) mod control_keys;
pub(crate) mod cron;
pub(crate) mod desktop;
pub(crate) mod file_sharing;
pub(crate) mod job_users;
pub(crate) mod lingering;
pub(crate) mod mail;
pub(crate) mod open_greeting;
pub(crate) mod open_stores;
pub(crate) mod readable_cron;
pub(crate) mod search_path;
pub(crate) mod servers;
pub(crate) mod shares;
pub(crate) mod startup;
pub(crate) mod telling_greeting;
pub(crate) mod unconfined;
pub(crate) mod unit_secrets;
pub(crate) mod units;

use hardtarget_report::Severity;

use super::{Fault, Judged, NotJudged, Verdict};
use crate::facts::Facts;
use crate::facts::trust::{Exposed, Trusted};
use crate::words;

/// What a table of services says: a name, the units or scripts that start it, how bad it is.
type Table = [(&'static str, &'static [&'static str], Severity)];

/// One finding a service of the table that starts at boot.
fn switched_on(facts: &Facts, table: &Table) -> Judged {
    let services = facts.services.as_ref()?;
    Ok(Verdict::from_faults(table.iter().filter_map(
        |(name, units, severity)| {
            let mut on = units.iter().filter(|unit| services.is_enabled(unit));
            let line = |unit: &&str| format!("{unit} starts at boot");
            let fault = Fault::new(*name, line(on.next()?)).severity(*severity);
            Some(on.map(line).fold(fault, Fault::and))
        },
    )))
}

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
